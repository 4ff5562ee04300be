"""Git's smart HTTP protocol and source archives, answered by the host's git.

Source: gitprotocol-http(5), gitprotocol-v2(5), git-archive(1).
"""

from __future__ import annotations

import gzip
import subprocess
from typing import TYPE_CHECKING

from tests.loopback.messages import Request, Response, text
from tests.loopback.store import environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.repositories import Repository

NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}
SERVICE = "git-upload-pack"
PUSH_SERVICE = "git-receive-pack"
ADVERTISES, SECOND = "--http-backend-info-refs", "version=2"

_CAPABILITIES: dict[str, bytes] = {}
"""What git offers in the second version, which tells no refs, by a repository's configuration."""


def info_refs(repository: Repository, request: Request) -> Response:
    """Answer ``GET .../info/refs?service=...``; other services than git's two are refused."""
    service = request.query.get("service", "")
    if service not in (SERVICE, PUSH_SERVICE):
        return text("Please upgrade your git client.\n", 403)
    greeting = f"# service={service}\n"
    body = f"{len(greeting) + 4:04x}{greeting}0000".encode()
    serve = upload_pack if service == SERVICE else receive_pack
    body += serve(repository, request, ADVERTISES, b"")
    kind = f"application/x-{service}-advertisement"
    return Response(200, body, {"Content-Type": kind, **NO_CACHE})


def exchange_packs(repository: Repository, request: Request) -> Response:
    """Answer ``POST .../git-upload-pack``."""
    sent = request.body
    if request.headers.get("content-encoding") == "gzip":
        sent = gzip.decompress(sent)
    body = upload_pack(repository, request, "--stateless-rpc", sent)
    return Response(200, body, {"Content-Type": f"application/x-{SERVICE}-result", **NO_CACHE})


def take_packs(repository: Repository, request: Request) -> Response:
    """Answer ``POST .../git-receive-pack``."""
    sent = request.body
    if request.headers.get("content-encoding") == "gzip":
        sent = gzip.decompress(sent)
    body = receive_pack(repository, request, "--stateless-rpc", sent)
    repository.forget()
    for ref in repository.refs():
        repository.note_head(ref.name, ref.commit)
    return Response(200, body, {"Content-Type": f"application/x-{PUSH_SERVICE}-result", **NO_CACHE})


def receive_pack(repository: Repository, request: Request, mode: str, sent: bytes) -> bytes:
    """Return what ``git receive-pack`` says."""
    del request
    repository.settle()
    done = subprocess.run(
        ["git", "receive-pack", "--stateless-rpc", mode, str(repository.path)],
        env=environment(),
        input=sent,
        capture_output=True,
        check=True,
    )
    return done.stdout


def upload_pack(repository: Repository, request: Request, mode: str, sent: bytes) -> bytes:
    """Return what ``git upload-pack`` says in the protocol version that the client asked for."""
    repository.settle()
    version = request.headers.get("git-protocol", "")
    if mode == ADVERTISES and version == SECOND:
        configuration = (repository.path / "config").read_text()
        if configuration not in _CAPABILITIES:
            _CAPABILITIES[configuration] = _upload_pack(repository.path, version, mode, sent)
        return _CAPABILITIES[configuration]
    return _upload_pack(repository.path, version, mode, sent)


def _upload_pack(path: Path, version: str, mode: str, sent: bytes) -> bytes:
    done = subprocess.run(
        ["git", "upload-pack", "--strict", "--stateless-rpc", mode, str(path)],
        env={**environment(), "GIT_PROTOCOL": version},
        input=sent,
        capture_output=True,
        check=False,
    )
    # A refused want is an answer too: git writes it as an ERR packet and exits with 128.
    if done.returncode and not done.stdout:
        raise RuntimeError(f"git upload-pack failed: {done.stderr.decode()}")
    return done.stdout


def archive(repository: Repository, ref: str, form: str, prefix: str) -> Response | None:
    """Answer with a source archive as GitHub's archive host does, None where there is no such ref.

    The length is not told, and a tar archive names its commit in a pax header.

    Args:
        repository: whose files.
        ref: a tag, a branch, a commit id or a whole ``refs/...`` name.
        form: ``tar.gz`` or ``zip``.
        prefix: the name of the one folder at the top.
    """
    commit = resolve(repository, ref)
    if commit is None:
        return None
    done = subprocess.run(
        ["git", "archive", f"--format={form}", f"--prefix={prefix}/", commit],
        cwd=repository.path,
        env=environment(),
        capture_output=True,
        check=True,
    )
    name = f"{prefix}.{form}"
    kind = "application/x-gzip" if form == "tar.gz" else "application/zip"
    headers = {"Content-Type": kind, "Content-Disposition": f"attachment; filename={name}"}
    return Response(200, done.stdout, {**headers, "ETag": f'W/"{commit}{form}"'}, chunked=True)


def resolve(repository: Repository, ref: str) -> str | None:
    """Return the commit that a ref, branch, tag or (shortened) commit id names, tags first."""
    names = (f"refs/tags/{ref}", f"refs/heads/{ref}", ref)
    found = (repository.find(f"{name}^{{commit}}") for name in names)
    return next((commit for commit in found if commit), None)


def is_ambiguous(repository: Repository, ref: str) -> bool:
    """Tell whether a name is that of a tag and of a branch; GitHub gives no archive of it then."""
    kinds = (f"refs/tags/{ref}", f"refs/heads/{ref}")
    return all(repository.find(name) is not None for name in kinds)
