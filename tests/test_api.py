"""The Python API, as its page shows it."""

from __future__ import annotations

import doctest
import json
from pathlib import Path

import pytest

import acctgate
from tests.support import ROOT


def test_the_page_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    snapshot = {"version": 1, "account_id": "1234567890123456", "AccountSecurityPracticeInfo": {"Score": 40}}
    Path("prod.json").write_text(json.dumps(snapshot))
    failed, attempted = doctest.testfile(str(ROOT / "docs/python-api.md"), module_relative=False)
    assert (failed, attempted) == (0, 7)


def test_every_exported_name_exists() -> None:
    assert all(getattr(acctgate, name) is not None for name in acctgate.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = acctgate.nothing


def test_a_baseline_waives_its_findings() -> None:
    account = acctgate.Snapshot.from_document(
        {"version": 1, "account_id": "1", "AccountSecurityPracticeInfo": {"Score": 40}}
    )
    policy = acctgate.load_policy("baseline")
    first = acctgate.judge([account], policy)
    assert (first.verdict, acctgate.judge([account], policy, baseline=first).verdict) == ("fail", "pass")


def test_frameworks_are_judged_by_control() -> None:
    account = acctgate.Snapshot.from_document({"version": 1, "account_id": "1"})
    report = acctgate.judge([account], acctgate.load_policy("strict"), frameworks=["cis-2.0", "cis-2.0"])
    [total], [judged] = report.frameworks, report.accounts[0].frameworks
    assert (total.id, total.verdict, judged.framework, judged.verdict) == ("cis-2.0", "unknown", "cis-2.0", "unknown")
    assert {each.outcome for each in total.controls} >= {"unknown", "not covered"}
    with pytest.raises(ValueError, match=r"cis-9: unknown framework; use cis-2\.0 or mlps-2\.0"):
        acctgate.judge([account], acctgate.load_policy("strict"), frameworks=["cis-9"])


def test_a_policy_whose_waiver_lasts_longer_than_it_allows_is_refused(tmp_path: Path) -> None:
    """As on the command line: otherwise the waiver would count."""
    waivers = "waivers: [{rule: root-mfa, reason: r, owner: o, expires: 2199-01-01}]"
    (tmp_path / "p.yaml").write_text(f"version: 1\nrules: {{root-mfa: {{}}}}\nmax_waiver_days: 90\n{waivers}\n")
    with pytest.raises(acctgate.PolicyError, match="max_waiver_days allows 90"):
        acctgate.load_policy(tmp_path / "p.yaml")
