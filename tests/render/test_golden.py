"""Whole reports in every format, compared with tests/golden/<format>/<case>.

`ACCTGATE_UPDATE_GOLDEN=1 python -m pytest tests/render/test_golden.py` writes them anew; look at the difference.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.policy import load_preset
from acctgate.render import FORMATS, Frame, renderer
from tests.support import HERE, NOW, UPDATE
from tests.support.reports import CASES, HOSTILE, rendered

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
    "ocsf": "ndjson",
}


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
    report = json.loads(rendered("json", CASES["several"]()))
    outcomes = [found["outcome"] for account in report["accounts"] for found in account["outcomes"]]
    assert report["counts"] == {name: outcomes.count(name) for name in report["counts"]}
    assert sum(report["counts"].values()) == len(outcomes)
    assert (report["verdict"], [account["verdict"] for account in report["accounts"]]) == (
        "fail",
        ["fail", "pass", "unknown", "unknown", "pass"],
    )


def test_hostile_text_does_not_steer_a_terminal() -> None:
    text = rendered("text", CASES["hostile"]())
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "\u202e" not in text and "\x1b" not in text


def test_hostile_text_stays_data_in_json() -> None:
    """JSON has the API's value, and only inside of strings."""
    (account,) = json.loads(rendered("json", CASES["hostile"]()))["accounts"]
    assert (account["account"], account["alias"]) == (HOSTILE, HOSTILE)
    actual = {found["rule"]: found["actual"] for found in account["outcomes"]}
    assert actual["network-masks"] == f"10.0.0.0/8;{HOSTILE}"
    assert actual["session-duration"] == [HOSTILE, {"a": None}]


@pytest.mark.parametrize("width", [80, 110, 300])
def test_colour_is_all_that_a_terminal_adds(width: int) -> None:
    reports = list(evaluate(*CASES["blocked"](), NOW))
    plain = renderer("text", Frame(color=False, width=width, verbose=True)).account(reports[0])
    colored = renderer("text", Frame(color=True, width=width, verbose=True)).account(reports[0])
    assert "\x1b[" in colored and "\x1b" not in plain
    assert [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", colored).split("\n")] == plain.split("\n")
    assert max(map(len, plain.split("\n"))) <= width


@pytest.mark.parametrize("form", ["text", "json", "ndjson"])
def test_no_accounts_at_all(form: str) -> None:
    text = rendered(form, ([], load_preset("baseline")))
    if form == "json":
        assert json.loads(text) == {
            "version": 1,
            "accounts": [],
            "verdict": "pass",
            "counts": dict.fromkeys(("pass", "fail", "unknown", "waived", "skipped"), 0),
        }
    else:
        assert text == ""


def test_every_golden_file_has_its_case() -> None:
    assert set(SUFFIX) == set(FORMATS), "each format has golden reports"
    known = {HERE / "golden" / form / f"{case}.{suffix}" for form, suffix in SUFFIX.items() for case in CASES}
    assert {path for form in SUFFIX for path in Path(HERE / "golden" / form).iterdir()} == known
