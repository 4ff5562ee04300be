"""Tokens, and where each may go: to the host that the configuration binds it to, nowhere else."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from updater.effects.http.addresses import origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from updater.model import Scheme


@dataclass(frozen=True, slots=True)
class Credential:
    """A token and where it may go, or the user and password of the package index.

    Attributes:
        variable: the environment variable that it came from, or the file, for messages.
        origins: ``scheme://host:port`` of the addresses it is bound to.
        user: of the index, which may be nobody; None for a host's token.
    """

    variable: str
    origins: frozenset[str]
    token: str = field(repr=False)
    user: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Name it for a message."""
        what = "the token" if self.user is None else "the user or password of the index"
        return f"{what} in {self.variable}"

    @property
    def basic(self) -> str:
        """The header that sends it as a password. Source: RFC 7617, section 2."""
        user = "x-access-token" if self.user is None else self.user
        return f"Basic {base64.b64encode(f'{user}:{self.token}'.encode()).decode()}"


class Credentials:
    """The tokens of a run, and what its package index asks for."""

    def __init__(self, bound: Iterable[Credential]) -> None:
        self._hosts: dict[str, Credential] = {}
        self._indexes: dict[str, Credential] = {}
        for credential in bound:
            kind = self._hosts if credential.user is None else self._indexes
            kind.update(dict.fromkeys(credential.origins, credential))

    def token(self, url: str) -> str:
        """Return the token that is bound to an address's host, or an empty string."""
        bound = self._hosts.get(origin(url))
        return bound.token if bound is not None else ""

    def headers(self, url: str, scheme: Scheme | None) -> dict[str, str]:
        """Return the header that sends the credential of an address, where there is one.

        Args:
            url: the address.
            scheme: how to send it; None sends none.
        """
        if scheme is None:
            return {}
        bound = (self._indexes if scheme == "index" else self._hosts).get(origin(url))
        if bound is None:
            return {}
        return {"Authorization": f"Bearer {bound.token}" if scheme == "bearer" else bound.basic}

    def sent(self, url: str, headers: Mapping[str, str]) -> str:
        """Return the name of what a request sent to be let in, or an empty string."""
        sent, asked = headers.get("authorization", ""), origin(url)
        index = self._indexes.get(asked)
        bound = index if index is not None and sent == index.basic else self._hosts.get(asked)
        return str(bound) if bound is not None and sent else ""
