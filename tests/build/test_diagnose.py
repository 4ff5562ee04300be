"""Logs of builds, in the wordings of old and new Nix and nixpkgs, and what they mean."""

from __future__ import annotations

import pytest

from updater.build.diagnose import diagnose, tail

CASES = {
    "hash mismatch, Nix 2.3": (
        (
            "hash mismatch in fixed-output derivation '/nix/store/a-source':\n"
            "  wanted: sha256:0aaa\n  got:    sha256:1bbb\n"
            "cannot build derivation '/nix/store/b.drv': 1 dependencies couldn't be built\n"
        ),
        "hash-mismatch",
        "the source has the hash sha256:1bbb, and sha256:0aaa is pinned",
    ),
    "hash mismatch, Nix 2.8": (
        (
            "error: hash mismatch in fixed-output derivation '/nix/store/a-source.drv':\n"
            "         specified: sha256-AAA=\n            got:    sha256-BBB=\n"
        ),
        "hash-mismatch",
        "the source has the hash sha256-BBB=, and sha256-AAA= is pinned",
    ),
    "hash mismatch with its URL, Nix 2.25": (
        (
            "error: hash mismatch in fixed-output derivation '/nix/store/a-source.drv':\n"
            "         likely URL: https://index.example/a.tar.gz\n"
            "          specified: sha256-AAA=\n                got: sha256-BBB=\n"
        ),
        "hash-mismatch",
        "the source has the hash sha256-BBB=, and sha256-AAA= is pinned",
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
        "the package requires pydantic<=2.10.6, and the package set has 2.11.1",
    ),
    "missing build back-end": (
        "ERROR Backend 'hatchling.build' is not available.\n",
        "missing-build-backend",
        "the build back-end hatchling.build is missing",
    ),
    "no setup.py any more": (
        "python3: can't open file '/build/a-2.0/setup.py': [Errno 2] No such file or directory\n",
        "no-setup-py",
        "the build asks for setup.py, which this version does not have",
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
        "something needs a GPU, and a build has none",
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
}


@pytest.mark.parametrize(("log", "code", "message"), CASES.values(), ids=CASES)
def test_a_log_is_understood(log: str, code: str, message: str) -> None:
    found = diagnose(f"building '/nix/store/x.drv'...\n{log}error: 1 dependency failed\n")
    assert found is not None
    assert (found.code, found.message) == (code, message)
    assert found.hint


def test_a_log_without_a_known_reason_has_no_diagnosis() -> None:
    assert diagnose("Segmentation fault\nerror: builder failed with exit code 139\n") is None


def test_the_tail_is_the_last_lines_that_are_not_blank() -> None:
    assert tail("1\n\n2\n\n3\n\n", lines=2) == "2\n3"
