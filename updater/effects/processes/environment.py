"""What a program gets of this process's variables: those that are listed here, and no other.

A list of what is harmless is short and stays true; what holds a secret may have any name, such as
that which a ``token_env`` gives it. SECURITY.md has the same lists, and a test compares them.

Source: Nix manual, "Common Environment Variables"; git(1), "Environment Variables"; Nixpkgs manual,
"Global configuration" (``NIXPKGS_*``); environ(7); XDG Base Directory Specification.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from updater.text import has_secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SYSTEM = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP", "TZ", "TZDIR"),
        *("LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY"),
        *("LC_NUMERIC", "LC_TIME", "LOCALE_ARCHIVE", "LD_LIBRARY_PATH", "LD_PRELOAD"),
        *("DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "XDG_CACHE_HOME", "XDG_CONFIG_DIRS"),
        *("XDG_CONFIG_HOME", "XDG_DATA_DIRS", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
        *("XDG_STATE_HOME", "PYTHONHOME", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE"),
        "COVERAGE_PROCESS_CONFIG",  # by which the tests measure the updater's own processes
    }
)
"""For every program."""

PERSONAL = frozenset(
    {
        *("HOME", "USER", "LOGNAME", "SHELL", "XDG_CACHE_HOME", "XDG_CONFIG_DIRS"),
        *("XDG_CONFIG_HOME", "XDG_DATA_DIRS", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
        *("XDG_STATE_HOME", "NIX_USER_CONF_FILES", "NIX_CACHE_HOME", "NIX_CONFIG_HOME"),
        *("NIX_DATA_HOME", "NIX_STATE_HOME", "NIX_SSHOPTS", "NIX_USER_PROFILE_DIR"),
        "NIXPKGS_CONFIG",
    }
)
"""Not for Nix where somebody else's branch is evaluated."""

PROXIES = frozenset(
    name
    for protocol in ("HTTP", "HTTPS", "FTP", "ALL", "NO")
    for name in (f"{protocol}_PROXY", f"{protocol}_PROXY".lower())
)
"""For what asks the network; a password in them goes along, or there would be no network."""

CERTIFICATES = frozenset(
    {
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "NIX_SSL_CERT_FILE", "CURL_CA_BUNDLE"),
        *("GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
    }
)
"""For what asks the network: whom it trusts."""

GIT = frozenset(
    {
        *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"),
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"),
        *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES"),
        *("GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"),
        *("GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE"),
        *("EMAIL", "GIT_SSH", "GIT_SSH_COMMAND", "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GNUPGHOME"),
        *("GPG_TTY", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"),
    }
)
"""For git in the user's own repository, which may sign commits and fetch what it lacks."""

NIX = frozenset(
    {
        *("NIX_PATH", "NIX_REMOTE", "NIX_STORE", "NIX_STORE_DIR", "NIX_DATA_DIR", "NIX_LOG_DIR"),
        *("NIX_STATE_DIR", "NIX_LOCALSTATE_DIR", "NIX_DB_DIR", "NIX_CONF_DIR", "NIX_BIN_DIR"),
        *("NIX_LIBEXEC_DIR", "NIX_USER_CONF_FILES", "NIX_DAEMON_SOCKET_PATH", "NIX_PROFILES"),
        *("NIX_CACHE_HOME", "NIX_CONFIG_HOME", "NIX_DATA_HOME", "NIX_STATE_HOME", "NIX_SSHOPTS"),
        *("NIX_BUILD_HOOK", "NIX_IGNORE_SYMLINK_STORE", "NIX_USER_PROFILE_DIR"),
        *("NIX_BUILD_CORES", "NIX_LD", "NIX_LD_LIBRARY_PATH", "GC_INITIAL_HEAP_SIZE"),
        *("NIXPKGS_CONFIG", "NIXPKGS_ALLOW_BROKEN", "NIXPKGS_ALLOW_INSECURE"),
        *("NIXPKGS_ALLOW_UNFREE", "NIXPKGS_ALLOW_UNSUPPORTED_SYSTEM"),
    }
)
"""For Nix, besides ``NIX_CONFIG``, of which `nix_settings` is left."""

# The sections of git's configuration that a variable may set: no header and no credential.
_GIT_SECTIONS = ("safe.", "user.", "author.", "committer.", "init.", "core.", "commit.", "gpg.")
_SECRET_SETTING = re.compile(r"(extra-)?(access-tokens|netrc-file|secret-key-files)")


def environment(*lists: frozenset[str], **extra: str) -> dict[str, str]:
    """Return the variables of `SYSTEM` and of further lists that are set, and some new ones.

    One that has a password in an address, or a token, is left out; but not a proxy.
    """
    return dict(_listed(SYSTEM.union(*lists))) | extra


def _listed(names: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name in names & os.environ.keys():
        value = os.environ[name]
        if name in PROXIES or not has_secret(value):
            yield name, value


def git_environment() -> dict[str, str]:
    """Return the variables for git in the user's own repository."""
    return environment(PROXIES, CERTIFICATES, GIT) | _git_settings()


def build_environment() -> dict[str, str]:
    """Return the variables for Nix, and so for evaluations and builds."""
    settings = nix_settings(os.environ.get("NIX_CONFIG", ""))
    extra = {"NIX_CONFIG": settings} if settings else {}
    return environment(PROXIES, CERTIFICATES, NIX) | extra


def foreign_environment(home: Path) -> dict[str, str]:
    """Return the variables for Nix that evaluates somebody else's branch.

    Args:
        home: an empty folder.
    """
    kept = {name: value for name, value in build_environment().items() if name not in PERSONAL}
    return kept | {"HOME": str(home), "NIX_USER_CONF_FILES": ""}


def _git_settings() -> dict[str, str]:
    """Return the settings of git that variables hold, such as ``safe.directory``, numbered anew.

    Source: git-config(1), ``GIT_CONFIG_COUNT``.
    """
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    numbers = range(int(count) if re.fullmatch("[0-9]{1,3}", count) else 0)
    settings = [
        (key, os.environ.get(f"GIT_CONFIG_VALUE_{number}", ""))
        for number in numbers
        if (key := os.environ.get(f"GIT_CONFIG_KEY_{number}", "")).lower().startswith(_GIT_SECTIONS)
    ]
    passed = {"GIT_CONFIG_COUNT": str(len(settings))} if settings else {}
    for number, (key, value) in enumerate(settings):
        passed |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return passed


def nix_settings(text: str) -> str:
    """Return lines of nix.conf without comments, and without those that hold or name a secret.

    Source: Nix manual, "nix.conf".
    """
    lines = (line.partition("#")[0].rstrip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not _is_secret(line))


def _is_secret(line: str) -> bool:
    name = line.partition("=")[0].strip()
    return _SECRET_SETTING.fullmatch(name) is not None or has_secret(line)


def holds_secret(variable: str, value: str) -> bool:
    """Tell whether a variable that the updater or what it starts heeds has a secret in it."""
    if variable == "NIX_CONFIG":
        return any(map(_is_secret, value.splitlines()))
    return variable in SOURCES and has_secret(value)


SOURCES = PROXIES | {"NIX_CONFIG", "PIP_INDEX_URL"}
"""What may hold a secret that is used, besides the variables that hold tokens."""
