"""A file given to the wrong option is named for what it is, and nothing is judged."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.model.document_kind import document_kind, wrong_kind
from acctgate.model.run import Entry, Run
from tests.support import one_line
from tests.support.accounts import GOOD
from tests.support.process import run_here

DOCUMENTS: Final[dict[str, dict[str, Any]]] = {
    "report": {"version": 1, "verdict": "pass", "accounts": [], "counts": {}},
    "policy": {"version": 1, "extends": "baseline"},
    "snapshot": {**GOOD, "account_id": "1234567890123456"},
    "record of a run": asdict(Run("2026-11-22T12:00:00Z", "1", "audit", accounts=(Entry("1"),))),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_document_is_known_by_its_keys(kind: str) -> None:
    assert document_kind(DOCUMENTS[kind]) == kind
    assert wrong_kind(DOCUMENTS[kind], None) == f"is a {kind}, not an API response"


@pytest.mark.parametrize("document", [{}, {"version": 1}, {"SecurityPreference": {}}, {"version": 1, "accounts": {}}])
def test_what_may_be_anything_is_nothing_else(document: dict[str, Any]) -> None:
    assert wrong_kind(document, "snapshot") is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--snapshot", "report.json"), "report.json:1: is a report, not a snapshot"),
        (("--snapshot", "policy.json"), "policy.json:1: is a policy, not a snapshot"),
        (("--snapshot", "record of a run.json"), "record of a run.json:1: is a record of a run, not a snapshot"),
        (
            ("record of a run.json",),
            "record of a run.json: is a record of a run; give its output, whose name lacks .run.json",
        ),
        (("--response", "snapshot.json"), "snapshot.json: is a snapshot, not an API response"),
        (("--response", "report.json"), "report.json: is a report, not an API response"),
        (("--policy", "snapshot.json", "snapshot.json"), "snapshot.json:1: is a snapshot, not a policy"),
        (("--policy", "report.json", "snapshot.json"), "report.json:1: is a report, not a policy"),
        (("policy.yaml",), "policy.yaml: not a snapshot, an API response or a plan: it is not JSON; for a policy, use"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_file_for_another_option(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    for kind, document in DOCUMENTS.items():
        (tmp_path / f"{kind}.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "policy.yaml").write_text("version: 1\nextends: baseline\n", encoding="utf-8")
    policy = () if "--policy" in arguments else ("--policy", "baseline")
    done = run_here("check", *policy, *arguments, cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, f"acctgate: {message}")
