"""Files as arguments: what each one is, by its content."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from acctgate.evaluate.input_files import InputFiles
from acctgate.evaluate.input_kind import input_kind, sort_inputs
from tests.support import HERE, ROOT, seed
from tests.support.accounts import GOOD
from tests.support.process import run_here

FILES: Final = sorted(path for path in (HERE / "plans").rglob("*.json") if path.parent.name != "passwords")
"""Plans; beside some, the accounts before and after the deploy, and a description."""
ANSWERS: Final = sorted(path for path in seed("000-security-practice.json").parent.iterdir() if path.suffix == ".xml")


@contextmanager
def pipe(content: bytes) -> Iterator[str]:
    """Return a path that can be read only once, as `<(command)` in a shell does."""
    reader, writer = os.pipe()
    try:
        with os.fdopen(writer, "wb") as file:
            file.write(content)  # less than a pipe holds
        yield f"/dev/fd/{reader}"
    finally:
        os.close(reader)


def write(folder: Path, name: str, document: object) -> str:
    """Write a document, and return its path."""
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return str(folder / name)


def test_each_plan_and_each_account_of_the_examples() -> None:
    accounts = {path for path in FILES if path.stem.startswith(("before", "after"))}
    plans = {path for path in FILES if path.stem != "meta"} - accounts
    assert {input_kind(str(path)) for path in accounts} == {"snapshot"}
    assert {input_kind(str(path)) for path in plans} == {"plan"}
    assert len(accounts) > 100 and len(plans) > 100


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.name)
def test_answers_in_xml(path: Path) -> None:
    assert input_kind(str(path)) == "response"


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"version": 1}, "snapshot"),
        (GOOD, "snapshot"),
        ({"SecurityPreference": {}}, "response"),
        ({"RequestId": "1", "AccountSecurityPracticeInfo": {}}, "response"),
        ({"Code": "NoPermission", "Message": "ims:GetSecurityPreference"}, "response"),
        ({"IdentityType": "RAMUser", "AccountId": "1"}, "response"),
    ],
)
def test_a_document(tmp_path: Path, document: object, kind: str) -> None:
    assert input_kind(write(tmp_path, "a.json", document)) == kind
    (tmp_path / "b.json").write_text(f"\n\n{json.dumps(document, indent=1)}\n", encoding="utf-8")
    assert input_kind(str(tmp_path / "b.json")) == kind


def test_a_stream_of_snapshots_and_an_answer_with_a_preamble(tmp_path: Path) -> None:
    (tmp_path / "fleet.ndjson").write_text(f"{json.dumps(GOOD)}\n" * 3 + "not JSON\n", encoding="utf-8")
    (tmp_path / "answer.txt").write_text('HTTP/1.1 200 OK\n\n{"SecurityPreference": {}}\n', encoding="utf-8")
    files = [str(tmp_path / "fleet.ndjson"), str(tmp_path / "answer.txt")]
    assert sort_inputs(files) == InputFiles((files[0],), (files[1],), ())


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "not a snapshot, an API response or a plan; use --snapshot, --response or --plan"),
        ([1], "not a JSON object"),
        ({"a": 1}, "not a snapshot"),
        ({"version": 1, "resourcePlans": {}}, "could be a plan or a snapshot"),
        ({"SecurityPreference": {}, "resourcePlans": {}}, "could be a plan or an API response"),
        ({"version": 1, "verdict": "pass", "accounts": []}, "is a report; use --baseline"),
        ({"version": 1, "rules": {}}, "is a policy; use --policy"),
        ({"version": 4, "lineage": "x"}, "is a Terraform state and no plan"),
        ({"version": 3, "deployment": {}}, "is a Pulumi state and no plan"),
    ],
)
def test_what_is_not_clear_is_refused_with_its_name(tmp_path: Path, document: object, message: str) -> None:
    file = write(tmp_path, "a.json", document)
    done = run_here("check", "--policy", "baseline", file)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith(f"acctgate: {file}: ") and message in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(("content", "message"), [(None, "no such file"), (b"", "is empty"), (b"{", "no JSON could")])
def test_what_cannot_be_read_is_refused_with_its_name(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    done = run_here("check", "--policy", "baseline", "a.json", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("acctgate: a.json") and message in done.stderr


def test_files_are_what_their_options_would_make_of_them(tmp_path: Path) -> None:
    answers = [seed("000-security-practice.json"), seed("003-security-preference.xml")]
    snapshot, plan = write(tmp_path, "good.json", GOOD), HERE / "plans/pulumi/update.preview.json"
    with_options = ("--response", answers[0], "--response", answers[1], "--snapshot", snapshot, "--plan", plan)
    options = run_here("check", "--policy", "baseline", *with_options, "--format", "csv")
    arguments = run_here("check", "--policy", "baseline", *answers, plan, snapshot, "--format", "csv")
    assert options.status == 1 and len(options.stdout.splitlines()) > 20
    assert arguments == options


def test_pipes_are_read_once(tmp_path: Path) -> None:
    plan = HERE / "plans/pulumi/update.preview.json"
    expected = run_here("check", "--policy", "baseline", write(tmp_path, "good.json", GOOD), plan, "--format", "csv")
    with pipe(json.dumps(GOOD).encode()) as account, pipe(plan.read_bytes()) as change:
        arguments = run_here("check", "--policy", "baseline", account, change, "--format", "csv")
    with pipe(json.dumps(GOOD).encode()) as account, pipe(plan.read_bytes()) as change:
        options = run_here("check", "--policy", "baseline", "--snapshot", account, "--plan", change, "--format", "csv")
    with pipe(plan.read_bytes()) as change:
        stdin = json.dumps(GOOD).encode()
        standard_input = run_here("check", "--policy", "baseline", "-", change, "--format", "csv", stdin=stdin)
    assert len(expected.stdout.splitlines()) > 20
    assert arguments[:2] == options[:2] == standard_input[:2] == expected[:2]


def test_two_pipes_are_compared(tmp_path: Path) -> None:
    policy = (ROOT / "policies/policy.yaml").read_bytes()
    with pipe(policy) as base, pipe(b"version: 1\nextends: baseline\n") as head:
        assert run_here("diff", base, head, cwd=ROOT).status == 1
    worse = {**GOOD, "SecurityPreference": {}}
    with pipe(json.dumps(GOOD).encode()) as base, pipe(json.dumps(worse).encode()) as head:
        done = run_here("diff", base, head, "--policy", "baseline")
    assert done.status == 3 and "newly unknown" in done.stderr
