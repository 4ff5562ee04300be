"""Stands in for a package that is only imported: any submodule and any name in it exist.

What they give can be called, subclassed, subscripted and used as a decorator, which is what modules
do to their dependencies while they are imported. stubs.nix installs it under a package's name.
"""

from __future__ import annotations

import sys
from abc import ABCMeta
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


class _Kind(ABCMeta):
    """What a class answers."""

    def __getattr__(cls, name: str) -> Any:
        return _anything(name)

    def __getitem__(cls, _index: object) -> Any:
        return cls

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # A decorator without arguments; classes that a package derives are made as usual
        if "stands_in" in vars(cls) and len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]
        return super().__call__(*args, **kwargs)


class _Thing(metaclass=_Kind):
    """What an instance answers."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return _anything(name)

    def __call__(self, *args: Any, **_kwargs: Any) -> Any:
        return args[0] if args and callable(args[0]) else self

    def __getitem__(self, _index: object) -> Any:
        return self


def _anything(name: str) -> Any:
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(name)
    # A class of its own for each name: two of them can be bases of one class
    return _Kind(name, (_Thing,), {"stands_in": True})


class _Finder(MetaPathFinder, Loader):
    """Finds the submodules that have no file."""

    def __init__(self, package: str) -> None:
        self.prefix = f"{package}."

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(self.prefix):
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__getattr__"] = _anything


__getattr__ = _anything
sys.meta_path.append(_Finder(__name__))
