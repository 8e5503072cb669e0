"""Where the report of a run is: the address of the job, from the variables of the CI system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_LINK: Final = re.compile(r"https?://[!#-&*-;=?-Z_a-z~]{1,500}", re.ASCII)
"""An address without characters that end a link in any chat's markup, such as quotes, brackets and bars."""


def find_link(environment: Mapping[str, str]) -> str | None:
    """Return the address of the job in GitHub Actions, GitLab CI or Jenkins; None if there is none."""
    run = tuple(environment.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"))
    github = f"{run[0]}/{run[1]}/actions/runs/{run[2]}" if all(run) else None
    found = github or environment.get("CI_JOB_URL") or environment.get("BUILD_URL")
    return found if found and is_link(found) else None


def is_link(text: str) -> bool:
    """Return whether a text is an address that every chat can link to."""
    return _LINK.fullmatch(text) is not None
