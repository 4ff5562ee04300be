"""NO_PROXY: what each form means, and which are none."""

from __future__ import annotations

import httpx
import pytest

from updater.effects.http.exemptions import read_exemptions

COVERED = {
    "a name": ("example.org", "https://example.org"),
    "a name below it": ("example.org", "https://a.b.example.org/x"),
    "in capitals, with the root": ("EXAMPLE.org.", "https://Example.ORG./"),
    "below a name": (".example.org", "https://a.example.org"),
    "below a name, with a star": ("*.example.org", "https://a.example.org"),
    "a name with a port": ("example.org:8443", "https://example.org:8443"),
    "the usual port": ("example.org:443", "https://example.org"),
    "a name in another script": ("b\u00fccher.example", "https://xn--bcher-kva.example"),
    "a scheme": ("https://example.org", "https://example.org"),
    "every host": ("a.example *", "https://b.example"),
    "the beginning of numbers": ("10.*", "http://10.1.2.3"),
    "an address": ("10.0.0.1", "http://10.0.0.1:8080"),
    "a range": ("10.0.0.0/8", "http://10.200.3.4"),
    "a range whose host has bits": ("192.168.1.7/16", "http://192.168.2.3"),
    "an address of version 6": ("::1", "http://[::1]:8080"),
    "in brackets": ("[::1]", "http://[::1]"),
    "in brackets, with a port": ("[fd00::1]:8080", "http://[fd00::1]:8080"),
    "written otherwise": ("fd00:0:0::1", "http://[fd00::1]"),
    "a range of version 6": ("fd00::/8", "http://[fd12:3456::1]"),
    "a range with brackets": ("[fd00::]/8", "http://[fd12::1]"),
    "an address of a link": ("fe80::1%eth0", "http://[fe80::1]"),
    "one of several": ("a.example,fd00::/8 ,localhost", "http://localhost:1"),
}
OTHERS = {
    "another name": ("example.org", "https://notexample.org"),
    "the name itself": (".example.org", "https://example.org"),
    "another port": ("example.org:80", "https://example.org"),
    "another scheme": ("http://example.org", "https://example.org"),
    "an address outside of the range": ("10.0.0.0/8", "http://11.0.0.1"),
    "another family": ("::/0", "http://10.0.0.1"),
    "a name that looks like a range": ("10.0.0.0/8", "http://10.example"),
    "nothing": (" , ", "http://a.example"),
}


@pytest.mark.parametrize(("text", "url"), COVERED.values(), ids=COVERED)
def test_such_a_host_is_asked_without_the_proxy(text: str, url: str) -> None:
    exemptions, wrong = read_exemptions(text)
    assert wrong == ""
    assert any(exemption.covers(httpx.URL(url)) for exemption in exemptions)


@pytest.mark.parametrize(("text", "url"), OTHERS.values(), ids=OTHERS)
def test_another_host_is_asked_through_the_proxy(text: str, url: str) -> None:
    exemptions, wrong = read_exemptions(text)
    assert wrong == ""
    assert not any(exemption.covers(httpx.URL(url)) for exemption in exemptions)


WRONG = ["[::", "::]", "[a]", "fd00::/129", "1.2.3.4/33", "a:b", "a:70000", "a/b", "a@b", "[]", ":"]


@pytest.mark.parametrize("entry", [*WRONG, "http://", "\udcff", "%", "fd00::/x"])
def test_what_is_none_is_named(entry: str) -> None:
    assert read_exemptions(f"localhost,{entry}")[1] == entry
