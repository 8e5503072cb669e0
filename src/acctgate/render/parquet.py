"""Parquet: one table with a row for each outcome of each account, for DuckDB and other engines. Needs pyarrow.

Each row repeats what is known of its account, so that a query needs no join. Row groups are written as they fill up:
memory does not grow with the number of accounts.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import pyarrow as pa
from pyarrow import parquet as pq

from acctgate.json_text import dumps
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import Outcome, WaiverNote
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame, Renderer
from acctgate.times import parse_utc

ROWS: Final = 50_000
"""Rows of a row group, at least."""
_TEXT: Final = pa.string()
_TIME: Final = pa.timestamp("us", tz="UTC")
_TAGS: Final = pa.map_(_TEXT, _TEXT)
_NOT_WAIVED: Final = WaiverNote("", "", "")


class _Column(NamedTuple):
    """A column, and the value that a row takes from its report, its outcome, or what judged."""

    name: str
    kind: Any
    value: Callable[[Any], Any]


def _member(name: str) -> Callable[[AccountReport], Any]:
    return lambda report: getattr(report.member, name) if report.member else None


def _pairs(name: str) -> Callable[[AccountReport], Any]:
    """Return a function that returns tags or labels of an account as items, which a map column needs."""
    found = _member(name)

    def items(report: AccountReport) -> Any:
        values = found(report)
        return None if values is None else list(values.items())

    return items


@lru_cache(maxsize=2048)
def _actual(outcome: Outcome) -> str:
    """Return the value as JSON. Cached by identity: accounts with the same values share their outcomes."""
    return dumps(outcome.actual)


_ACCOUNT: Final = (
    _Column("account", _TEXT, lambda report: report.account),
    _Column("alias", _TEXT, lambda report: report.alias),
    _Column("taken_at", _TIME, lambda report: parse_utc(report.taken_at)),
    _Column("verdict", _TEXT, lambda report: report.verdict),
    _Column("not_read", _TEXT, lambda report: report.unreadable or report.not_read),
    _Column("stale", pa.bool_(), lambda report: report.stale),
    _Column("folder", _TEXT, _member("folder")),
    _Column("tags", _TAGS, _pairs("tags")),
    _Column("labels", _TAGS, _pairs("labels")),
    _Column("groups", pa.list_(_TEXT), lambda report: list(report.groups)),
)
_OUTCOME: Final = (
    _Column("rule", _TEXT, lambda outcome: outcome.rule),
    _Column("outcome", _TEXT, lambda outcome: outcome.outcome),
    _Column("level", _TEXT, lambda outcome: outcome.level),
    _Column("severity", _TEXT, lambda outcome: outcome.severity),
    _Column("setting", _TEXT, lambda outcome: outcome.setting),
    _Column("expected", _TEXT, lambda outcome: outcome.expected),
    _Column("actual", _TEXT, _actual),
    _Column("message", _TEXT, lambda outcome: outcome.message),
    _Column("remediation", _TEXT, lambda outcome: outcome.remediation),
    _Column("waived_outcome", _TEXT, lambda outcome: (outcome.waiver or outcome.baseline or _NOT_WAIVED).outcome),
    _Column("waived_until", _TEXT, lambda outcome: outcome.waiver.expires if outcome.waiver else None),
    _Column("waived_by", _TEXT, lambda outcome: outcome.waiver.owner if outcome.waiver else None),
    _Column("waiver_reason", _TEXT, lambda outcome: outcome.waiver.reason if outcome.waiver else None),
    _Column("baseline", _TEXT, lambda outcome: outcome.baseline.source if outcome.baseline else None),
    _Column("open_since", _TIME, lambda outcome: parse_utc(outcome.open_since)),
    _Column("names", pa.list_(_TEXT), lambda outcome: None if outcome.names is None else list(outcome.names)),
)
_JUDGED_BY: Final = (
    _Column("judged_at", _TIME, lambda by: parse_utc(by.judged_at)),
    _Column("policy", _TEXT, lambda by: by.policy.source),
    _Column("policy_digest", _TEXT, lambda by: by.policy.digest),
    _Column("acctgate", _TEXT, lambda by: by.acctgate),
)
COLUMNS: Final = tuple(column.name for column in (*_ACCOUNT, *_OUTCOME, *_JUDGED_BY))
SCHEMA: Final = pa.schema([(column.name, column.kind) for column in (*_ACCOUNT, *_OUTCOME, *_JUDGED_BY)])


class ParquetRenderer(Renderer):
    """`--format parquet`. The bytes of the file are returned as characters of Latin-1, since renderers return text."""

    encoding = "latin-1"

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._file = _Unsent()
        self._writer = pq.ParquetWriter(pa.PythonFile(self._file, mode="w"), SCHEMA, compression="zstd")
        self._waiting: list[AccountReport] = []
        self._rows = 0

    def account(self, report: AccountReport) -> str:
        """Return a row group if it is full."""
        self._waiting.append(report)
        self._rows += len(report.outcomes)
        return self._row_group() if self._rows >= ROWS else ""

    def end(self, summary: Summary) -> str:
        """Return the last row group and the end of the file."""
        last = self._row_group()
        self._writer.close()
        return last + self._file.take()

    def _row_group(self) -> str:
        if self._waiting:
            self._writer.write_table(table(self._waiting, self.frame.judged_by))
            self._waiting, self._rows = [], 0
        return self._file.take()


class _Unsent(io.RawIOBase):
    """A file in memory. `take` removes its content."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._position += len(part)
        return len(part)

    def tell(self) -> int:
        return self._position

    def take(self) -> str:
        """Return what was written since the last call, a character for each byte."""
        parts, self._parts = self._parts, []
        return b"".join(parts).decode("latin-1")


def table(reports: Sequence[AccountReport], judged_by: JudgedBy | None = None) -> pa.Table:
    """Return the rows of reports as a table with the columns of `SCHEMA`: first each rule, then each control.

    Args:
        reports: The reports on accounts.
        judged_by: What judged; the columns about it are null if it is unknown.
    """
    # Without any outcome, an account still has a row.
    outcomes = [(*report.outcomes, *report.control_outcomes) or (None,) for report in reports]
    rows = [outcome for each in outcomes for outcome in each]
    accounts = pa.array([number for number, each in enumerate(outcomes) for _ in each], pa.int32())
    arrays = [_array(column, reports).take(accounts) for column in _ACCOUNT]
    arrays += [_array(column, rows) for column in _OUTCOME]
    same = pa.array([0] * len(rows), pa.int32())
    arrays += [_array(column, [judged_by]).take(same) for column in _JUDGED_BY]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _array(column: _Column, items: Iterable[Any]) -> pa.Array:
    values = [None if item is None else column.value(item) for item in items]
    try:
        return pa.array(values, column.kind)
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can contain
        return pa.array(list(map(_encodable, values)), column.kind)


def _encodable(value: Any) -> Any:
    """Return a value with a question mark for each character that no UTF-8 has, as in other formats."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(_encodable, value))  # the items of tags are tuples
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
