"""Which projects may bring a module, by their names."""

from __future__ import annotations

import pytest

from updater.adapt.modules import is_same, may_bring, project_of_module


@pytest.mark.parametrize(
    ("project", "module", "expected"),
    [
        ("numpy", "numpy", True),
        ("pyyaml", "yaml", True),
        ("pillow", "PIL", True),
        ("hydra-core", "hydra", True),
        ("pyserial", "serial", True),
        ("numpy", "scipy", False),
        ("pyyaml", "tqdm", False),
        ("yamllint", "yaml", False),
        ("scikit-learn", "learn", False),
    ],
)
def test_a_project_may_bring_a_module_of_its_name_or_of_a_known_one(
    project: str, module: str, *, expected: bool
) -> None:
    assert may_bring(project, module) is expected


def test_a_module_is_asked_of_the_project_that_has_it() -> None:
    """Nobody can be asked for what many projects have a part of."""
    modules = ("yaml", "tqdm", "rotary_embedding_torch", "google")
    assert [project_of_module(module) for module in modules] == [
        "pyyaml",
        "tqdm",
        "rotary-embedding-torch",
        "",
    ]


def test_projects_that_bring_one_module_stand_for_each_other() -> None:
    pairs = (("opencv-python", "opencv4"), ("nvidia-ml-py", "pynvml"), ("numpy", "scipy"))
    assert [is_same(*pair) for pair in pairs] == [True, True, False]
