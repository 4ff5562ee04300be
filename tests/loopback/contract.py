"""Holds the loopback GitHub's REST answers against GitHub's published OpenAPI description."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.loopback.cut_schema import OPENAPI_FILE

if TYPE_CHECKING:
    from openapi_core import OpenAPI

    from tests.loopback.messages import Response

HOST = "http://127.0.0.1"
_READING = Lock()


class BrokenContract(Exception):
    """An answer is not what GitHub's description says."""


def check(path: str, response: Response, method: str = "get", /, **values: str) -> None:
    """Check one answer.

    Refusals that the description does not list for the path (401 and 429 for all of them) pass.

    Args:
        path: below ``/api/v3``, with ``{name}`` where a value stands.
        response: the answer.
        method: of the request, in small letters.
        values: the values, unescaped.

    Raises:
        BrokenContract: the description says otherwise.
    """
    # Imported here because a test without REST requests should not wait for it; and by one thread
    # after the other, since imports that need each other can wait for each other in two.
    with _READING:
        from openapi_core.exceptions import OpenAPIError  # noqa: PLC0415
        from openapi_core.templating.responses.exceptions import ResponseNotFound  # noqa: PLC0415
        from openapi_core.testing import MockRequest, MockResponse  # noqa: PLC0415

    escaped = {name: quote(value, safe="") for name, value in values.items()}
    asked = MockRequest(HOST, method, "/api/v3" + path.format(**escaped))
    answered = MockResponse(
        response.body,
        status_code=response.status,
        headers=dict(response.headers),
        content_type=response.headers.get("Content-Type", ""),
    )
    try:
        description().validate_response(asked, answered)
    except OpenAPIError as error:
        if isinstance(error, ResponseNotFound) and response.status >= 300:
            return
        told = "; ".join(reasons(error))
        raise BrokenContract(f"{response.status} for {asked.path}: {told}") from error


def description() -> OpenAPI:
    """Return GitHub's description, cut to the paths in use."""
    with _READING:  # or each of many threads would read it for itself
        return _description()


@cache
def _description() -> OpenAPI:
    from openapi_core import Config, OpenAPI  # noqa: PLC0415 - as above

    config = Config(extra_media_type_deserializers={"application/vnd.github.sha": bytes.decode})
    return OpenAPI.from_file_path(str(OPENAPI_FILE), config=config)


def reasons(error: BaseException) -> list[str]:
    """Return what is wrong, outermost first."""
    schema_errors = getattr(error, "schema_errors", ())
    told = [str(error) if not schema_errors else type(error).__name__]
    told += [f"{one.json_path}: {one.message[:200]}" for one in schema_errors]
    return told + (reasons(error.__cause__) if error.__cause__ else [])
