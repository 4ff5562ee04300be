"""Logs of builds, in the wordings of old and new Nix and nixpkgs, and what they mean."""

from __future__ import annotations

import pytest

from updater.building.diagnose import diagnose, not_evaluated, tail
from updater.model import Diagnosis

FURTHER = "copying a file\n" * 20
CASES = {
    "hash mismatch, Nix 2.3": (
        (
            "hash mismatch in fixed-output derivation '/nix/store/a-source':\n"
            "  wanted: sha256:0aaa\n  got:    sha256:1bbb\n"
            "cannot build derivation '/nix/store/b.drv': 1 dependencies couldn't be built\n"
        ),
        "hash-mismatch",
        "the source has the hash sha256:1bbb, but sha256:0aaa is pinned",
    ),
    "hash mismatch, Nix 2.8": (
        (
            "error: hash mismatch in fixed-output derivation '/nix/store/a-source.drv':\n"
            "         specified: sha256-AAA=\n            got:    sha256-BBB=\n"
        ),
        "hash-mismatch",
        "the source has the hash sha256-BBB=, but sha256-AAA= is pinned",
    ),
    "hash mismatch with its URL, Nix 2.25": (
        (
            "error: hash mismatch in fixed-output derivation '/nix/store/a-source.drv':\n"
            "         likely URL: https://index.example/a.tar.gz\n"
            "          specified: sha256-AAA=\n                got: sha256-BBB=\n"
        ),
        "hash-mismatch",
        "the source has the hash sha256-BBB=, but sha256-AAA= is pinned",
    ),
    "an exception whose cause is another, Nix 2.8": (
        (
            'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n'
            "    {}[1]\n    ~~^^^\nKeyError: 1\n\nDuring handling of the above exception, another "
            'exception occurred:\n\nTraceback (most recent call last):\n  File "b.py", line 2\n'
            "TypeError: no |\nerror: builder for '/nix/store/x.drv' failed with exit code 1\n"
        ),
        "python-error",
        "Python stops with TypeError: no |",
    ),
    "a module that is not Python": (
        (
            "ModuleNotFoundError: No module named 'seed'\n\nTraceback (most recent call last):\n"
            '  File "/nix/store/x/check_imports.py", line 87, in <module>\n    main()\n'
            '  File "/nix/store/y/lib/python3.11/site-packages/pear/seed.py", line 13\n'
            "    a = b \\\\\n          ^\nSyntaxError: unexpected character\n"
            "error: builder for '/nix/store/x.drv' failed with exit code 1\n"
        ),
        "syntax-error",
        "line 13 of pear/seed.py is not valid for this Python: unexpected character",
    ),
    "a setup.py of another Python": (
        (
            '  File "/build/pear-1.0/setup.py", line 3\n    print "x"\n    ^^^^^^^^^\n'
            "SyntaxError: Missing parentheses in call to 'print'\nERROR Backend subprocess exited\n"
            "error: builder for '/nix/store/x.drv' failed with exit code 1\n"
        ),
        "syntax-error",
        (
            "line 3 of /build/pear-1.0/setup.py is not valid for this Python: "
            "Missing parentheses in call to 'print'"
        ),
    ),
    "mixed indentation": (
        '  File "/build/a.py", line 2\n    x\nTabError: inconsistent use of tabs\n',
        "syntax-error",
        "line 2 of /build/a.py is not valid for this Python: inconsistent use of tabs",
    ),
    "a file that does not compile, and then a module that is not there": (
        (
            "*** Error compiling 'a.py'...\n  File \"a.py\", line 2\n    x y\n      ^\n"
            f"SyntaxError: invalid syntax\n{FURTHER}ModuleNotFoundError: No module named 'pear'\n"
        ),
        "missing-dependency",
        "the module pear is missing",
    ),
    "undefined variable, Nix 2.3": (
        "error: undefined variable 'nope' at /o/a.nix:9:19\n",
        "evaluation",
        "it does not evaluate: undefined variable 'nope' at /o/a.nix:9:19",
    ),
    "undefined variable, Nix 2.8": (
        "error: undefined variable 'nope'\n\n       at /o/a.nix:9:19:\n\n            8|\n",
        "evaluation",
        "it does not evaluate: undefined variable 'nope' at /o/a.nix:9:19",
    ),
    "missing attribute with its trace, Nix 2.24": (
        (
            "error:\n       … while calling the 'derivationStrict' builtin\n"
            "         at <nix/derivation-internal.nix>:34:12:\n\n"
            "       error: attribute 'nope' missing\n       at /o/a.nix:3:4:\n            2|\n"
        ),
        "evaluation",
        "it does not evaluate: attribute 'nope' missing at /o/a.nix:3:4",
    ),
    "no such attribute in a flake": (
        "error: flake 'path:/o' does not provide attribute 'packages.x86_64-linux.a', 'a'\n",
        "evaluation",
        (
            "it does not evaluate: flake 'path:/o' does not provide attribute "
            "'packages.x86_64-linux.a', 'a'"
        ),
    ),
    "pattern of --replace-fail, nixpkgs 24.05 and later": (
        (
            "substituteStream() in derivation python3.12-a-2.0: ERROR: pattern numpy\\<=1.24 "
            "doesn't match anything in file 'pyproject.toml'\n"
        ),
        "replace-fail",
        "substituteInPlace no longer finds numpy\\<=1.24 in pyproject.toml",
    ),
    "file of substituteInPlace is gone": (
        "substitute(): ERROR: file 'setup.py' does not exist\n",
        "missing-file",
        "postPatch changes setup.py, which this version does not have",
    ),
    "pythonRuntimeDepsCheck, missing": (
        "Checking runtime dependencies for a-2.0-py3-none-any.whl\n  - einx not installed\n",
        "missing-dependency",
        "the package requires einx, which is not among its dependencies",
    ),
    "pythonRuntimeDepsCheck, version": (
        "  - pydantic<=2.10.6 not satisfied by version 2.11.1\n",
        "version-constraint",
        "the package requires pydantic<=2.10.6, but the package set has 2.11.1",
    ),
    "pythonRuntimeDepsCheck, all that it lists": (
        (
            "Checking runtime dependencies for a-2.0-py3-none-any.whl\n  - einx not installed\n"
            "  - rich<14,>=9 not satisfied by version 14.0.0\n  - torch not installed\n"
        ),
        "missing-dependency",
        (
            "the package requires einx and torch, which are not among its dependencies; "
            "the package requires "
            "rich<14,>=9, but the package set has 14.0.0"
        ),
    ),
    "missing build backend": (
        "ERROR Backend 'hatchling.build' is not available.\n",
        "missing-build-backend",
        "the build backend hatchling.build is missing",
    ),
    "no setup.py any more": (
        "python3: can't open file '/build/a-2.0/setup.py': [Errno 2] No such file or directory\n",
        "no-setup-py",
        "the build needs setup.py, which this version does not have",
    ),
    "what the build needs, pypa/build before 1.4": (
        "\nERROR Missing dependencies:\n\thatchling>=1.2\n\thatch-vcs -> wheel\n",
        "missing-build-backend",
        "the build needs hatchling>=1.2 and wheel, which it does not have",
    ),
    "what the build needs, pypa/build since 1.4": (
        (
            "\nERROR Unmet dependencies (checked against /x/bin/python3):\n"
            "        setuptools>=999,!=1000\n                wanted: !=1000,>=999\n"
            "                found: 84.2.1\n        wheel[test]\n                wanted: any\n"
            "                found: not installed\nerror: builder for 'x' failed\n"
        ),
        "missing-build-backend",
        (
            "the build needs wheel, which it does not have; "
            "the build needs setuptools>=999,!=1000, but the package set has 84.2.1"
        ),
    ),
    "another version in the built metadata": (
        (
            "Executing pythonMetadataCheckPhase\n"
            "The 'a-b' derivation has version '0.8.4' but .dist-info/METADATA specifies version "
            "'0.5.48'.\nThis usually means that the wrong version is hardcoded in pyproject.toml.\n"
        ),
        "metadata-version",
        "the built metadata has version 0.5.48, but the overlay has 0.8.4",
    ),
    "another name in the built metadata": (
        "importlib.metadata.PackageNotFoundError: No package metadata was found for a-b\n",
        "metadata-name",
        "no metadata of a-b is built or installed",
    ),
    "a version that is none": (
        "packaging.version.InvalidVersion: Invalid version: '2024-02-20'\n",
        "invalid-version",
        "'2024-02-20' is not a version that Python's tools take (PEP 440)",
    ),
    "no pname, Nix 2.3": (
        "error: attribute 'pname' missing, at /o/a.nix:9:19\n",
        "missing-pname",
        "the package has no pname, which its builder or its fetcher needs",
    ),
    "no pname, Nix 2.24": (
        (
            "error:\n       \u2026 while calling a functor\n\n"
            "       error: function 'anonymous lambda' called without required argument 'pname'\n"
            "       at /o/a.nix:9:19:\n"
        ),
        "missing-pname",
        "the package has no pname, which its builder or its fetcher needs",
    ),
    "module missing at import": (
        "ModuleNotFoundError: No module named 'einx'\n",
        "missing-dependency",
        "the module einx is missing",
    ),
    "torch beside torch-bin": (
        "Found duplicated packages in closure for dependency 'torch': \n  torch 2.4 (/x)\n",
        "torch-instead-of-torch-bin",
        "both torch and torch-bin are in the closure",
    ),
    "CUDA": (
        "OSError: CUDA_HOME environment variable is not set. Please set it\n",
        "cuda-not-found",
        "CUDA is not found",
    ),
    "CUDA library": (
        "ImportError: libcudart.so.12: cannot open shared object file: No such file\n",
        "cuda-not-found",
        "CUDA is not found",
    ),
    "GPU": (
        "RuntimeError: Found no NVIDIA driver on your system.\n",
        "needs-gpu",
        "the build needs a GPU, which a Nix build does not have",
    ),
    "disk full": (
        "error: writing to file: No space left on device\n",
        "no-space",
        "the disk is full",
    ),
    "host that does not resolve": (
        "curl: (6) Could not resolve host: github.com\nerror: builder failed\n",
        "network",
        "the network is not reachable: github.com",
    ),
    "time limit": (
        "timed out after 3600 seconds\n",
        "timeout",
        "the build took longer than 3600 s",
    ),
    # Reported by users: nixpkgs issues 354317, 285234 and 400462, illogical-flake issue 17.
    "pythonRuntimeDepsCheck in the tail alone, Nix 2.31": (
        (
            "error: Cannot build '/nix/store/a.drv'.\n"
            "       Reason: builder failed with exit code 1.\n"
            "       Output paths:\n         /nix/store/a\n       Last 25 log lines:\n"
            "       > Checking runtime dependencies for a-2.0.2-py3-none-any.whl\n"
            "       >   - python-magic not installed\n       For full logs, run:\n"
            "         nix log /nix/store/a.drv\n"
        ),
        "missing-dependency",
        "the package requires python-magic, which is not among its dependencies",
    ),
    "version in the tail alone, Nix 2.28": (
        (
            "error: builder for '/nix/store/a.drv' failed with exit code 1;\n"
            "       last 25 log lines:\n"
            "       >   - rich<14,>=9 not satisfied by version 14.0.0\n"
        ),
        "version-constraint",
        "the package requires rich<14,>=9, but the package set has 14.0.0",
    ),
    "version of a requirement by URL": (
        "  - pysmart not satisfied by version 0.1.dev313\n",
        "version-constraint",
        "the package requires pysmart, but the package set has 0.1.dev313",
    ),
    "a log with the derivation's name before each line": (
        "python3.13-a> ModuleNotFoundError: No module named 'einx'\n",
        "missing-dependency",
        "the module einx is missing",
    ),
    "hash mismatch inside a truncated trace, Nix 2.16": (
        (
            "error:\n       … while calling the 'derivationStrict' builtin\n\n"
            "         at //builtin/derivation.nix:9:12: (source not available)\n\n"
            "       (stack trace truncated; use '--show-trace' to show the full trace)\n\n"
            "       error: hash mismatch in fixed-output derivation '/nix/store/a.drv':\n"
            "         specified: sha256-AAA=\n            got:    sha256-BBB=\n"
        ),
        "hash-mismatch",
        "the source has the hash sha256-BBB=, but sha256-AAA= is pinned",
    ),
    "hash mismatch with its paths, Lix 2.93": (
        (
            "error: hash mismatch in fixed-output derivation '/nix/store/a-source.drv':\n"
            "    likely URL: (unknown)\n     specified: sha256-AAA=\n           got: sha256-BBB=\n"
            " expected path: /nix/store/a-source\n      got path: /nix/store/b-source\n"
        ),
        "hash-mismatch",
        "the source has the hash sha256-BBB=, but sha256-AAA= is pinned",
    ),
    "host that does not resolve, Nix 2.31": (
        (
            "error: unable to download 'https://a.example/x': Could not resolve hostname (6) "
            "Could not resolve host: a.example\n"
        ),
        "network",
        "the network is not reachable: https://a.example/x",
    ),
    "host that does not resolve, in a fetcher's tail": (
        (
            "       > curl: (6) Could not resolve host: a.example\n"
            "       > error: cannot download source from any mirror\n"
        ),
        "network",
        "the network is not reachable: a.example",
    ),
    "a source that is gone, in a fetcher": (
        "trying https://a.example/x\ncurl: (22) The requested URL returned error: 404\n",
        "download-refused",
        "a server answers 404",
    ),
    "a source that is gone, Nix 2.24": (
        "error: unable to download 'https://a.example/x': HTTP error 404\n\n       response:\n",
        "download-refused",
        "a server answers 404 to the download of https://a.example/x",
    ),
    "silence": (
        "error: building of '/nix/store/a.drv' timed out after 60 seconds of silence\n",
        "timeout",
        "the build printed nothing for 60 s",
    ),
    "unfree, nixpkgs until 25.11": (
        (
            "       error: Package \u2018cuda-nvcc-12.8\u2019 in /x.nix:12 has an unfree license "
            "(\u2018CUDA EULA\u2019), refusing to evaluate.\n"
        ),
        "refused-package",
        "nixpkgs refuses cuda-nvcc-12.8: it has an unfree license (\u2018CUDA EULA\u2019)",
    ),
    "unfree, nixpkgs of 2026": (
        (
            "error: Refusing to evaluate package 'cuda-nvcc-12.8' in /nix/x.nix:85 because it "
            "has an unfree license (\u2018CUDA EULA\u2019)\n       a) To temporarily allow\n"
        ),
        "refused-package",
        "nixpkgs refuses cuda-nvcc-12.8: it has an unfree license (\u2018CUDA EULA\u2019)",
    ),
    "broken": (
        "error: Package \u2018a-1\u2019 in /x.nix:1 is marked as broken, refusing to evaluate.\n",
        "refused-package",
        "nixpkgs refuses a-1: it is marked as broken",
    ),
    "a type error, Nix 2.20": (
        (
            "error:\n       … while evaluating the attribute 'postPatch'\n"
            "         at /o/a.nix:9:7:\n            8|\n\n"
            "       error: expected a string but found a set: { }\n       at /o/a.nix:9:19:\n"
        ),
        "evaluation",
        "it does not evaluate: expected a string but found a set: { } at /o/a.nix:9:19",
    ),
}


@pytest.mark.parametrize(("log", "code", "message"), CASES.values(), ids=CASES)
def test_a_log_is_understood(log: str, code: str, message: str) -> None:
    found = diagnose(f"building '/nix/store/x.drv'...\n{log}error: 1 dependency failed\n")
    assert found is not None
    assert (found.code, found.message) == (code, message)
    assert found.hint


def test_a_log_without_a_known_reason_has_no_diagnosis() -> None:
    assert diagnose("Segmentation fault\nerror: builder failed with exit code 139\n") is None


def test_a_cache_that_cannot_be_reached_is_not_the_reason() -> None:
    log = (
        "warning: error: unable to download 'https://cache.example/a.narinfo': Could not resolve "
        "hostname (6) Could not resolve host: cache.example; retrying in 301 ms\n"
        "Segmentation fault\nerror: builder failed with exit code 139\n"
    )
    assert diagnose(log) is None


@pytest.mark.parametrize(
    "log",
    [
        "a.c:3:1: error: value is too large\n",
        "error: attribute value must be a literal\n",
        ">>> x\nSegmentation fault\n",
    ],
    ids=["gcc", "rustc", "doctest"],
)
def test_what_a_compiler_says_is_no_error_of_evaluation(log: str) -> None:
    assert diagnose(log) is None


def test_an_evaluation_that_no_rule_knows_is_explained_in_nix_s_last_words() -> None:
    """The message of a throw is written for people."""
    log = "error:\n       … while calling the 'throw' builtin\n\n       error: a needs CUDA 12\n"
    found = not_evaluated(log)
    assert found is not None
    assert (found.code, found.message) == ("evaluation", "it does not evaluate: a needs CUDA 12")
    assert not_evaluated("killed\n") is None


@pytest.mark.parametrize(
    "log",
    [
        "error: unable to download 'http://a.example/b': Couldn't connect to server (7)\n",
        "fatal: transport 'https' not allowed\nerror: program 'git' failed with exit code 128\n",
    ],
)
def test_what_has_no_network_says_so(log: str) -> None:
    diagnosis = not_evaluated(log, confined=True)
    assert diagnosis is not None
    assert diagnosis.message.startswith("the evaluation of this branch has no network, and asked")
    assert "--trust" in diagnosis.hint


def test_the_tail_is_the_last_lines_that_are_not_blank() -> None:
    assert tail("1\n\n2\n\n3\n\n", lines=2) == "2\n3"


def test_a_package_that_requires_itself_is_told_what_to_write() -> None:
    """It cannot be an input of itself."""
    log = "  - einx not installed\n  - Fig_Tree not installed\n"
    assert diagnose(log, "fig-tree") == Diagnosis(
        "missing-dependency",
        "the package requires itself, fig-tree, which is not there yet; the package requires einx, "
        "which is not among its dependencies",
        'write `pythonRemoveDeps = [ "fig-tree" ];`, and add what the extras that it requires of '
        "itself need to propagatedBuildInputs; add it to propagatedBuildInputs",
    )
