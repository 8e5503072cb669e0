"""Whole reports in every format, compared with tests/golden/<format>/<case>.

`ACCTGATE_UPDATE_GOLDEN=1 python -m pytest tests/test_golden.py` writes them anew; look at the difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate import evaluate
from acctgate.policy import Policy, load_policy, load_preset
from acctgate.render import FORMATS, Frame, renderer
from acctgate.report import Summary
from acctgate.snapshot import Snapshot
from acctgate.sources.responses import read_responses
from acctgate.sources.snapshots import unreadable
from tests.support import DENIED, HERE, NOW, UPDATE, seed

Case = tuple[list[Snapshot], Policy]
SUFFIX: Final = {
    "text": "txt",
    "json": "json",
    "ndjson": "ndjson",
    "sarif": "sarif",
    "junit": "xml",
    "markdown": "md",
    "github": "txt",
    "gitlab": "json",
    "csv": "csv",
    "html": "html",
}
HOSTILE: Final = "\x1b[31m\x07\u202e<script>alert(1)</script>|`a`[x](javascript:1)\r\n::error::\u2028🏴 %0A\ud800{{"
"""Colours, a bell, text that runs backwards, markup, workflow commands, half a surrogate pair."""


def _clean_document() -> dict[str, Any]:
    from tests.test_cli_check import GOOD

    return {**GOOD, "account_id": "1234567890123456", "alias": "prod"}


def _blocked() -> Case:
    names = ("000-security-practice.json", "002-security-preference.json", "004-compliance-pack-report.json")
    return [read_responses([str(seed(name)) for name in names])], load_preset("strict")


def _clean() -> Case:
    return [Snapshot.from_document(_clean_document())], load_preset("strict")


def _unknown() -> Case:
    document = {**_clean_document(), "errors": {"SecurityPreference": {**DENIED, "request_id": "30C9068D-FBAA"}}}
    del document["SecurityPreference"]
    return [Snapshot.from_document(document)], load_preset("baseline")


def _waived() -> Case:
    snapshots, _ = _blocked()
    return snapshots, load_policy(HERE / "golden" / "waived.yaml")


def _several() -> Case:
    (blocked,), policy = _blocked()
    (clean,), _ = _clean()
    (unknown,), _ = _unknown()
    return [blocked, clean, unreadable("fleet.ndjson:3: no JSON: Expecting value (column 1)"), unknown, clean], policy


def _hostile() -> Case:
    document = _clean_document()
    document |= {
        "account_id": HOSTILE,
        "alias": HOSTILE,
        "SecurityPreference": {
            "LoginProfilePreference": {
                "LoginNetworkMasks": f"10.0.0.0/8;{HOSTILE}",
                "MFAOperationForLogin": HOSTILE,
                "LoginSessionDuration": [HOSTILE, {"a": None}],
            }
        },
        "CompliancePackReports": [{"CompliancePackId": HOSTILE, "ReportStatus": "NONE"}],
        "errors": {"AccountSecurityPracticeInfo": {"code": HOSTILE, "message": HOSTILE * 20, "request_id": HOSTILE}},
    }
    del document["AccountSecurityPracticeInfo"]
    return [Snapshot.from_document(document)], load_preset("strict")


CASES: Final[dict[str, Callable[[], Case]]] = {
    "blocked": _blocked, "clean": _clean, "unknown": _unknown, "waived": _waived, "several": _several,
    "hostile": _hostile,
}  # fmt: skip


def rendered(form: str, case: Case) -> str:
    """The whole report."""
    render, summary = renderer(form, Frame(rules=case[1].known)), Summary()
    parts = [render.begin()]
    for report in evaluate(*case, NOW):
        summary.add(report)
        parts.append(render.account(report))
    return "".join([*parts, render.end(summary)])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", SUFFIX)
def test_a_report_is_the_golden_one(form: str, case: str) -> None:
    file = HERE / "golden" / form / f"{case}.{SUFFIX[form]}"
    raw = rendered(form, CASES[case]()).encode(errors="replace")  # as the command line writes it
    if UPDATE:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
    assert raw.decode() == file.read_bytes().decode()


@pytest.mark.parametrize("case", CASES)
def test_json_and_ndjson_say_the_same(case: str) -> None:
    report = json.loads(rendered("json", CASES[case]()))
    lines = rendered("ndjson", CASES[case]()).split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == report["accounts"]


def test_the_counts_add_up_over_all_accounts() -> None:
    report = json.loads(rendered("json", _several()))
    outcomes = [found["outcome"] for account in report["accounts"] for found in account["outcomes"]]
    assert report["counts"] == {name: outcomes.count(name) for name in report["counts"]}
    assert sum(report["counts"].values()) == len(outcomes)
    assert (report["verdict"], [account["verdict"] for account in report["accounts"]]) == (
        "fail", ["fail", "pass", "unknown", "unknown", "pass"],
    )  # fmt: skip


def test_hostile_text_does_not_steer_a_terminal() -> None:
    text = rendered("text", _hostile())
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "\u202e" not in text and "\x1b" not in text


def test_hostile_text_stays_data_in_json() -> None:
    """The value as the API gave it, and nothing of it outside a string."""
    (account,) = json.loads(rendered("json", _hostile()))["accounts"]
    assert (account["account"], account["alias"]) == (HOSTILE, HOSTILE)
    actual = {found["rule"]: found["actual"] for found in account["outcomes"]}
    assert actual["network-masks"] == f"10.0.0.0/8;{HOSTILE}"
    assert actual["session-duration"] == [HOSTILE, {"a": None}]


@pytest.mark.parametrize("width", [80, 110, 300])
def test_colour_is_all_that_a_terminal_adds(width: int) -> None:
    import re

    reports = list(evaluate(*_blocked(), NOW))
    plain = renderer("text", Frame(color=False, width=width)).account(reports[0])
    colored = renderer("text", Frame(color=True, width=width)).account(reports[0])
    assert "\x1b[" in colored and "\x1b" not in plain
    assert [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", colored).split("\n")] == plain.split("\n")
    assert max(map(len, plain.split("\n"))) <= width


@pytest.mark.parametrize("form", ["text", "json", "ndjson"])
def test_no_accounts_at_all(form: str) -> None:
    text = rendered(form, ([], load_preset("baseline")))
    if form == "json":
        assert json.loads(text) == {
            "version": 1, "accounts": [], "verdict": "pass",
            "counts": dict.fromkeys(("pass", "fail", "unknown", "waived", "skipped"), 0),
        }  # fmt: skip
    else:
        assert text == ""


def test_every_golden_file_has_its_case() -> None:
    assert set(SUFFIX) == set(FORMATS), "each format has golden reports"
    known = {HERE / "golden" / form / f"{case}.{suffix}" for form, suffix in SUFFIX.items() for case in CASES}
    assert {path for form in SUFFIX for path in Path(HERE / "golden" / form).iterdir()} == known
