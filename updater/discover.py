"""Kinds are found by their folder: each module there that defines ``KIND`` adds one."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


def kinds(folder: ModuleType, of: type[T]) -> tuple[T, ...]:
    """Return the ``KIND`` of every module in a package folder, in the order of their names.

    Raises:
        TypeError: a module's ``KIND`` is not of the type that the folder holds.
    """
    found: list[T] = []
    for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda one: one.name):
        kind = getattr(importlib.import_module(f"{folder.__name__}.{module.name}"), "KIND", None)
        if kind is None:
            continue
        if not isinstance(kind, of):
            raise TypeError(f"{folder.__name__}.{module.name}.KIND is no {of.__name__}")
        found.append(kind)
    return tuple(found)
