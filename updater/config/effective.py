"""What holds in the end, key by key, and where each value comes from: what `config show` says."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, structs

from updater.config.index import index_of_pip, pypi
from updater.config.keys import Document
from updater.config.package_keys import BuildOptions, PackageOptions, PullOptions
from updater.config.quantities import duration_text, size_text
from updater.model import BuildPolicy, Policy, PullPolicy
from updater.text import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.config.load import Config, OptionsLayer
    from updater.model import Package

_DEFAULT = "default"
_PARTS: dict[str, tuple[type[Struct], Struct]] = {
    "build": (BuildOptions, BuildPolicy()),
    "pull_request": (PullOptions, PullPolicy()),
}
_SIZES = {("archives", name) for name in ("downloaded", "fetched", "unpacked")}


class Setting(Struct, frozen=True):
    """One key.

    Attributes:
        key: dotted, such as ``build.timeout``.
        value: as JSON and YAML have it; None for nothing.
        origin: a line of the configuration, a variable, a file, or that it is the default.
    """

    key: str
    value: Any
    origin: str


def project_settings(config: Config) -> tuple[Setting, ...]:
    """Return what holds for all packages together, with the defaults of each package last."""
    defaults = config.layers(None)
    return (
        *_top(config),
        *_hosts(config),
        *(
            structs.replace(setting, key=f"defaults.{setting.key}")
            for setting in _package_settings(config, defaults)
        ),
    )


def package_settings(config: Config, package: Package) -> tuple[Setting, ...]:
    """Return what holds for one package, comments in its overlay included."""
    settings = _package_settings(config, config.layers(package))
    steering = config.steered(package)
    comment = f"a comment in {package.file}"
    return tuple(
        structs.replace(
            setting,
            value=_plain(steering[setting.key]),
            origin=f"{setting.origin} and {comment}"
            if setting.key == "ignore" and setting.value
            else comment,
        )
        if setting.key in steering
        else setting
        for setting in settings
    )


def _package_settings(config: Config, layers: Sequence[OptionsLayer]) -> Iterator[Setting]:
    for path in _paths():
        value, origin = _default(path), _DEFAULT
        for layer in layers:
            layer_value = _value_at(layer.options, path)
            if layer_value is not None:
                value, origin = layer_value, _place(config, layer.path, path)
        yield Setting(".".join(path), _plain(value), origin)


def _paths() -> Iterator[tuple[str, ...]]:
    for name in PackageOptions.__struct_fields__:
        if name in _PARTS:
            yield from ((name, inner) for inner in _PARTS[name][0].__struct_fields__)
        else:
            yield (name,)


def _value_at(options: Struct, path: Sequence[str]) -> Any:  # noqa: ANN401 - of any key
    value: Any = options
    for name in path:
        value = getattr(value, name) if value is not None else None
    return None if value is UNSET else value


def _default(path: tuple[str, ...]) -> Any:  # noqa: ANN401 - of any key
    if path == ("build", "imports"):
        return "auto"
    if path == ("pull_request", "milestone"):
        return None
    policy = _PARTS[path[0]][1] if len(path) > 1 else Policy()
    return getattr(policy, path[-1])


def _place(config: Config, layer: tuple[str, ...], path: tuple[str, ...]) -> str:
    """Return the line of a key; of one that came in through an alias, that of what is around it."""
    whole = (*layer, *path)
    lines = (config.line(*whole[:length]) for length in range(len(whole), 0, -1))
    line = next((line for line in lines if line is not None), None)
    return f"{config.file}:{line} ({': '.join(layer)})" if line is not None else config.file


def _top(config: Config) -> Iterator[Setting]:
    for name in Document.__struct_fields__:
        value = getattr(config.document, name)
        if name in ("hosts", "defaults", "packages"):
            continue
        if isinstance(value, Struct):
            for inner in value.__struct_fields__:
                written = getattr(value, inner)
                is_size = (name, inner) in _SIZES
                yield _setting(config, (name, inner), size_text(written) if is_size else written)
        elif name == "index" and value is None:
            index = index_of_pip() or pypi()
            yield Setting(name, index.address, index.origin)
        elif name == "repository" and value is None and os.environ.get("GITHUB_REPOSITORY"):
            yield Setting(name, os.environ["GITHUB_REPOSITORY"], "GITHUB_REPOSITORY")
        else:
            yield _setting(config, (name,), value)


def _hosts(config: Config) -> Iterator[Setting]:
    tokens = {host.name: variable for host, variable, _ in config.tokens()}
    for host in config.hosts.values():
        for name in ("kind", "web", "api", "graphql", "token_env"):
            yield _setting(config, ("hosts", host.name, name), getattr(host, name))
        variable = tokens.get(host.name)
        origin = "is set" if variable else "no variable with a token is set"
        yield Setting(f"hosts.{host.name}.token", variable, origin)


def _setting(config: Config, path: tuple[str, ...], value: object) -> Setting:
    line = config.line(*path)
    origin = f"{config.file}:{line}" if line is not None else _DEFAULT
    return Setting(".".join(path), _plain(value), origin)


def _plain(value: object) -> Any:  # noqa: ANN401 - as JSON has it
    """Return a value as one would write it, without user and password in an address."""
    match value:
        case ("auto",):  # of `imports`
            return "auto"
        case timedelta():
            return duration_text(value)
        case tuple():
            return [_plain(item) for item in value]
        case "":
            return None
        case str():
            return without_secrets(value)
        case _:
            return value
