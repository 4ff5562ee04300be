"""Projects are found from anywhere in them, and packages by whatever one would call them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, flat_hash, pypi_overlay
from updater.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.index import Index
    from tests.project import Project


class Shell:
    """Runs the command in a folder, as a person there does.

    Attributes:
        root: of a repository with overlays and no configuration.
    """

    def __init__(
        self, root: Path, patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[bytes]
    ) -> None:
        self.root = root
        self._patch = patch
        self._captured = captured

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def run(self, *arguments: str, folder: str = ".") -> tuple[int, str, str]:
        """Return exit code, stdout and stderr of ``updater ARGUMENTS`` in a folder."""
        self._patch.chdir(self.root / folder)
        self._captured.readouterr()
        code = main([*arguments])
        out, err = self._captured.readouterr()
        return code, out.decode(), err.decode()

    def listed(self, *arguments: str, folder: str = ".") -> list[str]:
        """Return the names that `list` shows."""
        code, out, err = self.run("list", *arguments, folder=folder)
        assert code == 0, err
        return [line.split()[0] for line in out.splitlines()[1:]]


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Shell:
    """A repository with two overlays, one in a sub-folder."""
    made = Shell(tmp_path / "repository", monkeypatch, capfdbinary)
    made.write(".git/HEAD", "ref: refs/heads/main\n")
    made.write("overlays/apple.nix", pypi_overlay("apple", "1.0", sri=FAKE))
    made.write("overlays/deep/pear.nix", pypi_overlay("pear", "1.0", sri=FAKE))
    made.write("docs/index.md", "")
    return made


@pytest.mark.parametrize("folder", [".", "overlays", "overlays/deep", "docs"])
@pytest.mark.parametrize("configured", ["", "config.yaml", "updater.yaml"])
def test_a_project_is_found_from_each_of_its_folders(
    shell: Shell, folder: str, configured: str
) -> None:
    if configured:
        shell.write(configured, "overlays: overlays\n")
    assert shell.listed(folder=folder) == ["apple", "pear"]
    assert shell.listed("-C", str(shell.root / folder)) == ["apple", "pear"]


def test_files_are_shown_from_the_projects_root_and_named_from_where_one_is(shell: Shell) -> None:
    code, out, _ = shell.run("list", "pear.nix", "../apple.nix", folder="overlays/deep")
    assert (code, [line.split()[-1] for line in out.splitlines()[1:]]) == (
        0,
        ["overlays/apple.nix:3", "overlays/deep/pear.nix:3"],
    )


def test_a_message_names_the_configuration_as_one_would_write_it_there(shell: Shell) -> None:
    shell.write("config.yaml", "overlays: [overlays]\npackages: {appel: {hold: true}}\n")
    assert shell.run("list", folder="docs")[2] == (
        "updater: warning: ../config.yaml:2:packages.appel: matches no package; "
        "did you mean apple?\n"
    )
    shell.write("config.yaml", "overlays: [overlays]\ndefaults: {hold: }\n")
    code, _, err = shell.run("list", folder="docs")
    assert (code, err) == (
        2,
        (
            "updater: ../config.yaml:2:defaults.hold: expected true, false or the reason as text; "
            "found nothing\n"
        ),
    )


def test_quiet_leaves_warnings_out(shell: Shell) -> None:
    shell.write("config.yaml", "packages: {appel: {hold: true}}\n")
    assert shell.run("list", "-q")[::2] == (0, "")


def test_another_programs_configuration_is_passed_over(shell: Shell) -> None:
    shell.write("config.yaml", "baseURL: https://site.example\ntheme: plain\n")
    code, out, err = shell.run("list")
    assert (code, len(out.splitlines())) == (0, 3)
    assert err.splitlines()[0] == (
        "updater: config.yaml is not read: it has none of the updater's keys, so it seems to "
        "belong to another program. The updater's own file may also be called updater.yaml"
    )
    shell.write("updater.yaml", "packages: {apple: {hold: waits}}\n")
    code, out, err = shell.run("list")
    assert (code, "waits" in out, "config.yaml" in err) == (0, True, False)


WRONG = {
    "YAML": ("overlays: [overlays\n", "config.yaml:2: not valid YAML: expected ',' or ']', but"),
    "a tab": ("a:\n\tb: 1\n", "config.yaml:2: not valid YAML: found character '\\t' that cannot"),
    "a list": ("- overlays\n", "config.yaml: expected keys and values, such as"),
    "a typo": ("overlay: [overlays]\n", "config.yaml:1:overlay: is not a known key"),
    "bytes": ("overlays: [\x00]\n", "config.yaml: not valid YAML: "),
    "two of them": ("x", "both config.yaml and updater.yaml configure the updater"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_configuration_that_cannot_be_used_is_an_error(
    shell: Shell, text: str, said: str
) -> None:
    if text == "x":
        shell.write("updater.yaml", "overlays: [overlays]\n")
        text = "overlays: [overlays]\n"
    shell.write("config.yaml", text)
    code, out, err = shell.run("list")
    assert (code, out) == (2, "")
    assert err.startswith(f"updater: {said}")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n"])
def test_an_empty_configuration_changes_nothing(shell: Shell, text: str) -> None:
    shell.write("config.yaml", text)
    assert shell.listed() == ["apple", "pear"]


def test_a_folder_called_as_the_configuration_is_passed_over(shell: Shell) -> None:
    (shell.root / "config.yaml").mkdir()
    assert shell.listed() == ["apple", "pear"]
    assert shell.run("list")[2].startswith("updater: config.yaml is not read: it is a folder\n")


def test_a_hold_at_the_top_of_a_file_with_one_package_holds_it(shell: Shell) -> None:
    text = pypi_overlay("apple", "1.0", sri=FAKE)
    shell.write("overlays/apple.nix", f"# updater: hold waits for CUDA\n{text}")
    code, out, _ = shell.run("list")
    assert (code, [line.split()[0] for line in out.splitlines()[1:]]) == (0, ["apple", "pear"])
    assert "waits for CUDA" in out.splitlines()[1]


def test_a_version_behind_a_name_is_the_one_to_move_to(project: Project, index: Index) -> None:
    for version in ("1.0", "1.5", "2.0"):
        index.release("apple", version)
    project.overlay("apple.nix", pypi_overlay("apple", "1.0", sri=FAKE))
    result = project.run("bump", "python3Packages.Apple@1.5", "--dry-run")
    assert result.code == 3
    result = project.run("bump", "python3Packages.apple@1.5", "--dry-run")
    assert (result.code, '+      version = "1.5";' in result.out) == (0, True)
    result = project.run("bump", "apple@1.5", "--to", "2.0")
    assert (result.code, result.err.splitlines()[0]) == (
        2,
        "updater: --to 2.0 and apple@1.5 both name a version",
    )
    result = project.run("check", "apple@1.5")
    assert (result.code, result.err.splitlines()[1]) == (3, "hint: did you mean apple?")


def test_a_key_does_not_rule_a_package_that_only_has_its_pname(shell: Shell) -> None:
    other = pypi_overlay("apple_1", "1.0", sri=FAKE).replace('"apple_1"', '"apple"')
    shell.write("overlays/old.nix", other)
    shell.write("updater.yaml", "packages: {apple: {hold: new}, 'app*': {hold: all}}\n")
    code, out, _ = shell.run("list")
    held = {line.split()[0]: line.partition(".nix:3")[2].strip() for line in out.splitlines()[1:]}
    assert (code, held) == (0, {"apple": "new", "apple_1": "all", "pear": ""})


def test_what_is_bumped_from_below_is_written_and_committed_where_it_lies(
    project: Project,
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    (made,) = index.release("apple", "2.0")
    path = project.overlay("apple.nix", pypi_overlay("apple", "1.0", sri=FAKE))
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "all")
    monkeypatch.chdir(path.parent)
    capfdbinary.readouterr()
    assert main(["bump", "./apple.nix", "--commit"]) == 0
    assert path.read_text() == pypi_overlay("apple", "2.0", sri=flat_hash(made.content))
    assert project.git("status", "--porcelain") == ""
    assert project.git("log", "-1", "--format=", "--name-only") == "overlays/apple.nix\n"


@pytest.mark.parametrize("name", ["gitlab.com:o/r", "unknown.example:o/r"])
def test_pull_requests_elsewhere_than_on_github_are_refused(project: Project, name: str) -> None:
    project.overlay("apple.nix", pypi_overlay("apple", "1.0", sri=FAKE))
    project.add_configuration(f"repository: {name}\n")
    result = project.run("bump", "--pr")
    assert (result.code, result.out) == (2, "")
    host = name.partition(":")[0]
    assert result.err.splitlines()[0].count(host) == 1
