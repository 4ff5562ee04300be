"""The runner of GitHub Actions that this is, if it is one: its run's page, and where logs are kept.

Source of the variables: GitHub docs, "Variables reference"; of the page's part for artifacts: the
link that the page of a run has itself. ``UPDATER_LOGS`` is what a workflow calls the artifact that
it makes of the folder of logs.
"""

from __future__ import annotations

import os
from pathlib import Path


def run_page() -> str:
    """Return the page of the run of GitHub Actions that this is; empty elsewhere."""
    parts = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, name, run = (os.environ.get(part, "") for part in parts)
    return f"{server}/{name}/actions/runs/{run}" if server and name and run.isdigit() else ""


def log_place(log: Path | str) -> str:
    """Return where people find a log: its path, or what the run's page has, as no runner stays.

    Args:
        log: the path; an empty text stays so.
    """
    page = run_page() if os.environ.get("GITHUB_ACTIONS") == "true" else ""
    if not page or not str(log):
        return str(log)
    artifact = os.environ.get("UPDATER_LOGS", "")
    return f"{page}#artifacts ({artifact}: {Path(log).name})" if artifact else page
