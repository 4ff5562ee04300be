"""The environment of git: nothing of the user's own set-up, and a host's token for that host alone.

git asks a credential helper only after a host has refused it, and only the helper whose setting
names that host, also after a redirect. A header of one's own (``http.extraHeader``) does not do:
git 2.39 sends it to whatever host the first answer redirects to.
Source: gitcredentials(7), git-credential(1), git-config(1) (``GIT_CONFIG_COUNT``).
"""

from __future__ import annotations

import os

from updater.effects.http.addresses import origin
from updater.effects.processes.environment import CERTIFICATES, PROXIES, environment

# Reads no configuration but the repository's own, runs no hook, asks nobody for a password, and
# fetches nothing but what a command names; see `lazy`.
_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "http:https",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
_PASSWORD = "UPDATER_GIT_PASSWORD"  # noqa: S105 - the variable's name
# Asked to store or erase, it says nothing. git gives it to the shell; the token is no part of it.
_HELPER = (
    '!f() { if test "$1" = get; then '
    f'printf "username=x-access-token\\npassword=%s\\n" "${_PASSWORD}"; fi; }}; f'
)


def isolated(url: str = "", token: str = "") -> dict[str, str]:
    """Return an environment that says nothing of the repository that the user may be in.

    Args:
        url: any address of the host that the token is for.
        token: shown to that host where it asks for one; an empty string for none.
    """
    inherited = environment(PROXIES, CERTIFICATES)
    authority = os.environ.get("GIT_SSL_CAINFO") or os.environ.get("SSL_CERT_FILE")
    trusted = {"GIT_SSL_CAINFO": authority} if authority else {}
    return inherited | _ALONE | trusted | (_credentials(url, token) if token else {})


def _credentials(url: str, token: str) -> dict[str, str]:
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"credential.{origin(url)}.helper",
        "GIT_CONFIG_VALUE_0": _HELPER,
        _PASSWORD: token,
    }
