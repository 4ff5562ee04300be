"""The environment's authorities are trusted, or refused by the name of their variable."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from updater.effects.http.certificates import (
    begin_reading,
    refuse_missing_bundles,
    trusted_certificates,
)
from updater.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

CERTIFICATES = {
    "no file": ("SSL_CERT_FILE", "none.pem", "cannot be read: No such file or directory"),
    "a folder": ("SSL_CERT_FILE", ".", "cannot be read: Is a directory"),
    "no certificate": ("SSL_CERT_FILE", "text", "holds no certificate in PEM"),
    "no folder": ("SSL_CERT_DIR", "text", "is not a folder"),
}


@pytest.mark.parametrize(("variable", "name", "why"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_authorities_that_cannot_be_read_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, name: str, why: str
) -> None:
    (tmp_path / "text").write_text("text")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(variable, str(tmp_path / name))
    with pytest.raises(ConfigError) as caught:
        trusted_certificates()
    assert str(caught.value) == f"{variable}: {os.path.normpath(tmp_path / name)} {why}"


def test_what_a_thread_cannot_read_is_refused_where_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    reading = begin_reading()
    with pytest.raises(ConfigError, match=r"^SSL_CERT_FILE: .*none\.pem cannot be read"):
        reading.result()


def test_a_bundle_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    refuse_missing_bundles()
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"^CURL_CA_BUNDLE: there is no "):
        refuse_missing_bundles()
