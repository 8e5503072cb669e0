"""Every format says what judged, how accounts were read, what an option overrides, and which snapshots are old."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.judged_by import JudgedBy, PolicyIdentity, ReadAs
from acctgate.model.report import AccountReport, Summary
from acctgate.model.report_document import read_report
from acctgate.model.snapshot import Snapshot
from acctgate.policy import load_preset
from acctgate.render import FORMATS, Frame, renderer
from acctgate.render.findings import read_line
from tests.support import NOW
from tests.support.accounts import GOOD

OVERRIDE: Final = "--policy-pack-config: root-mfa: level advisory was mandatory"
POLICY: Final = PolicyIdentity("shared/ours.yaml", f"sha256:{'0123456789abcdef' * 4}", (OVERRIDE,))
JUDGED_BY: Final = JudgedBy("1.2.3", "2026-11-22T12:00:00Z", POLICY)
ACCOUNT: Final = "1500000000000001"
OLD: Final = "the snapshot is 10 days old"
READ: Final = ReadAs("live", None, f"acs:ram::{ACCOUNT}:user/ci", None, "cn-shanghai", "prod")


def report(form: str, *, taken_at: str = "2026-11-12T11:00:00Z", accounts: int = 1) -> str:
    documents = ({**GOOD, "account_id": str(int(ACCOUNT) + n), "taken_at": taken_at} for n in range(accounts))
    read = [replace(Snapshot.from_document(document), read_as=READ) for document in documents]
    render, summary = renderer(form, Frame(judged_by=JUDGED_BY)), Summary()
    parts = [render.begin()]
    for each in evaluate(read, load_preset("strict"), NOW):
        summary.add(each)
        parts.append(render.account(each))
    return "".join([*parts, render.end(summary)])


WITHOUT_A_PLACE: Final = {
    "csv": {"judged", "read", "override", "old"},
    "gitlab": {"judged", "read"},
    "github": {"read"},
}
"""What a format has no place for."""


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_names_what_judged(form: str) -> None:
    text = report(form)
    parts: dict[str, list[str | None]] = {
        "judged": ["shared/ours.yaml", "sha256:0123456789ab", "1.2.3", "2026-11-22T12:00:00Z"],
        "read": [READ.caller, "cn-shanghai", "2026-11-12T11:00:00Z"],
        "override": ["root-mfa: level advisory was mandatory"],
        "old": [OLD],
    }
    plain = re.sub(r"\\([-.:()])", r"\1", text) if form == "markdown" else text
    for what, words in parts.items():
        missing = what in WITHOUT_A_PLACE.get(form, set())
        assert all((str(word) in " ".join(plain.split())) != missing for word in words), (form, what)


@pytest.mark.parametrize("form", FORMATS)
def test_a_fresh_snapshot_is_not_mentioned(form: str) -> None:
    assert "the snapshot is" not in report(form, taken_at="2026-11-15T13:00:00Z")


def test_a_chinese_line_has_chinese_punctuation() -> None:
    assert JUDGED_BY.describe("zh") == (
        "策略 shared/ours.yaml（sha256:0123456789ab），acctgate 1.2.3，2026-11-22T12:00:00Z"
    )


@pytest.mark.parametrize(
    ("read", "line"),
    [
        (READ, f"读取自线上账号，身份 {READ.caller}，地域 cn-shanghai，配置 prod，读取时间 2026-11-12T11:00:00Z"),
        (ReadAs("snapshot", "a.json"), "读取自快照 a.json，读取时间 2026-11-12T11:00:00Z"),
        (ReadAs("response", "a.json, b.json"), "读取自 API 返回 a.json, b.json，读取时间 2026-11-12T11:00:00Z"),
        (ReadAs("stack"), "读取自 stack，读取时间 2026-11-12T11:00:00Z"),
    ],
    ids=lambda given: given.source if isinstance(given, ReadAs) else "line",
)
def test_how_an_account_was_read_in_chinese(read: ReadAs, line: str) -> None:
    assert read_line(AccountReport("1", "pass", (), read_as=read, taken_at="2026-11-12T11:00:00Z"), "zh") == line


def test_json_is_read_again() -> None:
    found = read_report(report("json"))
    assert found.judged_by == JUDGED_BY
    assert (found.accounts[0].read_as, found.accounts[0].age_notice) == (READ, OLD)


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_each_account_says_when_and_how_it_was_read_even_if_that_is_unknown(form: str) -> None:
    render = renderer(form, Frame(judged_by=JUDGED_BY))
    [account] = evaluate([Snapshot.from_document(GOOD)], load_preset("strict"), NOW)
    document = json.loads(render.begin() + render.account(account) + (render.end(Summary()) if form == "json" else ""))
    found = document["accounts"][0] if form == "json" else document
    assert (found["taken_at"], found["read_as"]) == (None, None)


def test_junit_has_properties_that_come_before_the_cases() -> None:
    [suite] = ET.fromstring(report("junit"))
    assert suite[0].tag == "properties"
    properties = {each.get("name"): each.get("value") for each in suite[0]}
    assert properties["policy"] == POLICY.source and properties["policy_digest"] == POLICY.digest
    assert properties["override"] == OVERRIDE and properties["age_notice"] == OLD


def test_sarif_and_gitlab_notify() -> None:
    [run] = json.loads(report("sarif"))["runs"]
    notes: list[Any] = run["invocations"][0]["toolExecutionNotifications"]
    assert [each["descriptor"]["id"] for each in notes] == ["old-snapshot", "policy-override"]
    assert run["properties"]["policy"]["digest"] == POLICY.digest
    issues = json.loads(report("gitlab"))
    assert [(each["check_name"], each["severity"]) for each in issues[-2:]] == [
        ("policy-override", "info"),
        ("old-snapshot", "info"),
    ]


def test_csv_has_rows_only() -> None:
    rows = list(csv.reader(io.StringIO(report("csv"))))
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("form", ["markdown", "github", "sarif", "gitlab"])
def test_old_snapshots_are_counted(form: str) -> None:
    assert f"account {ACCOUNT}: {OLD} (and 4,999 more)".replace("(", "") in report(form, accounts=5000).replace(
        "\\", ""
    ).replace("(", "")


def test_the_page_stays_bounded() -> None:
    page = report("html", accounts=120)
    assert page.count(OLD) == 50 and "70 more, not shown here" in page
    assert "<details><summary><i lang=en>120 notices</i>" in page and "notices</i>" not in report("html", accounts=5)
    assert "快照较旧" in page and "策略已被覆盖" in page and "评估依据" in page
