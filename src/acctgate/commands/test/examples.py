"""Where examples are found, and what stands in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from acctgate.model.outcome import RESULTS, Result
from acctgate.model.planned_change import SECRET, UNKNOWN, Provider
from acctgate.model.provider_eras import eras_of_constraints
from acctgate.plan import PlannedChange
from acctgate.policy import PolicyError
from acctgate.policy.source import read_source

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_VERDICTS: Final = ("pass", "fail", "unknown")
_KEYS: Final = ("policy", "snapshot", "planned", "now", "expect")
_EXPECTED: Final = ("actual", "expected", "setting", "message")
_PLANNED: Final = ("address", "operation", "declared", "recorded", "dead", "provider_version")
_OPERATIONS: Final = ("create", "update", "delete", "same", "unknown")
_MARKERS: Final = {"UNKNOWN": UNKNOWN, "SECRET": SECRET}


class ExampleError(ValueError):
    """An example cannot be used. The text is one line: file, line where there is one, what, what to do."""


@dataclass(frozen=True, slots=True)
class Example:
    """An account, and what is to be said of it."""

    path: Path
    name: str
    """Its path below the folder of examples."""
    rule: str | None
    """The rule that it is an example of; None for a whole policy."""
    wanted: Result
    """The outcome of the rule, or the verdict of the policy: the name of the folder."""
    snapshot: dict[str, Any]
    entry: dict[str, Any] | None = None
    """What the policy says of the rule; None: as the policy that is tested says."""
    planned: tuple[PlannedChange, ...] | None = None
    now: datetime | None = None
    snapshot_file: Path | None = None
    """The file that the snapshot stands in, where it is another one."""
    expect: Mapping[str, Any] = field(default_factory=dict)
    """Of a rule: actual, expected, setting, or a part of the message. Of a policy: rule id → outcome."""


def find_examples(folder: Path, rules: Collection[str]) -> Iterator[tuple[Path, str | None, Result]]:
    """The examples below a folder, sorted: file, rule (None for a whole policy), outcome.

    Raises:
        ExampleError: There is no such folder, or one has the name of no rule.
    """
    if not folder.is_dir():
        raise ExampleError(f"{folder}: no such folder")
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file():
            outcome = next((result for result in RESULTS if result == path.parent.name), None)
            if outcome is not None and path.parent != folder:
                yield path, _rule(folder, path.parent.parent, outcome, rules), outcome


def stray_examples(folder: Path, examples: Iterable[Example]) -> Iterator[tuple[Path, str]]:
    """Files that look like examples and are none, so that nobody believes them to be tested; and why."""
    named = {example.snapshot_file for example in examples}
    for path in sorted(folder.rglob("*")):
        inside = path.parent != folder and path.parent.name in RESULTS
        if path.suffix in _SUFFIXES and path.is_file() and not inside and path.resolve() not in named:
            told = f"stands in no folder named {', '.join(RESULTS)}, and no example names it as its snapshot"
            yield path, f"{path}: {told}"


def _rule(folder: Path, named: Path, outcome: Result, rules: Collection[str]) -> str | None:
    if named.name in rules and named != folder:
        return named.name
    if named == folder or named.name == "policy":
        if outcome not in _VERDICTS:
            raise ExampleError(
                f"{named / outcome}: a policy has no verdict {outcome}; {', '.join(_VERDICTS)} are verdicts"
            )
        return None
    close = get_close_matches(named.name, rules, n=1)
    hint = f"did you mean {close[0]}?" if close else "examples of a whole policy stand in pass/, fail/ and unknown/"
    raise ExampleError(f"{named}: {named.name} is no rule; {hint}")


def read_example(folder: Path, path: Path, rule: str | None, wanted: Result) -> Example:
    """What stands in an example. A snapshot by itself is one too.

    Raises:
        ExampleError: It cannot be read, or something in it is wrong.
    """
    try:
        source = read_source(path)
    except PolicyError as error:
        raise ExampleError(str(error)) from None
    data: Any = source.data
    if isinstance(data, dict) and "version" in data and "snapshot" not in data:
        data = {"snapshot": data}

    def wrong(keys: tuple[str | int, ...], told: str) -> ExampleError:
        return ExampleError(f"{source.place(keys)}: {told}")

    if not isinstance(data, dict):
        raise wrong((), "an example is a mapping with a snapshot")
    for key in data:
        if key not in _KEYS:
            raise wrong((key,), f"{key}: unknown key; an example has {', '.join(_KEYS)}")
    try:
        return Example(
            path, path.relative_to(folder).as_posix(), rule, wanted,
            snapshot=_snapshot(data.get("snapshot"), path),
            entry=_entry(data.get("policy"), rule),
            planned=_planned(data.get("planned")),
            now=_now(data.get("now")),
            snapshot_file=_beside(data.get("snapshot"), path),
            expect=_expect(data.get("expect"), rule),
        )  # fmt: skip
    except _Wrong as error:
        raise wrong(error.keys, error.told) from None


class _Wrong(Exception):
    def __init__(self, told: str, *keys: str | int) -> None:
        self.told, self.keys = told, keys


def _beside(value: Any, path: Path) -> Path | None:
    return (path.parent / value).resolve() if isinstance(value, str) else None


def _snapshot(value: Any, path: Path) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = read_source(path.parent / value).data
        except PolicyError as error:
            raise _Wrong(f"snapshot: {error}", "snapshot") from None
    if not isinstance(value, dict):
        raise _Wrong("snapshot: should be a snapshot, or the path of one", "snapshot")
    return {"version": 1, **value}


def _entry(value: Any, rule: str | None) -> dict[str, Any] | None:
    if value is not None and (rule is None or not isinstance(value, dict)):
        wants = "goes with a rule" if rule is None else f"should be what a policy says of {rule}"
        raise _Wrong(f"policy: {wants}", "policy")
    return value


def _now(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Wrong("now: should be a time, as in 2026-11-22T12:00:00Z", "now") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _expect(value: Any, rule: str | None) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Wrong("expect: should be a mapping", "expect")
    for key, wanted in value.items():
        if rule is not None and key not in _EXPECTED:
            raise _Wrong(f"expect.{key}: unknown key; a rule's has {', '.join(_EXPECTED)}", "expect", key)
        if rule is None and wanted not in RESULTS:
            raise _Wrong(f"expect.{key}: should be one of {', '.join(RESULTS)}", "expect", key)
    return value


def _planned(value: Any) -> tuple[PlannedChange, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise _Wrong("planned: should be a list of planned SecurityPreference resources", "planned")
    return tuple(_preference(each, index) for index, each in enumerate(value))


def _preference(value: Any, index: int) -> PlannedChange:
    """A planned preference: UNKNOWN and SECRET are markers, all but the operation optional."""
    if not isinstance(value, dict) or not set(value) <= set(_PLANNED) or value.get("operation") not in _OPERATIONS:
        told = f"should have operation ({', '.join(_OPERATIONS)}) and may have {', '.join(_PLANNED)}"
        raise _Wrong(f"planned[{index}]: {told}", "planned", index)

    def values(key: str) -> dict[str, Any]:
        given = value.get(key, {})
        if not isinstance(given, dict):
            raise _Wrong(f"planned[{index}].{key}: should be a mapping of the API's settings", "planned", index, key)
        return {name: _MARKERS.get(str(each), each) for name, each in given.items()}

    version = str(value.get("provider_version", ""))
    return PlannedChange(
        address=str(value.get("address", "pref")),
        operation=value["operation"],
        declared=values("declared"),
        recorded=values("recorded") if "recorded" in value else None,
        dead=value.get("dead"),
        provider=Provider(version=version, eras=eras_of_constraints([version])) if version else Provider(),
    )
