"""Helpers that several tests share."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.outcome import Outcome
from acctgate.model.planned_change import PlannedChange
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.plan.overlay import overlay
from acctgate.plan.read import read_plan
from acctgate.policy import Policy, load_policy

HERE: Final = Path(__file__).parent.parent
ROOT: Final = HERE.parent
SARIF_SCHEMA: Final = ROOT.parent / "shared/data/sarif-2.1.0.schema.json"
"""The official schema, if this checkout has it beside it."""
NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
FOREIGN: Final = ("ALIBABA_CLOUD_", "ACCTGATE_", "COLUMNS")
"""Beginnings of the names of variables that tests must not inherit."""
UPDATE: Final = os.environ.get("ACCTGATE_UPDATE_GOLDEN") == "1"
"""Whether to write the golden reports again."""
DENIED: Final = {"code": "NoPermission", "message": "You are not authorized to do this operation."}


class _Yaml(yaml.SafeLoader):
    """YAML whose dates stay text, as they are in JSON."""


_Yaml.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """Return the YAML in a file."""
    return yaml.load(path.read_text(encoding="utf-8"), _Yaml)  # a safe loader


def examples(folder: str, *suffixes: str) -> list[Path]:
    """Return the example files below a folder of tests/."""
    return sorted(path for path in (HERE / folder).rglob("*") if path.suffix in suffixes)


def name_of(path: Path) -> str:
    """Return the name of an example in pytest's output."""
    return path.relative_to(HERE).as_posix()


def policy_of(rules: Mapping[str, Mapping[str, Any] | None], **more: Any) -> Policy:
    """Return a policy with these entries, the rest disabled, and further keys of the file."""
    with TemporaryDirectory() as folder:
        return written_policy(Path(folder) / "policy.json", json.dumps({"version": 1, "rules": rules, **more}))


def written_policy(path: Path, text: str) -> Policy:
    """Write a policy file and return its policy."""
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def judge(
    document: Mapping[str, Any],
    policy: Policy,
    now: datetime = NOW,
    planned: Sequence[PlannedChange] | None = None,
) -> AccountReport:
    """Judge one snapshot, after the deploy of what is planned."""
    snapshot = Snapshot.from_document(dict(document))
    if planned is not None:
        snapshot = overlay(snapshot, planned)
    (report,) = evaluate([snapshot], policy, now)
    return report


def preferences(plan: Path) -> list[PlannedChange]:
    """Read the planned preferences in a plan, which has no other resources."""
    found = read_plan(str(plan))
    changes = [change for change in found if isinstance(change, PlannedChange)]
    assert len(changes) == len(found)
    return changes


def outcomes_of(report: AccountReport, rule: str) -> list[Outcome]:
    """Return the outcomes of one rule."""
    return [outcome for outcome in report.outcomes if outcome.rule == rule]


def run(
    *arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `acctgate` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "acctgate", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def one_line(text: str, *parts: str) -> None:
    """Assert that the text is exactly one line without a traceback, and contains these parts."""
    assert text.count("\n") == 1 and text.endswith("\n"), text
    assert "Traceback" not in text
    for part in parts:
        assert part in text


def without_time(report: str) -> str:
    """Return a report without times, such as that of judgement."""
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "", report)


def seed(name: str) -> Path:
    """Return the path of an example response of the five documents."""
    return HERE / "examples" / "responses" / name


def joined(lines: Iterable[str]) -> str:
    """Return lines as the text of a file."""
    return "".join(f"{line}\n" for line in lines)


def write_snapshots(path: Path, *documents: Any) -> Path:
    """Write documents to a file, one per line."""
    path.write_text(joined(map(json.dumps, documents)), encoding="utf-8")
    return path
