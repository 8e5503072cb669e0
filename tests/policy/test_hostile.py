"""Text from outside that stands in the policy, reasons and owners of waivers, breaks out of no format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, Final

import pytest
from defusedxml.ElementTree import fromstring
from jsonschema import Draft7Validator
from markdown_it import MarkdownIt

from tests.support import SARIF_SCHEMA, one_line
from tests.support.page import ATTRIBUTES, ELEMENTS, Page
from tests.support.process import run_here
from tests.support.reports import HOSTILE

TEXT: Final = f"=cmd|' /C calc'!A0 {HOSTILE.replace(chr(0xD800), '')} https://evil.example/?Signature=SECRET @everyone"
WAIVERS: Final = [("root-access-keys", "2026-01-01"), ("root-mfa", "2099-01-01"), ("risk-login", "2099-01-01")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a policy with expired, active and unneeded waivers, all with hostile text."""
    rules = {"root-access-keys": {"maximum": 0}, "root-mfa": {}}
    waivers = [{"rule": rule, "reason": TEXT, "owner": TEXT, "expires": day} for rule, day in WAIVERS]
    (tmp_path / "p.json").write_text(json.dumps({"version": 1, "rules": rules, "waivers": waivers}))
    info = {"AccountSecurityPracticeUserInfo": {"RootWithAccessKey": 1, "BindMfa": False}}
    (tmp_path / "s.json").write_text(json.dumps({"version": 1, "AccountSecurityPracticeInfo": info}))
    return tmp_path


def check(folder: Path, form: str) -> str:
    """Return the report in a format. Standard error has a line for each waiver that needs attention."""
    done = run_here("check", "--snapshot", "s.json", "--policy", "p.json", "--format", form, cwd=folder)
    assert done.status == 1
    assert done.stderr.count("\n") == (0 if form == "text" else 2) and done.stderr.replace("\n", "").isprintable()
    assert "SECRET" not in done.stderr
    return done.stdout


def test_text(folder: Path) -> None:
    assert all(char.isprintable() or char in "\n\u200b" for char in check(folder, "text"))


def test_json_keeps_it_as_it_is(folder: Path) -> None:
    report = json.loads(check(folder, "json"))
    assert [notice["owner"] for notice in report["waivers"]] == [TEXT, TEXT]
    assert [notice["state"] for notice in report["waivers"]] == ["expired", "unused"]


def test_sarif(folder: Path) -> None:
    log: dict[str, Any] = json.loads(check(folder, "sarif"))
    if SARIF_SCHEMA.exists():
        Draft7Validator(json.loads(SARIF_SCHEMA.read_text())).validate(log)
    [invocation] = log["runs"][0]["invocations"]
    texts = [notification["message"]["text"] for notification in invocation["toolConfigurationNotifications"]]
    assert len(texts) == 2 and all(text.isprintable() for text in texts)


def test_junit(folder: Path) -> None:
    suite = fromstring(check(folder, "junit")).find("testsuite")
    assert suite is not None and {child.tag for child in suite} == {"properties", "testcase"}


def test_markdown(folder: Path) -> None:
    text = check(folder, "markdown")
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for tag in ("<a ", "<img", "<script", "<code", "<em>", "<h1"):
        assert tag not in html
    assert text.count("<details>") == text.count("</details>") == 3
    assert "\\@\u200beveryone" in text and "@everyone" not in text


def test_github(folder: Path) -> None:
    lines = check(folder, "github").splitlines()
    assert all(line.startswith(("::error file=", "::warning file=", "::notice title=")) for line in lines)
    assert sum("title=waiver" in line for line in lines) == 2
    assert not any("%0A" in line.replace("%250A", "") for line in lines)


@pytest.mark.parametrize("form", ["gitlab", "ndjson"])
def test_json_of_other_kinds(folder: Path, form: str) -> None:
    assert json.loads(check(folder, form))


def test_csv(folder: Path) -> None:
    for row in csv.DictReader(io.StringIO(check(folder, "csv"), newline="")):
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


def test_html(folder: Path) -> None:
    page = Page(check(folder, "html"))
    assert {tag for tag, _ in page.tags} <= ELEMENTS
    assert {name for _, given in page.tags for name in given} <= ATTRIBUTES


def test_the_commands_for_policies(folder: Path) -> None:
    shown = run_here("policy", "show", "p.json", cwd=folder).stdout
    (folder / "shown.yaml").write_text(shown)
    again = json.loads(run_here("policy", "show", "shown.yaml", "--format", "json", cwd=folder).stdout)
    assert [each["value"]["owner"] for each in again["waivers"]] == [TEXT] * 3
    found = run_here("policy", "lint", "p.json", "--format", "github", cwd=folder).stdout.splitlines()
    assert len(found) == 3 and all(line.startswith("::warning file=p.json,line=1,") for line in found)
    refused = run_here(
        "waive", "root-mfa", "--reason", TEXT, "--owner", "o", "--expires", "30d", "--policy", "p.json", cwd=folder
    )
    one_line(refused.stderr, "--reason: should be one line of text")
