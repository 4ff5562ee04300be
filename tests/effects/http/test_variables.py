"""What the environment says of the network is heeded, or refused by the name of its variable."""

from __future__ import annotations

import httpx
import pytest

from updater.effects.http import variables
from updater.effects.http.certificates import trusted_certificates
from updater.effects.http.proxies import routes
from updater.effects.http.variables import refuse_unusable_proxies
from updater.errors import ConfigError

WRONG = {
    "SOCKS": ("ALL_PROXY", "socks5://u:hush@h:1080", "'socks5://h:1080' is a SOCKS proxy, and th"),
    "SOCKS that looks up": ("all_proxy", "socks5h://h", "'socks5h://h' is a SOCKS proxy, and they"),
    "FTP": ("HTTPS_PROXY", "ftp://u:hush@h", "'ftp://h' is not an http:// or https:// proxy"),
    "no scheme": ("https_proxy", "://hush", "'://hush' is not an http:// or https:// proxy"),
    "a port that is none": ("HTTP_PROXY", "h:x", "'http://h:x' is not an address"),
    "a port that is too large": ("HTTP_PROXY", "h:70000", "'http://h:70000' names no host, or a "),
    "no host": ("HTTP_PROXY", "http://", "'http://' names no host, or a port above 65535"),
    "half an address of numbers": ("HTTP_PROXY", "http://[::", "'http://[::' is not an address"),
    "bytes": ("HTTP_PROXY", "http://\udcff", "'http://\\udcff' is not an address"),
    "half an address that needs none": ("NO_PROXY", "[::", "'[::' is not a host, an address"),
    "a user": ("NO_PROXY", "u:hush@h:80", "'h:80' is not a host, an address or a range"),
    "one of several": ("no_proxy", "localhost, [::,a", "'[::' is not a host, an address or a"),
}


@pytest.mark.parametrize(("variable", "value", "why"), WRONG.values(), ids=WRONG)
def test_a_proxy_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, why: str
) -> None:
    """Before httpx meets it, which raises whatever it likes."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        refuse_unusable_proxies()
    assert str(caught.value).startswith(f"{variable}: {why}")
    assert ("hush" in str(caught.value)) == (value == "://hush")
    assert caught.value.hint


USABLE = {
    "a host and a port": ("HTTP_PROXY", "proxy.example:3128"),
    "an address": ("https_proxy", "http://u:p@proxy.example:3128/"),
    "an address of numbers": ("ALL_PROXY", "http://[::1]:3128"),
    "hosts that need none": ("NO_PROXY", "localhost,[::1],fd00::/8"),
    "nothing": ("NO_PROXY", " , "),
}


@pytest.mark.parametrize(("variable", "value"), USABLE.values(), ids=USABLE)
def test_what_is_not_refused_httpx_takes(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    refuse_unusable_proxies()
    tls = trusted_certificates()
    httpx.Client(mounts=routes(tls), trust_env=False).close()


def test_socks_is_left_to_who_installed_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://h")
    monkeypatch.setattr(variables, "find_spec", lambda _: object())
    refuse_unusable_proxies()
