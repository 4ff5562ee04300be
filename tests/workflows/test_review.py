"""review.yml, run step by step on pull requests: an honest one, and one that tries everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, pypi_overlay
from tests.workflows.sample import READER, ROOT, Sample, plain, release, true_overlay
from tests.workshop import buildable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.real_nix import Nix

pytestmark = pytest.mark.nix

REVIEW = (ROOT / ".github" / "workflows" / "review.yml").read_text()
AT = "http://HOST/me/overlays/blob/COMMIT/overlays"
TABLE = "| status | package | version | what | pull request |\n| --- | --- | --- | --- | --- |\n"


@pytest.fixture
def sample(github: GitHub, index: Index, nix: Nix, tmp_path: Path) -> Sample:
    """Apple and pear at 1.0, true and buildable."""
    overlays = {f"overlays/{name}.nix": true_overlay(index, name) for name in ("apple", "pear")}
    return Sample.made(github, index, nix, tmp_path, overlays)


def bumped(sample: Sample, name: str) -> str:
    """Release version 2.0 of a package; return an overlay that pins it."""
    sri = release(sample.index, name, "2.0")
    return buildable(pypi_overlay(name, "2.0", sri=sri))


def test_a_true_pin_that_builds_passes(sample: Sample) -> None:
    event = sample.pull_event("theirs", {"overlays/apple.nix": bumped(sample, "apple")})
    runner = sample.runner(REVIEW, "run", event=event)
    runner.all()
    (job,) = runner.jobs
    assert (job.result, plain(job.log)) == (
        "success",
        (
            "passed  apple  1.0  -> 2.0  the pin is ok; builds as python3Packages.apple in N s, "
            "not sandboxed\n"
            "        warning: a new major version\n"
            "::warning file=overlays/apple.nix,line=5,title=apple%3A major-version::a new major "
            "version: 1.0 -> 2.0\n"
        ),
    )
    assert plain(job.summary) == (
        "## updater review: 1 passed\n\n<details><summary>1 passed</summary>\n\n"
        f"{TABLE}| passed | [`apple`]({AT}/apple.nix#L3) | `1.0` → `2.0` | changes `version`, "
        "`hash`<br>true<br>builds as `python3Packages.apple`; imports: `apple`; version: `2.0`"
        "<br>a new major version: 1.0 -&gt; "
        "2.0 |  |\n\n</details>\n\n\n"
    )


def test_nothing_that_a_pull_request_says_steers_its_review(sample: Sample) -> None:
    """Its configuration would ask another index and build nothing; its tool would pass all.

    Its evaluation looks for a token in the environment, which it finds empty, and in Nix's own
    configuration, which it may not read.
    """
    spying = bumped(sample, "apple").replace(
        "      src =",
        '      seen = builtins.getEnv "GITHUB_TOKEN" + builtins.readFile (builtins.getEnv '
        '"NIX_CONF_DIR" + "/nix.conf");\n'
        '      postPatch = builtins.trace "SEEN ${seen} END" "";\n      src =',
    )
    files = {
        "config.yaml": "index: http://127.0.0.1:9/evil\ndefaults: {build: {enabled: false}}\n",
        "updater/cli/app.py": "def run(arguments):\n    print('all is well')\n    return 0\n",
        "overlays/apple.nix": spying,
        "overlays/pear.nix": pypi_overlay("pear", "1.5", sri=FAKE),
    }
    true = release(sample.index, "pear", "1.5")
    runner = sample.runner(REVIEW, "run", event=sample.pull_event("theirs", files))
    runner.all()
    (job,) = runner.jobs
    assert (job.result, [plain(one) for one in job.commands]) == (
        "failure",
        [
            (
                "::error file=overlays/apple.nix,line=3,title=apple%3A failed at build::evaluation "
                "of python3Packages.apple: it does not evaluate: access to absolute path "
                "'/nix.conf' is forbidden in restricted mode%0Afix the expression; "
                "`nix-instantiate --show-trace` shows more; the whole log: "
                "http://HOST/me/overlays/actions/runs/17#artifacts (logs: "
                "overlays-apple.nix-python3Packages.apple-DIGEST.log)"
            ),
            (
                "::warning file=overlays/apple.nix,line=5,title=apple%3A major-version::a new "
                "major version: 1.0 -> 2.0"
            ),
            (
                "::error file=overlays/pear.nix,line=9,title=pear%3A wrong hash::the index's file "
                "has HASH"
            ),
            (
                "::error file=overlays/pear.nix,line=3,title=pear%3A failed at build::fetch of "
                "python3Packages.pear: the source has the hash HASH, but HASH is "
                "pinned%0Aupstream replaced the file, or the pin was always wrong: compare both "
                "before you trust it; "
                "the whole log: http://HOST/me/overlays/actions/runs/17#artifacts (logs: "
                "overlays-pear.nix-python3Packages.pear-DIGEST.log)"
            ),
        ],
    )
    assert true in job.log
    logs = (job.home / ".local" / "state" / "updater" / "log").rglob("*apple*.log")
    log = "".join(one.read_text() for one in logs)
    assert "forbidden in restricted mode" in log
    assert "SEEN" not in log
    assert READER not in log + job.log + job.summary
    assert sample.tokens() == set()


@pytest.mark.thorough
def test_a_base_without_a_configuration_does_not_take_the_pull_requests(sample: Sample) -> None:
    main = sample.hosted.git("rev-parse", "main")
    listed = sample.hosted.git("ls-tree", "-r", "--name-only", main).split()
    files = {
        file: sample.hosted.git("show", f"{main}:{file}") + "\n"
        for file in listed
        if file != "config.yaml"
    }
    sample.hosted.commit(files, branch="main", parents=[])
    sample.hosted.settle()
    evil = {"config.yaml": "overlays: [nowhere]\n"}
    runner = sample.runner(REVIEW, "run", event=sample.pull_event("theirs", evil))
    runner.all()
    (job,) = runner.jobs
    assert (job.result, job.log) == (
        "success",
        "updater: no configuration: reading overlays/\nno packages\n",
    )


def test_the_workflow_names_no_secret() -> None:
    assert "secrets." not in REVIEW
    assert "github.token" not in REVIEW
