"""What the configuration says in the end -> lines of text, and the JSON object of `config show`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from updater.report.schema import PackageSettingsReport, SettingReport
from updater.text import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.config.effective import Setting
    from updater.model import Package

_WIDEST = 40


def setting_lines(settings: Sequence[Setting], indent: str = "") -> Iterator[str]:
    """Yield a line for each key: its value, and where it comes from."""
    values = [_shown(setting.value) for setting in settings]
    keys = max((len(setting.key) for setting in settings), default=0)
    width = max((len(value) for value in values if len(value) <= _WIDEST), default=0)
    for setting, value in zip(settings, values, strict=True):
        line = f"{indent}{setting.key.ljust(keys)}  {value.ljust(width)}  {setting.origin}"
        yield harmless(line.rstrip())


def package_report(package: Package, settings: Sequence[Setting]) -> PackageSettingsReport:
    """Return one package's part of the JSON object."""
    return PackageSettingsReport(
        name=package.name,
        attribute=".".join(package.attribute),
        file=package.file,
        settings=setting_reports(settings),
    )


def setting_reports(settings: Sequence[Setting]) -> tuple[SettingReport, ...]:
    """Return the keys for the JSON object."""
    return tuple(SettingReport(key=one.key, value=one.value, origin=one.origin) for one in settings)


def _shown(value: Any) -> str:  # noqa: ANN401 - of any key
    match value:
        case None:
            return "-"
        case str():
            return value
        case list():
            return f"[{', '.join(map(_shown, value))}]"
        case _:
            return json.dumps(value)
