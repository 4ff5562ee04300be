"""Every exception that the updater raises on purpose.

    UpdaterError
    ├── UsageError              wrong arguments or configuration: exit code 2
    │   ├── ConfigError             config.yaml or an environment variable; names file:line:key
    │   └── AmbiguousName           one PKG argument that names several packages
    ├── NoSuchPackage           a PKG argument that matches nothing: exit code 3
    ├── Interrupted             Ctrl-C or SIGTERM after a part was written: exit code 130
    └── StageError              one package failed at one stage: exit code 1
        ├── ReadError               find: a file cannot be read or parsed; names file:line:column
        ├── UpstreamError           look-up: upstream did not give a usable answer
        │   ├── NotFound                404 or 410: deleted, renamed or private
        │   │   └── NoSuchCommit            the repository is there, and lacks a commit
        │   ├── Refused                 401 or 403: the credential is wrong or lacks a right
        │   ├── RateLimited             429, or 403 with a rate-limit header
        │   ├── Unreachable             no connection, a time-out, or a body that was cut short
        │   ├── BrokenOff               a download that went on, and broke off, on every try
        │   ├── ServerFailed            5xx, also on every retry
        │   ├── GitTooSlow              git did not end in the time that it was given
        │   ├── Offline                 nobody was asked: --offline was given
        │   ├── BadAnswer               any other status, or a body that is not what it should be
        │   └── HostileFile             a project's file breaks a bound of what is read
        ├── HashError               hash: cannot be hashed, or is not what was asked for
        │   ├── NoArchive               something else is there, such as a page
        │   └── HostileArchive          the archive breaks a safety rule
        ├── PatchError              patch: the edit would touch something else
        ├── BuildError              build: it cannot be built or tried at all
        │   └── NotEvaluated            the package set does not evaluate
        ├── WriteError              write: the file changed meanwhile or cannot be written
        ├── PublishError            publish: the repository refuses, or the results are not true
        └── Bug                     any stage: an exception that nobody foresaw

An exception holds fields; ``str()`` makes the sentence. ``hint`` says what to do next.
"""

from __future__ import annotations

import errno
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from updater.text import printable, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from types import TracebackType

_PACKAGE = PurePath(__file__).parent


class UpdaterError(Exception):
    """Anything that went wrong in a way the updater understands.

    What it quotes of others comes in here: it has no control characters, and no address in it has
    a password.

    Attributes:
        message: what was found and what was expected, one or more lines, no trailing full stop.
        hint: what to do next, or an empty string.
        exit_code: what the command ends with where this ends it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = without_secrets(printable(message))
        self.hint = without_secrets(printable(hint))

    def __str__(self) -> str:
        return self.message


class UsageError(UpdaterError):
    """The command line cannot be understood."""

    exit_code = 2


class ConfigError(UsageError):
    """The configuration is wrong.

    Attributes:
        file: the file as the user named it, or the name of an environment variable.
        line: counted from 1, or None where no line is to blame.
        key: the dotted key, such as ``packages.ema-pytorch.track``, or an empty string.
    """

    def __init__(
        self, problem: str, *, file: str, line: int | None = None, key: str = "", hint: str = ""
    ) -> None:
        self.file = file
        self.line = line
        self.key = key
        where = ":".join(str(part) for part in (file, line, key) if part)
        super().__init__(f"{where}: {problem}", hint=hint)


class AmbiguousName(UsageError):
    """One PKG argument names several packages.

    Attributes:
        name: the argument.
        identities: what it could mean, each ``FILE#attribute.path``.
    """

    def __init__(self, name: str, identities: tuple[str, ...]) -> None:
        self.name = name
        self.identities = identities
        listed = "\n".join(f"  {identity}" for identity in identities)
        super().__init__(
            f"{name!r} is the name of {len(identities)} packages:\n{listed}",
            hint="give one of these identities instead of the name",
        )


class NoSuchPackage(UpdaterError):
    """A PKG argument matches nothing."""

    exit_code = 3

    def __init__(self, name: str, *, closest: str = "") -> None:
        self.name = name
        self.closest = closest
        hint = (
            f"did you mean {closest}?"
            if closest
            else "`updater list` shows every package that was found"
        )
        super().__init__(f"no package matches {name!r}", hint=hint)


class Interrupted(UpdaterError):
    """A run that changes files was ended by a signal when some of them were written.

    Attributes:
        finished: the packages whose change was written.
        unfinished: those whose change was not.
    """

    exit_code = 130

    def __init__(self, finished: Sequence[str], unfinished: Sequence[str]) -> None:
        count = len(finished) + len(unfinished)
        lines = [f"interrupted; {len(finished)} of {count} changes are written"]
        lines.append(f"  done: {', '.join(finished)}")
        lines.append(f"  not done: {', '.join(unfinished)}")
        super().__init__("\n".join(lines), hint="run the same command again for the rest")
        self.finished = tuple(finished)
        self.unfinished = tuple(unfinished)


class StageError(UpdaterError):
    """One package failed at one stage; the others go on.

    Attributes:
        stage: the stage's name as it is reported: find, look-up, choose, identify, verify, hash,
            patch, build, write, publish.
    """

    stage: str = "choose"

    @property
    def cause(self) -> str:
        """The message in words that fit every package that this stops; empty where it is of one."""
        return ""


class ReadError(StageError):
    """A file cannot be read, or a part of it cannot be parsed."""

    stage = "find"


class UpstreamError(StageError):
    """Upstream did not give a usable answer.

    Attributes:
        url: what was asked, without credentials.
        of_host: it is the host's, whatever it was asked for.
        wants_login: no user, password or token was sent, and the host refuses to answer without.
    """

    stage = "look-up"
    of_host: ClassVar[bool] = False

    def __init__(self, message: str, *, url: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.url = url
        self.wants_login = False

    @property
    def cause(self) -> str:
        """The message with the host in the place of its addresses."""
        scheme, _, rest = self.url.partition("://")
        host = rest.partition("/")[0]
        if not self.of_host or not host:
            return ""
        address = rf"{re.escape(f'{scheme}://{host}')}(?:/[^\s'\",:]*)?"
        return re.sub(address, lambda _: host, self.message)


class NotFound(UpstreamError):
    """HTTP 404 or 410: deleted, renamed or private."""


class NoSuchCommit(NotFound):
    """The repository is there, and lacks a commit."""


class Refused(UpstreamError):
    """HTTP 401 or 403: the credential is wrong or lacks a right."""

    of_host = True


class RateLimited(UpstreamError):
    """HTTP 429, or 403 with a rate-limit header, that outlasted the bounded wait.

    Attributes:
        until: when the limit ends, where the answer said so.
    """

    of_host = True

    def __init__(
        self, message: str, *, url: str = "", until: datetime | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, url=url, hint=hint)
        self.until = until


class Unreachable(UpstreamError):
    """No connection, a time-out, or a body that was cut short, also on every retry."""

    of_host = True


class BrokenOff(UpstreamError):
    """A download that went on where it broke off, and broke off again, on every try."""


class ServerFailed(UpstreamError):
    """HTTP 5xx, also on every retry."""

    of_host = True


class GitTooSlow(UpstreamError):
    """git has not ended in the time that it was given."""


class Offline(UpstreamError):
    """Nobody was asked: ``--offline`` was given, and no earlier run kept an answer."""

    of_host = True

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} was not asked, and no earlier run kept its answer",
            url=url,
            hint="run it without --offline",
        )


class BadAnswer(UpstreamError):
    """Another HTTP status, or a body that is not what its protocol says."""


class HostileFile(UpstreamError):
    """A file of a source tree breaks a bound of what is read; nothing of it was used."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, hint="look at the file before you trust this release")


class HashError(StageError):
    """An archive or file cannot be hashed, or is not the one that was asked for."""

    stage = "hash"


class NoArchive(HashError):
    """What is there in an archive's place is none that can be unpacked."""


class HostileArchive(HashError):
    """The archive breaks a safety rule; nothing of it was used.

    Attributes:
        member: the entry to blame, or an empty string where it is the archive as a whole.
    """

    def __init__(self, problem: str, *, member: str = "") -> None:
        self.member = member
        super().__init__(
            f"{problem}: {member!r}" if member else problem,
            hint="nothing was written; look at the archive before you trust this release",
        )


class PatchError(StageError):
    """The edit cannot be made without guessing or touching something else."""

    stage = "patch"


class BuildError(StageError):
    """A package cannot be built, or Nix cannot be asked to."""

    stage = "build"


class NotEvaluated(BuildError):
    """Nix cannot evaluate the package, so that nothing can be asked of it."""


class WriteError(StageError):
    """The file changed since it was read, or cannot be written."""

    stage = "write"


class PublishError(StageError):
    """The change cannot be proposed: the repository's host refuses it, or the results differ."""

    stage = "publish"

    def __init__(self, message: str, *, hint: str = "", cause: str = "") -> None:
        super().__init__(message, hint=hint)
        self._cause = without_secrets(printable(cause))

    @property
    def cause(self) -> str:
        """The message in words that fit every package that this stops."""
        return self._cause


class Bug(StageError):
    """An exception that nobody foresaw: the updater is wrong, and not the package.

    The exception's own text is left out: it may hold whatever was at hand, also a secret.

    Attributes:
        place: file and line in the updater's own code, or an empty string.
        trace: where the exception passed, outermost first, without any value.
    """

    report = "report it with this message and what `updater --version` says"

    def __init__(self, stage: str, error: BaseException) -> None:
        self.stage = stage
        steps = list(_steps(error.__traceback__))
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
            steps += _steps(error.__traceback__)
        self.place = next((place for place, _ in reversed(steps) if "/" in place), "")
        self.trace = tuple(f"at {place} in {function}" for place, function in steps)
        kind = type(error).__name__
        if isinstance(error, OSError) and error.errno is not None:
            kind = f"{kind} {errno.errorcode.get(error.errno, error.errno)}"
        super().__init__(
            f"this is a bug in the updater: {kind}{self.place and f' at {self.place}'}",
            hint=f"{self.report}; -v shows the traceback",
        )


def _steps(trace: TracebackType | None) -> Iterator[tuple[str, str]]:
    """Yield file and line, or for code of others module and line, and function of each frame."""
    while trace is not None:
        code, line = trace.tb_frame.f_code, trace.tb_lineno
        path = PurePath(code.co_filename)
        place = str(trace.tb_frame.f_globals.get("__name__", "?"))
        if path.is_relative_to(_PACKAGE):
            place = f"{_PACKAGE.name}/{path.relative_to(_PACKAGE).as_posix()}"
        yield f"{place}:{line}", code.co_name
        trace = trace.tb_next


class bugs_at:  # noqa: N801 - written as those of contextlib, which take ten times as long
    """Turn an exception that nobody foresaw into a `Bug` of a stage.

    Raises:
        UpdaterError: as `understood`.
    """

    __slots__ = ("_stage",)

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, UpdaterError):
            raise understood(self._stage, error) from error


def understood(stage: str, error: Exception) -> UpdaterError:
    """Return an exception as one of the updater's own: as a `Bug` where it is none.

    Of several that were raised side by side, one of the updater's own counts first.
    """
    own = (leaf for leaf in _leaves(error) if isinstance(leaf, UpdaterError))
    return next(own, None) or Bug(stage, error)


def _leaves(error: Exception) -> Iterator[Exception]:
    """Yield an exception, or those that a group holds."""
    if not isinstance(error, ExceptionGroup):
        yield error
        return
    for inner in error.exceptions:
        yield from _leaves(inner)
