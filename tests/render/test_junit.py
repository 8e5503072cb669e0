"""JUnit: every outcome is a case, and only what blocks fails."""

from __future__ import annotations

from collections import Counter

import pytest
from defusedxml.ElementTree import fromstring

from tests.support.reports import CASES, outcomes, pack_case, rendered


def test_junit_names_packs_without_an_id() -> None:
    root = fromstring(rendered("junit", pack_case({"ReportStatus": "NONE"}, {"ReportStatus": "CREATING"})))
    names = [case.get("name", "") for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES)
def test_junit_counts_what_the_report_counts(case: str) -> None:
    root = fromstring(rendered("junit", CASES[case]()))
    counts = Counter((o["outcome"], o["level"] in ("mandatory", "remediate")) for o in outcomes(case))
    advisory = counts["fail", False] + counts["unknown", False]
    not_judged = sum(count for (outcome, _), count in counts.items() if outcome in ("skipped", "waived"))
    assert len(root.findall(".//testcase")) == sum(counts.values())
    assert len(root.findall(".//failure")) == counts["fail", True]
    assert len(root.findall(".//error")) == counts["unknown", True]
    assert len(root.findall(".//skipped")) == not_judged + advisory
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        stated = sum(int(suite.get(attribute, "0")) for suite in root.findall("testsuite"))
        assert stated == len(root.findall(f".//{kind}"))


def test_advisory_findings_are_skipped_with_their_message() -> None:
    root = fromstring(rendered("junit", CASES["blocked"]()))
    advisory = [o for o in outcomes("blocked") if o["outcome"] == "fail" and o["level"] == "advisory"]
    messages = [skipped.get("message") for skipped in root.iter("skipped")]
    assert advisory
    assert all(f"advisory, fail: {o['message']}" in messages for o in advisory)
