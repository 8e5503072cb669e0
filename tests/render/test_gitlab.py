"""GitLab Code Quality: complete issues."""

from __future__ import annotations

import json

import pytest

from tests.support.reports import CASES, outcomes, rendered


@pytest.mark.parametrize("case", CASES)
def test_gitlab_issues_are_complete(case: str) -> None:
    issues = json.loads(rendered("gitlab", CASES[case]()))
    assert len(issues) == sum(o["outcome"] in ("fail", "unknown") for o in outcomes(case))
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1
