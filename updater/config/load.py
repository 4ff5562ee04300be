"""config.yaml and the environment -> a frozen `Config`; every error names file:line:key."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, structs
from packaging.version import Version

from updater.config.file import read
from updater.config.index import PackageIndex, index_of_pip, pypi
from updater.config.keys import Document
from updater.config.naming import PackageKeys
from updater.config.place import find_place
from updater.config.values import plain
from updater.errors import ConfigError
from updater.hashing.limits import Limits
from updater.kinds import HOST_KINDS, KNOWN_HOSTS
from updater.model import BuildPolicy, Host, Package, Policy, Project, PullPolicy, TrackKind
from updater.model.tag_format import TagFormat
from updater.text import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from updater.config.kept_yaml import KeptYaml
    from updater.config.package_keys import PackageOptions
    from updater.config.place import ProjectPlace


class OptionsLayer(Struct, frozen=True):
    """What the configuration says of packages in one place, ``path``."""

    path: tuple[str, ...]
    options: PackageOptions


class Config(Struct, frozen=True, dict=True):
    """What the updater was told, and where."""

    place: ProjectPlace
    document: Document
    hosts: Mapping[str, Host]
    keys: PackageKeys

    @property
    def root(self) -> Path:
        """The folder that overlays, packages and messages are relative to."""
        return self.place.root

    @property
    def file(self) -> str:
        """The configuration's name in messages, or an empty string where there is none."""
        return self.place.text.shown if self.place.text is not None else ""

    def line(self, *path: str | int) -> int | None:
        """Return the line of a key of the file; None where it has no such key."""
        return self.place.text.line(*path) if self.place.text is not None else None

    @property
    def index(self) -> str:
        """The address of the package index: the configured one, else pip's, else PyPI's."""
        return (self.named_index or pypi()).address

    @property
    def named_index(self) -> PackageIndex | None:
        """The package index that the configuration or pip names."""
        written = self.document.index
        return PackageIndex.written(written, self.file) if written else index_of_pip()

    @property
    def registries(self) -> dict[str, str]:
        """Kind of registry -> its address, as far as the file names them."""
        named = structs.asdict(self.document.registries)
        return {kind: address for kind, address in named.items() if address is not None}

    @property
    def limits(self) -> Limits:
        """What one archive may cost."""
        archives = self.document.archives
        return Limits(
            downloaded_bytes=archives.downloaded,
            unpacked_bytes=archives.unpacked,
            ratio=archives.ratio,
            entries=archives.members,
            seconds=archives.time.total_seconds(),
        )

    def tokens(self) -> Iterator[tuple[Host, str, str]]:
        """Yield (host, environment variable, token) for each host that has a token.

        Raises:
            ConfigError: a token has a character that no request can carry.
        """
        for host in self.hosts.values():
            for variable in host.token_env:
                token = os.environ.get(variable, "").strip()
                if token:
                    _refuse_unsendable(token, variable)
                    yield host, variable, token
                    break

    @property
    def token_variables(self) -> frozenset[str]:
        """All variables that hold tokens by custom or by configuration, set or not."""
        hosts = (*KNOWN_HOSTS.values(), *self.hosts.values())
        return frozenset(variable for host in hosts for variable in host.token_env)

    def policy(self, package: Package) -> Policy:
        """Return what may be chosen for a package: its own options over the defaults."""
        if package.directives:
            return self._policy(package)
        keys = tuple(self.keys.fitting(package))
        if keys not in self._policies:
            self._policies[keys] = self._policy(package)
        return self._policies[keys]

    @cached_property
    def _policies(self) -> dict[tuple[str, ...], Policy]:
        """What is said under some keys, as far as a package asked for it; no copy shares it."""
        return {}

    def _policy(self, package: Package) -> Policy:
        options, build, pull = self._merged(package)
        if build.get("imports") == ("auto",):
            del build["imports"]
        options |= _steered(package, options)
        track = str(options.pop("track", "auto"))
        kind, _, branch = track.partition(":")
        if "allow" in options:
            from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - few projects say so

            options["allow"] = SpecifierSet(options["allow"])
        if "python" in options:
            options["python"] = Version(options["python"])
        if "upstream" in options:
            options["upstream"] = Project.configured(options["upstream"])
        if "tag_pattern" in options:
            options["tag_pattern"] = re.compile(options["tag_pattern"])
        if "asset" in options:
            options["asset"] = tuple(map(re.compile, options["asset"]))
        if "tag_format" in options:
            options["tag_format"] = TagFormat.parse(options["tag_format"])
        return Policy(
            track=_kind(kind),
            branch=branch,
            build=BuildPolicy(**build),
            pull_request=PullPolicy(**pull),
            **options,
        )

    def steered(self, package: Package) -> dict[str, Any]:
        """Return the options that comments beside a package set, over those of the file."""
        return _steered(package, self._merged(package)[0])

    def _merged(self, package: Package) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Return what the file says of a package, of its build, and of its pull request."""
        options: dict[str, Any] = {}
        build: dict[str, Any] = {}
        pull: dict[str, Any] = {}
        for layer in self.layers(package):
            values = _values(layer.options)
            build |= _values(values.pop("build", None))
            pull |= _values(values.pop("pull_request", None))
            options |= values
        return options, build, pull

    def layers(self, package: Package | None) -> list[OptionsLayer]:
        """Return what is said of a package: the defaults, and under the keys that name it.

        A later one counts more than those before it. None is no package: the defaults alone.
        """
        own = self.keys.fitting(package) if package is not None else ()
        return [
            OptionsLayer(("defaults",), self.document.defaults),
            *(OptionsLayer(("packages", key), self.document.packages[key]) for key in own),
        ]

    @property
    def build_jobs(self) -> int:
        """How many builds may run side by side."""
        build = self.document.defaults.build
        return (build.jobs if build is not None else None) or BuildPolicy().jobs

    def unused(self, packages: Sequence[Package]) -> tuple[str, ...]:
        """Return the keys of ``packages:`` that name no package."""
        used = {key for package in packages for key in self.keys.fitting(package)}
        return tuple(key for key in self.document.packages if key not in used)


def _values(options: Struct | None) -> dict[str, Any]:
    """Return the keys to which config.yaml gives a value."""
    fields = structs.asdict(options) if options is not None else {}
    return {key: value for key, value in fields.items() if value is not None and value is not UNSET}


def _steered(package: Package, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what comments beside a package say over its options: they stand nearest to it.

    Versions to ignore add up; a hold holds wherever it is said.
    """
    steering: dict[str, Any] = {}
    for directive in package.directives:
        if directive.key == "ignore":
            ignored = steering.get("ignore", options.get("ignore", ()))
            steering["ignore"] = (*ignored, directive.value)
        elif directive.key != "hold" or not options.get("hold"):
            steering[directive.key] = directive.value
    return steering


def _refuse_unsendable(token: str, variable: str) -> None:
    """Make sure that a token is what a header can carry. Source: RFC 9110, section 5.5.

    Raises:
        ConfigError: it is not; a page from which it was copied may have added what shows nothing.
    """
    if not re.fullmatch("[!-~]+", token):
        raise ConfigError(
            "the token has a character that no token has, such as a blank, an ellipsis or one "
            "that shows nothing",
            file=variable,
            hint="copy the token again, and set the variable to nothing else",
        )


def _kind(text: str) -> TrackKind:
    kinds: dict[str, TrackKind] = {
        "auto": "auto",
        "tag": "tag",
        "release": "release",
        "commit": "commit",
        "pypi": "pypi",
        "branch": "branch",
    }
    return kinds[text]


def load(start: Path, file: str | None, earlier: KeptYaml | None = None) -> Config:
    """Read the configuration.

    Args:
        start: the folder that ``-C`` names.
        file: what ``--config`` names; without it the file is looked for upwards to the
            repository's root, and may be absent.
        earlier: what earlier runs read of such files; None where nothing is kept.

    Raises:
        UsageError: the file cannot be read, or is wrong as a `ConfigError` says.
    """
    return configured(find_place(start, file, earlier))


def configured(place: ProjectPlace) -> Config:
    """Read the configuration of a project, and the tokens that it needs.

    Raises:
        UsageError: it is wrong, as a `ConfigError` says.
    """
    document = plain(read(place.text) if place.text is not None else Document())
    shown = place.text.shown if place.text is not None else ""
    config = Config(place, document, _hosts(document, shown), PackageKeys(document.packages))
    for _ in config.tokens():  # before anybody is asked with one of them
        pass
    return config


def _hosts(document: Document, shown: str) -> dict[str, Host]:
    """Return the hosts by name: those that need no configuration, and those of the file."""
    hosts = dict(KNOWN_HOSTS)
    for name, options in document.hosts.items():
        if re.search(r"[\s/@?#]", name):
            shown_name = without_secrets(name).rpartition("@")[2]
            raise ConfigError(
                f"{shown_name!r} is not the name of a host",
                file=shown,
                key="hosts",
                hint="write the name alone, such as git.example.org",
            )
        builtin = hosts.get(name)
        kind = options.kind or (builtin.kind if builtin is not None else None)
        if kind is None:
            choices = " or ".join(HOST_KINDS)
            raise ConfigError(
                "needs a kind", file=shown, key=f"hosts.{name}", hint=f"write kind: {choices}"
            )
        web = options.web or (builtin.web if builtin is not None else f"https://{name}")
        default = builtin or HOST_KINDS[kind].host(name, web)
        hosts[name] = Host(
            name=name,
            kind=kind,
            web=web,
            api=options.api or default.api,
            graphql=options.graphql or default.graphql,
            token_env=(options.token_env,) if options.token_env else default.token_env,
            short=default.short,
        )
    return hosts
