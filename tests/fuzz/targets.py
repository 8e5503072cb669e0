"""What is fuzzed: each target takes bytes, and raises only if acctgate is at fault."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, Final

from defusedxml.ElementTree import fromstring

from acctgate.diff.kind import kind_of
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.report import Summary
from acctgate.model.report_document import read_report
from acctgate.model.snapshot import Snapshot
from acctgate.plan.lock_file import read_lock_file
from acctgate.plan.read import read_plan
from acctgate.policy import Policy, PolicyError, load_policy, load_preset
from acctgate.reading import SourceError
from acctgate.render import FORMATS, renderer
from acctgate.sources.compliance.sheet import SheetError, read_sheets
from acctgate.sources.responses import read_responses
from acctgate.sources.snapshots import read_snapshots
from tests.support import HERE, NOW

Target = Callable[[bytes], None]
_OWN: Final[tuple[type[Exception], ...]] = (SourceError, PolicyError, SheetError)
"""Errors that are reported in one line."""


def _reads(suffix: str, read: Callable[[Path], object]) -> Target:
    """Return a target that reads a file of these bytes. Only short errors of acctgate itself may be raised."""

    def target(data: bytes) -> None:
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            file.write(data)
            file.flush()
            try:
                read(Path(file.name))
            except _OWN as error:
                assert str(error).isprintable() and len(str(error)) < 1000, error

    return target


def _snapshots(file: Path) -> None:
    for snapshot in read_snapshots([str(file)]):
        assert snapshot.unreadable is None or snapshot.unreadable.isprintable()
        if snapshot.unreadable is None:
            list(evaluate([snapshot], _strict(), NOW))


def _responses(file: Path) -> None:
    list(evaluate([read_responses([str(file)])], _strict(), NOW))


def _report(data: bytes) -> None:
    try:
        read_report(data)
    except ValueError as error:
        assert str(error).isprintable(), error


def _renders(name: str) -> Target:
    """Return a target that has a format render text from outside in every place, and reads what it rendered."""

    def target(data: bytes) -> None:
        text = data.decode("utf-8", errors="replace")
        report = evaluate([_account(text)], _strict(), NOW)
        render, summary, parts = renderer(name), Summary(), []
        for account in report:
            summary.add(account)
            parts.append(render.account(account))
        rendered = "".join([render.begin(), *parts, render.end(summary)])
        rendered.encode("utf-8", errors="replace")
        _READERS.get(name, _no_command)(rendered)

    return target


def _no_command(text: str) -> None:
    assert "##[" not in text and "##vso[" not in text, text


def _json(text: str) -> None:
    json.loads(text)


def _rows(text: str) -> None:
    for row in csv.reader(StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _is_number(cell) for cell in row), row


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()


def _github(text: str) -> None:
    _no_command(text)
    for line in text.splitlines():
        assert "::" not in line or line.startswith("::") or "::error" not in line, line


def _page(text: str) -> None:
    assert "<script>alert" not in text


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "json": _json,
    "ndjson": lambda text: [*map(json.loads, text.rstrip("\n").split("\n"))],
    "sarif": _json,
    "gitlab": _json,
    "junit": fromstring,
    "csv": _rows,
    "github": _github,
    "html": _page,
}


@cache
def _strict() -> Policy:
    return load_preset("strict")


def _account(text: str) -> Snapshot:
    login = {"LoginNetworkMasks": f"10.0.0.0/8;{text}", "MFAOperationForLogin": text, "LoginSessionDuration": [text]}
    document: dict[str, Any] = {
        "version": 1,
        "account_id": text,
        "alias": text,
        "SecurityPreference": {"LoginProfilePreference": login},
        "CompliancePackReports": [{"CompliancePackId": text, "ReportStatus": "NONE"}],
        "errors": {"AccountSecurityPracticeInfo": {"code": text, "message": text, "request_id": text}},
    }
    return Snapshot.from_document(document)


TARGETS: Final[dict[str, Target]] = {
    "snapshot": _reads(".json", _snapshots),
    "response": _reads(".json", _responses),
    "policy-yaml": _reads(".yaml", load_policy),
    "policy-json": _reads(".json", load_policy),
    "plan": _reads(".json", lambda file: read_plan(str(file), None)),
    "lock-file": _reads(".hcl", lambda file: read_lock_file(str(file))),
    "sheet-xls": _reads(".xls", read_sheets),
    "sheet-xlsx": _reads(".xlsx", read_sheets),
    "report": _report,
    "kind": _reads(".json", lambda file: kind_of(str(file))),
    **{f"format-{name}": _renders(name) for name in FORMATS},
}
"""Every parser and every format."""

_EXAMPLES: Final = {
    "snapshot": ["examples/responses/*.json"],
    "response": ["examples/responses/*"],
    "policy-yaml": ["policies/valid/*.yaml", "policies/invalid/*.yaml"],
    "plan": ["plans/pulumi/*.json", "plans/terraform/*.json"],
    "sheet-xls": ["examples/sheets/*.xls"],
    "sheet-xlsx": ["examples/sheets/*.xlsx"],
    "report": ["golden/json/*"],
    "kind": ["golden/json/*"],
}


def examples(target: str) -> Iterator[bytes]:
    """Return real inputs of a target, to begin with."""
    for pattern in (f"fuzz/crashes/{target}-*", *_EXAMPLES.get(target, ())):
        for path in sorted(HERE.glob(pattern))[:40]:
            if path.is_file() and path.stat().st_size < 1 << 16:
                yield path.read_bytes()
