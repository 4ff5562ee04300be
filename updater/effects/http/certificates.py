"""Whose certificates are trusted: the environment's authorities, or else those that httpx has.

Source: httpx documentation, "SSL".
"""

from __future__ import annotations

import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx

from updater.errors import ConfigError

if TYPE_CHECKING:
    from concurrent.futures import Future


def begin_reading() -> Future[ssl.SSLContext]:
    """Begin to read them, as `trusted_certificates` does, in a thread beside what is imported.

    There are a hundred and more, which take as long to read as a tenth of a small check.
    """
    thread = ThreadPoolExecutor(1)
    reading = thread.submit(trusted_certificates)
    thread.shutdown(wait=False)
    return reading


def trusted_certificates() -> ssl.SSLContext:
    """Return what is trusted.

    Raises:
        ConfigError: the environment names none that can be read.
    """
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        path = os.environ.get(name, "")
        if not path:
            continue
        if name == "SSL_CERT_DIR" and not os.path.isdir(path):  # noqa: PTH112 - it fails at no path
            raise _no_certificates(name, f"{path} is not a folder")
        try:
            return httpx.create_ssl_context()
        except ssl.SSLError as error:
            raise _no_certificates(name, f"{path} holds no certificate in PEM") from error
        except OSError as error:
            raise _no_certificates(name, f"{path} cannot be read: {error.strerror}") from error
    return httpx.create_ssl_context()


def _no_certificates(variable: str, problem: str) -> ConfigError:
    return ConfigError(problem, file=variable, hint="name the authorities that you trust")


def refuse_missing_bundles() -> None:
    """Make sure that there are the certificates that are named to requests, which PyGithub uses.

    Raises:
        ConfigError: there are not.
    """
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        path = os.environ.get(name, "")
        if path and not os.path.exists(path):  # noqa: PTH110 - it fails at no path
            raise _no_certificates(name, f"there is no {path}")
