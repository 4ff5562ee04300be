"""Runs a workflow's own steps as GitHub's runner does: conditions, matrices, files, artifacts.

What a step `uses` is stood in for by what that action does: see `actions`. A key that is not known
here is an error. Source: GitHub docs, "Workflow syntax", "Workflow commands", "Variables".
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

from tests.workflows.expressions import Expressions, asks_for_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

Action: TypeAlias = "Callable[[Runner, Job, dict[str, Any]], dict[str, str]]"
"""What stands in for an action: given its inputs, it returns its outputs."""

_JOB: Final = frozenset(
    [
        "name",
        "needs",
        "if",
        "runs-on",
        "environment",
        "timeout-minutes",
        "permissions",
        "outputs",
        "strategy",
        "steps",
    ]
)
_STEP: Final = frozenset(["name", "id", "if", "env", "run", "shell", "uses", "with"])
_SHELLS: Final = {
    None: ["bash", "-e"],
    "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
}


@dataclass(frozen=True, slots=True)
class Run:
    """What one workflow run is given.

    Attributes:
        github: the context, without what belongs to one job.
        tokens: the token of a job that may write contents, and that of one that may only read.
        environment: variables of every job's machine.
    """

    folder: Path
    github: Mapping[str, Any]
    inputs: Mapping[str, Any]
    tokens: tuple[str, str]
    environment: Mapping[str, str]
    vars: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Job:
    """One job of a run, or one entry of its matrix, and what it left.

    Attributes:
        log: all that its steps printed.
        summary: what its steps added to their summaries.
    """

    name: str
    folder: Path
    contexts: dict[str, Any]
    variables: dict[str, str]
    path: list[str] = field(default_factory=list)
    result: str = "success"
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        """Where the repository is checked out."""
        return self.folder / "workspace"

    @property
    def home(self) -> Path:
        """The user's home folder."""
        return self.folder / "home"

    @property
    def commands(self) -> list[str]:
        """The lines that the runner takes for commands."""
        return [one for one in self.log.splitlines() if one.lstrip().startswith("::")]

    def environment(self) -> dict[str, str]:
        """Return the variables of a step of this job, without its own."""
        path = os.pathsep.join([*self.path, "/usr/local/bin", "/usr/bin", "/bin"])
        return {**self.variables, "PATH": path, "HOME": str(self.home)}


class Runner:
    """Runs the jobs of one workflow, in the order of their needs.

    Args:
        workflow: its text.
        run: what it is given.
        actions: name of an action -> what stands in for it.
    """

    def __init__(self, workflow: str, run: Run, actions: Mapping[str, Action]) -> None:
        self.run = run
        self.artifacts: dict[str, Path] = {}
        self.caches: dict[str, Path] = {}
        self.jobs: list[Job] = []
        self._actions = actions
        self._definitions: dict[str, Any] = yaml.safe_load(workflow)["jobs"]
        self._needed: dict[str, dict[str, Any]] = {}

    @property
    def results(self) -> dict[str, str]:
        """What became of each job."""
        return {name: one["result"] for name, one in self._needed.items()}

    def all(self) -> None:
        """Run all jobs."""
        for name in self._definitions:
            self.job(name)

    def job(self, name: str) -> list[Job]:
        """Run a job, all entries of its matrix; those that it needs have run."""
        definition = self._definitions[name]
        assert set(definition) <= _JOB, f"{name}: unknown keys {set(definition) - _JOB}"
        needs = definition.get("needs", [])
        needed = {one: self._needed[one] for one in ([needs] if isinstance(needs, str) else needs)}
        contexts = self._contexts(needed)
        condition = str(definition.get("if", "success"))
        fine = all(one["result"] == "success" for one in needed.values())
        wanted = "if" not in definition or Expressions(contexts).holds(condition)
        if not wanted or not (fine or asks_for_status(condition)):
            self._needed[name] = {"result": "skipped", "outputs": {}}
            return []
        entries = self._entries(definition, contexts)
        done = [self._entry(name, definition, contexts | one) for one in entries]
        failed = any(one.result == "failure" for one in done)
        self._needed[name] = {
            "result": "failure" if failed else "success",
            "outputs": done[-1].outputs if done else {},
        }
        self.jobs += done
        return done

    def _contexts(self, needed: Mapping[str, Any]) -> dict[str, Any]:
        run = self.run
        known = {"needs": needed, "inputs": run.inputs, "vars": run.vars, "secrets": run.secrets}
        return {**known, "github": dict(run.github), "steps": {}}

    def _entries(self, definition: Any, contexts: Mapping[str, Any]) -> list[dict[str, Any]]:
        if "strategy" not in definition:
            return [{}]
        strategy = definition["strategy"]
        assert strategy["fail-fast"] is False
        assert list(strategy["matrix"]) == ["include"]
        included = Expressions(contexts).value(strategy["matrix"]["include"])
        assert len(included) <= 256
        return [
            {"matrix": entry, "strategy": {"job-index": place}}
            for place, entry in enumerate(included)
        ]

    def _entry(self, name: str, definition: Any, contexts: dict[str, Any]) -> Job:
        writes, reads = self.run.tokens
        may_write = definition["permissions"].get("contents") == "write"
        place = contexts.get("strategy", {}).get("job-index", 0)
        folder = self.run.folder / f"{name}-{place}"
        token = writes if may_write else reads
        job = Job(
            Expressions(contexts).text(definition.get("name", name)),
            folder,
            contexts | {"runner": {"temp": str(folder / "temp")}, "steps": {}},
            dict(self.run.environment),
        )
        job.contexts["github"] = {
            **contexts["github"],
            "token": token,
            "job": name,
            "workspace": str(job.workspace),
        }
        for made in (job.workspace, job.home, folder / "temp"):
            made.mkdir(parents=True)
        job.variables |= self._variables(job)
        self.steps(job, definition["steps"], {})
        known = Expressions(job.contexts)
        job.outputs = {
            output: known.text(said) for output, said in definition.get("outputs", {}).items()
        }
        return job

    def _variables(self, job: Job) -> dict[str, str]:
        said = {name.upper(): str(job.contexts["github"][name]) for name in _TOLD}
        told = {f"GITHUB_{name}": value for name, value in said.items()}
        temp = str(job.folder / "temp")
        return told | {
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "RUNNER_TEMP": temp,
            "LANG": "C.UTF-8",
        }

    # --- steps ---

    def steps(self, job: Job, steps: Sequence[Any], more: Mapping[str, str]) -> None:
        """Run steps one after the other; of one that fails, only those that ask for it follow.

        Args:
            job: whose.
            steps: as the workflow or an action has them.
            more: further variables, which an action's steps have.
        """
        for step in steps:
            assert set(step) <= _STEP, f"unknown keys {set(step) - _STEP}"
            known = Expressions(job.contexts, failed=job.result == "failure")
            condition = str(step.get("if", "success"))
            wanted = "if" not in step or known.holds(condition)
            if wanted and (job.result == "success" or asks_for_status(condition)):
                outputs = self._step(job, step, known, more)
            else:
                outputs = {}
            if "id" in step:
                job.contexts["steps"][step["id"]] = {"outputs": outputs}

    def _step(
        self, job: Job, step: Any, known: Expressions, more: Mapping[str, str]
    ) -> dict[str, str]:
        if "uses" in step:
            name = str(step["uses"]).partition("@")[0]
            assert name in self._actions, f"nothing stands in for {name}"
            return self._actions[name](self, job, known.value(step.get("with", {})))
        assert "${{" not in step["run"], "data would be expanded into a script"
        files = {}
        for kind in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY"):
            files[kind] = job.folder / "temp" / f"{kind}-{len(job.log)}"
            files[kind].write_text("")
        script = job.folder / "temp" / "script.sh"
        script.write_text(step["run"])
        own = {name: known.text(said) for name, said in step.get("env", {}).items()}
        told = {f"GITHUB_{kind}": str(path) for kind, path in files.items()}
        done = subprocess.run(
            [*_SHELLS[step.get("shell")], str(script)],
            cwd=job.workspace,
            env={**job.environment(), **more, **told, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        job.log += done.stdout.decode()
        job.summary += files["STEP_SUMMARY"].read_text()
        assert files["STEP_SUMMARY"].stat().st_size <= 1024 * 1024
        assert files["ENV"].read_text() + files["PATH"].read_text() == ""
        if done.returncode:
            job.result = "failure"
        lines = files["OUTPUT"].read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


_TOLD: Final = ("repository", "server_url", "sha", "ref", "event_name", "workspace", "run_id")


def python() -> str:
    """The interpreter of every job: the one that runs the tests."""
    return sys.executable
