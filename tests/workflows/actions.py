"""What stands in for the actions that the workflows use: each does what the real one does for them.

An input that is not known here is an error, and so is an action.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from docs.make import repository
from tests.workflows.expressions import Expressions
from tests.workflows.runner import python

if TYPE_CHECKING:
    from tests.real_nix import Nix
    from tests.workflows.runner import Action, Job, Runner


_PIP_ONCE = Path(__file__).parent / "pip_once.py"


def _takes(given: dict[str, Any], *names: str) -> None:
    assert set(given) <= set(names), f"unknown inputs {set(given) - set(names)}"


def checkout(_runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
    """Clone the repository without credentials; all of its history where that is asked for."""
    _takes(given, "persist-credentials", "ref", "path", "fetch-depth")
    assert given["persist-credentials"] is False
    github = job.contexts["github"]
    address = f"{github['server_url']}/{github['repository']}"
    target = job.workspace / given.get("path", ".")
    target.mkdir(exist_ok=True)
    commit = given.get("ref") or github["sha"]
    depth = [] if given.get("fetch-depth") == 0 else ["--depth=1"]
    branches = ["+refs/heads/*:refs/remotes/origin/*"] if not depth else []
    for command in (
        ["init", "--quiet"],
        ["remote", "add", "origin", address],
        ["fetch", "--quiet", *depth, "origin", commit, *branches],
        ["checkout", "--quiet", "FETCH_HEAD"],
    ):
        subprocess.run(["git", *command], cwd=target, check=True, env=job.environment())
    return {}


def setup_python(kept: Path) -> Action:
    """Return what makes a Python that has the packages of the tests' own, but not the project.

    Args:
        kept: where the projects are that jobs have installed; see `pip_once`.
    """

    def setup(_runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
        _takes(given, "python-version")
        folder = job.folder / "python"
        subprocess.run([python(), "-m", "venv", "--without-pip", str(folder)], check=True)
        (site,) = folder.glob("lib/python*/site-packages")
        packages = sysconfig.get_path("purelib")
        (site / "tests.pth").write_text(f"{packages}\n")
        (site / "pip").mkdir()
        (site / "pip" / "__init__.py").touch()
        text = _PIP_ONCE.read_text().replace("@PIP@", f"{packages}/pip")
        (site / "pip" / "__main__.py").write_text(text.replace("@KEPT@", str(kept)))
        job.path.insert(0, str(folder / "bin"))
        # No network for what is there already
        job.variables |= {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
        return {}

    return setup


def restore_cache(runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
    """Put back the newest folder that an earlier run kept."""
    _takes(given, "path", "key", "restore-keys")
    folder = Path(str(given["path"]).replace("~", str(job.home)))
    known = [one for one in runner.caches if one.startswith(given["restore-keys"])]
    if known:
        shutil.copytree(runner.caches[known[-1]], folder)
    return {}


def save_cache(runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
    """Keep a folder, where there is one."""
    _takes(given, "path", "key")
    folder = Path(str(given["path"]).replace("~", str(job.home)))
    if folder.exists():
        kept = runner.run.folder / "caches" / given["key"]
        shutil.copytree(folder, kept)
        runner.caches[given["key"]] = kept
    return {}


def upload_artifact(runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
    """Keep a folder under a name."""
    _takes(given, "name", "path", "if-no-files-found", "overwrite", "retention-days")
    folder = Path(str(given["path"]).replace("~", str(job.home)))
    assert given["if-no-files-found"] == "ignore"
    if folder.exists():
        kept = runner.run.folder / "artifacts" / given["name"]
        shutil.copytree(folder, kept, symlinks=True)
        runner.artifacts[given["name"]] = kept
    return {}


def download_artifact(runner: Runner, _job: Job, given: dict[str, Any]) -> dict[str, str]:
    """Put each artifact that a pattern names into a folder of its name."""
    _takes(given, "path", "pattern")
    prefix = given["pattern"].removesuffix("*")
    for name, kept in runner.artifacts.items():
        if name.startswith(prefix):
            shutil.copytree(kept, Path(given["path"]) / name, symlinks=True)
    return {}


def app_token(_runner: Runner, _job: Job, given: dict[str, Any]) -> dict[str, str]:
    """Give a token of the App with the rights that are asked for, in exchange for its key."""
    rights = ("permission-contents", "permission-pull-requests", "permission-issues")
    _takes(given, "client-id", "private-key", *rights)
    assert (given["client-id"], given["private-key"]) == ("Iv1.app", "key")
    return {"token": "ghs_app"}


def install_nix(nix: Nix) -> Action:
    """Return what gives a job the real Nix, and leaves the job's token in Nix's configuration."""

    def install(_runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
        _takes(given)
        conf = job.folder / "nix"
        shutil.copytree(nix.environment["NIX_CONF_DIR"], conf)
        token = job.contexts["github"]["token"]
        with (conf / "nix.conf").open("a") as file:
            file.write(f"access-tokens = github.com={token}\n")
        named = {name: value for name, value in nix.environment.items() if name.startswith("NIX_")}
        job.variables |= named | {"NIX_CONF_DIR": str(conf)}
        return {}

    return install


def composite(action: Path) -> Action:
    """Return what runs a composite action's own steps, from the folder that has its action.yml."""
    definition = yaml.safe_load((action / "action.yml").read_text())
    assert definition["runs"]["using"] == "composite"

    def run(runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
        _takes(given, *definition["inputs"])
        known = Expressions(job.contexts)
        inputs = {
            name: known.text(given.get(name, one.get("default", "")))
            for name, one in definition["inputs"].items()
        }
        outside, steps = job.contexts["inputs"], job.contexts["steps"]
        job.contexts |= {"inputs": inputs, "steps": {}}
        assert all("shell" in step for step in definition["runs"]["steps"] if "run" in step)
        runner.steps(job, definition["runs"]["steps"], {"GITHUB_ACTION_PATH": str(action)})
        inside = Expressions(job.contexts)
        outputs = {name: inside.text(one["value"]) for name, one in definition["outputs"].items()}
        job.contexts |= {"inputs": outside, "steps": steps}
        return outputs

    return run


def own(folder: str) -> Action:
    """Return what runs the project's own action, as the workspace has it in a folder."""

    def run(runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
        return composite(job.workspace / folder)(runner, job, given)

    return run


def stand_ins(nix: Nix, action: Path) -> dict[str, Action]:
    """Return all of them, by the name that a workflow uses; ``action`` is the project's own."""
    return {
        repository(): composite(action),
        "./": own("."),
        "./base": own("base"),
        "actions/checkout": checkout,
        "actions/setup-python": setup_python(nix.folder / "installed"),
        "actions/cache/restore": restore_cache,
        "actions/cache/save": save_cache,
        "actions/upload-artifact": upload_artifact,
        "actions/download-artifact": download_artifact,
        "actions/create-github-app-token": app_token,
        "cachix/install-nix-action": install_nix(nix),
    }
