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
    """A token and where it may go.

    Attributes:
        variable: the environment variable that it came from, for messages.
        origins: ``scheme://host:port`` of the addresses it is bound to.
    """

    variable: str
    origins: frozenset[str]
    token: str = field(repr=False)


class Credentials:
    """The tokens of a run."""

    def __init__(self, bound: Iterable[Credential]) -> None:
        self._bound = {origin: credential for credential in bound for origin in credential.origins}

    def token(self, url: str) -> str:
        """Return the token that is bound to an address's host, or an empty string."""
        bound = self._bound.get(origin(url))
        return bound.token if bound is not None else ""

    def headers(self, url: str, scheme: Scheme | None) -> dict[str, str]:
        """Return the header that sends the token of an address, where there is one.

        Args:
            url: the address.
            scheme: how to send it; None sends none.
        """
        token = self.token(url) if scheme is not None else ""
        if not token:
            return {}
        if scheme == "bearer":
            return {"Authorization": f"Bearer {token}"}
        pair = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def sent(self, url: str, headers: Mapping[str, str]) -> str:
        """Return the variable of the token that a request sent, or an empty string."""
        bound = self._bound.get(origin(url))
        return bound.variable if bound is not None and "authorization" in headers else ""
