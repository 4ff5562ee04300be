"""A failed build's log -> what is wrong and what to do, in the packaging guide's terms.

The rules are tried in order; the first that fits speaks. Wordings of Nix from 2.3 on.
"""

from __future__ import annotations

import re

from msgspec import Struct

from updater.building.unmet import of_the_build, of_the_wheel, unquoted
from updater.effects.nix.mismatch import HASH_MISMATCH
from updater.model import Diagnosis, normalized_name


class _LogPattern(Struct, frozen=True):
    """A pattern in the log; message and hint are filled from its named groups."""

    code: str
    pattern: re.Pattern[str]
    message: str
    hint: str


def _rule(code: str, pattern: str, message: str, hint: str) -> _LogPattern:
    return _LogPattern(code, re.compile(pattern, re.MULTILINE), message, hint)


# What Nix only warns of, such as a cache that it cannot reach, is not why it failed.
_WARNING = re.compile(r"^warning:.*\n?", re.MULTILINE)
_ERROR = re.compile(r"^[^\S\n]*error: (?P<what>\S.*)$", re.MULTILINE)

_UNBUILT = "missing-build-backend"
_UNMET = ("missing-dependency", "version-constraint")

_UNREACHABLE = "the network is not reachable"
_CONFINED = "the evaluation of this branch has no network, and asked for something"
_WHAT_IS_FETCHED = (
    "what flake.lock names is fetched before, and what the base's own Nix file needs; look at what "
    "is new in the branch, and then add --trust, which evaluates it as if it were yours"
)

_RULES: tuple[_LogPattern, ...] = (
    _rule(
        "no-space",
        r"No space left on device|database or disk is full",
        "the disk is full",
        "free space, for example with `nix-collect-garbage`, and run again",
    ),
    _rule(
        "hash-mismatch",
        HASH_MISMATCH,
        "the source has the hash {got}, but {wanted} is pinned",
        "upstream replaced the file, or the pin was always wrong: compare both before you trust it",
    ),
    _rule(
        "replace-fail",
        r"substituteStream\(\)(?: in derivation \S+)?: ERROR: (?:Invalid .*: )?"
        r"pattern (?P<pattern>.*?) doesn't match anything in (?:file )?'?(?P<file>[^'\n]+)'?",
        "substituteInPlace no longer finds {pattern} in {file}",
        "upstream changed that line: adapt `--replace-fail` in postPatch, or remove it",
    ),
    _rule(
        "missing-file",
        r"substitute\(\): ERROR: file '(?P<file>[^']+)' does not exist",
        "postPatch changes {file}, which this version does not have",
        "upstream moved or removed the file: adapt postPatch",
    ),
    _rule(
        "metadata-version",
        r"derivation has version '(?P<label>[^'\n]*)' but \S*METADATA specifies version "
        r"'(?P<version>[^'\n]*)'",
        "the built metadata has version {version}, but the overlay has {label}",
        "correct the version in the overlay, or replace that of the project's files in postPatch",
    ),
    _rule(
        "metadata-name",
        r"PackageNotFoundError: No package metadata was found for (?P<name>\S+)",
        "no metadata of {name} is built or installed",
        "if {name} is the package's own pname, write the name that the project's files declare; "
        "else add {name} to propagatedBuildInputs",
    ),
    _rule(
        "invalid-version",
        r"InvalidVersion: Invalid version: '(?P<version>[^'\n]*)'",
        "'{version}' is not a version that Python's tools take (PEP 440)",
        "if the overlay has it, write the version that the built metadata has; if the project "
        "declares it, replace it in postPatch",
    ),
    _rule(
        "no-setup-py",
        r"can't open file '[^']*setup\.py'|setup\.py: No such file",
        "the build needs setup.py, which this version does not have",
        'write format = "pyproject" and add its build backend to nativeBuildInputs',
    ),
    _rule(
        "missing-build-backend",
        r"Backend '(?P<backend>[^']+)' is not available|Cannot import '(?P<other>[^']+)'",
        "the build backend {backend}{other} is missing",
        "add it to nativeBuildInputs",
    ),
    _rule(
        "version-constraint",
        r"No matching distribution found for (?P<wanted>\S+)"
        r"|ERROR: Could not find a version that satisfies the requirement (?P<other>\S+)",
        "a requirement cannot be satisfied: {wanted}{other}",
        "relax it in postPatch, or add the package to propagatedBuildInputs",
    ),
    _rule(
        "torch-instead-of-torch-bin",
        r"(?:Found duplicated packages in closure for dependency 'torch'"
        r"|collision between .*torch-bin.* and .*torch)",
        "both torch and torch-bin are in the closure",
        'use super.python3Packages."torch-bin", and override torch in dependencies: '
        '(accelerate.override {{ torch = super.python3Packages."torch-bin"; }})',
    ),
    _rule(
        "cuda-not-found",
        r"CUDA_HOME environment variable is not set|Could NOT find CUDA\w*"
        r"|nvcc: (?:command )?not found|Failed to find nvcc"
        r"|libcudart\.so\S*: cannot open shared object",
        "CUDA is not found",
        "set CUDA_HOME, and add the CUDA libraries to buildInputs",
    ),
    _rule(
        "needs-gpu",
        r"Found no NVIDIA driver|No CUDA GPUs are available|CUDA driver version is insufficient"
        r"|Torch not compiled with CUDA enabled|no CUDA-capable device",
        "the build needs a GPU, which a Nix build does not have",
        "set doCheck = false, or leave the module out of `build: {{imports: [...]}}`",
    ),
    # As the last exception; a file that only does not compile stops no build.
    _rule(
        "syntax-error",
        r"(?s:.*)^[^\S\n]+File \"(?:[^\"\n]*/site-packages/)?(?P<file>[^\"\n]+)\", line "
        r"(?P<line>\d+)\n(?:[^\S\n]+[^\n]*\n){0,4}"
        r"(?:SyntaxError|IndentationError|TabError): (?P<what>[^\n]+)$(?=(?:\n[^\n]*){0,12}\Z)",
        "line {line} of {file} is not valid for this Python: {what}",
        "the release does not run on this Python: wait for the next one, or mend the file in "
        "postPatch",
    ),
    _rule(
        "missing-dependency",
        r"ModuleNotFoundError: No module named '(?P<module>[^']+)'",
        "the module {module} is missing",
        "add its package to propagatedBuildInputs, or to nativeBuildInputs for the build itself",
    ),
    _rule(
        "import-error",
        r"ImportError: (?P<what>[^\n]+)",
        "a module cannot be imported: {what}",
        "a dependency may be too old or too new for this version",
    ),
    _rule(
        "download-refused",
        r"unable to (?:down|)load '(?P<url>[^']+)': HTTP error (?P<status>\d+)"
        r"|The requested URL returned error: (?P<code>\d+)",
        "a server answers {status}{code} to the download of {url}",
        "open the address in a browser: does the file exist, and is it public?",
    ),
    _rule(
        "network",
        r"Could(?:n't| not) resolve host(?:name)?[: ]*(?P<host>\S*)"
        r"|unable to download '(?P<url>[^']+)'|Temporary failure in name resolution"
        r"|Failed to connect to|Connection (?:refused|reset|timed out)"
        r"|transport '[^']*' not allowed",
        f"{_UNREACHABLE}: {{host}}{{url}}",
        "check the network and the address; a build itself has no network",
    ),
    _rule(
        "timeout",
        r"timed out after (?P<seconds>\d+) seconds of silence",
        "the build printed nothing for {seconds} s",
        "raise Nix's own max-silent-time, for example in `build: {{options: [...]}}`",
    ),
    _rule(
        "timeout",
        r"timed out after (?P<seconds>\d+) seconds",
        "the build took longer than {seconds} s",
        "raise `build: {{timeout: ...}}`",
    ),
    _rule(
        "refused-package",
        r"^[^\S\n]*error: (?:P|Refusing to evaluate p)ackage [\u2018'](?P<name>[^\u2019']+)"
        r"[\u2019'](?: in \S+)?"
        r"(?: because it)? (?P<why>has an unfree license \([^)]*\)|is [^\n,.]*)",
        "nixpkgs refuses {name}: it {why}",
        "allow it in the `config` that nixpkgs is imported with, such as allowUnfree = true",
    ),
    _rule(
        "missing-pname",
        r"^[^\S\n]*error: (?:attribute 'pname' missing|undefined variable 'pname'"
        r"|function '[^']*' called without required argument 'pname')",
        "the package has no pname, which its builder or its fetcher needs",
        "write `pname`, the project's name on the package index, beside `version`",
    ),
    # The last one, which may have others as its cause, and only where little else came after it.
    _rule(
        "python-error",
        r"(?s:.*)^Traceback \(most recent call last\):\n(?:[^\S\n]+\S[^\n]*\n)+"
        r"(?P<what>[A-Za-z_][\w.]*(?:: [^\n]+)?)$(?=(?:\n[^\n]*){0,12}\Z)",
        "Python stops with {what}",
        "look at the traceback in the log: a dependency may be another version than is expected",
    ),
    # A place in «string» is one in the updater's own expression, which says nothing to its user.
    _rule(
        "evaluation",
        r"^\s*error: (?P<what>\S[^\n]*)\n\s*at (?P<where>(?!«string»)\S+:\d+:\d+)",
        "it does not evaluate: {what} at {where}",
        "fix the expression; `nix-instantiate --show-trace` shows more",
    ),
    _rule(
        "evaluation",
        r"^[^\S\n]*error: (?P<what>(?:attribute '[^']*' (?:missing|already)|undefined variable"
        r"|syntax error|infinite recursion|value is an? [\w ]+ while|cannot coerce"
        r"|expected an? [\w ]+ but found|flake '[^']*' does not provide)[^\n]*)",
        "it does not evaluate: {what}",
        "check `build: {{attribute: ...}}` and the expression",
    ),
)


def diagnose(log: str, project: str = "") -> Diagnosis | None:
    """Return what a log says is wrong, None where no rule fits.

    Args:
        log: of a build.
        project: whose, by its normalized name.
    """
    text = unquoted(_WARNING.sub("", log))
    for rule in _RULES:
        if rule.code in _UNMET and (unmet := _unmet(text, project)) is not None:
            return unmet
        if rule.code == _UNBUILT and (unbuilt := _unbuilt(text)) is not None:
            return unbuilt
        match = rule.pattern.search(text)
        if match is not None:
            groups = {name: value or "" for name, value in match.groupdict().items()}
            message = rule.message.format(**groups).removesuffix(" to the download of ")
            return Diagnosis(rule.code, message.rstrip(": "), rule.hint.format(**groups))
    return None


def _unbuilt(text: str) -> Diagnosis | None:
    """Return all that a build needs before it starts and did not have, None where that is nothing.

    A bound of ``build-system.requires`` counts as much as a name: pypa/build checks both.
    """
    unmet = of_the_build(text)
    if not unmet:
        return None
    absent = [f"{own.name}{own.bounds}" for own in unmet if not own.version]
    others = [
        f"the build needs {own.name}{own.bounds}, but the package set has {own.version}"
        for own in unmet
        if own.version
    ]
    missing = f"the build needs {_listed(absent)}, which it does not have" if absent else ""
    message = "; ".join([*filter(None, [missing]), *others])
    add = f"add {'it' if len(absent) == 1 else 'them'} to nativeBuildInputs" if absent else ""
    relax = "take the bound out of build-system.requires in postPatch" if others else ""
    return Diagnosis(_UNBUILT, message, "; ".join(filter(None, [add, relax])))


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _unmet(text: str, project: str) -> Diagnosis | None:
    """Return all requirements that a build found unmet, None where it found none."""
    unmet = of_the_wheel(text)
    names = [own.name for own in unmet if not own.version]
    own_names = [name for name in names if normalized_name(name) == project]
    names = [name for name in names if name not in own_names]
    bounds = [own for own in unmet if own.version]
    if not names and not bounds and not own_names:
        return None
    messages, hints = [], []
    if own_names:
        messages.append(f"the package requires itself, {project}, which is not there yet")
        hints.append(
            f'write `pythonRemoveDeps = [ "{project}" ];`, and add what the extras that it '
            "requires of itself need to propagatedBuildInputs"
        )
    if len(names) == 1:
        messages.append(f"the package requires {names[0]}, which is not among its dependencies")
        hints.append("add it to propagatedBuildInputs")
    elif names:
        messages.append(
            f"the package requires {_listed(names)}, which are not among its dependencies"
        )
        hints.append("add them to propagatedBuildInputs")
    messages += [
        f"the package requires {own.name}{own.bounds}, but the package set has {own.version}"
        for own in bounds
    ]
    if bounds:
        what = "it" if len(bounds) == 1 else "the bounds"
        hints.append(
            f"relax {what} with `substituteInPlace pyproject.toml --replace-fail` in postPatch, "
            "or with pythonRelaxDeps"
        )
    code = "missing-dependency" if names or own_names else "version-constraint"
    return Diagnosis(code, "; ".join(messages), "; ".join(hints))


def not_evaluated(log: str, *, confined: bool = False) -> Diagnosis | None:
    """Return why an evaluation failed: by a rule, else in Nix's last words, such as a throw's.

    Args:
        log: what Nix said.
        confined: it had no network.
    """
    diagnosis = diagnose(log)
    if confined and diagnosis is not None and diagnosis.code == "network":
        what = diagnosis.message.removeprefix(_UNREACHABLE)
        return Diagnosis("network", f"{_CONFINED}{what}", _WHAT_IS_FETCHED)
    words = _ERROR.findall(log)
    if diagnosis is not None or not words:
        return diagnosis
    hint = "fix the expression; `nix-instantiate --show-trace` shows more"
    return Diagnosis("evaluation", f"it does not evaluate: {words[-1]}", hint)


def tail(log: str, lines: int = 20) -> str:
    """Return a log's last lines that are not blank."""
    return "\n".join([line for line in log.splitlines() if line.strip()][-lines:])
