"""Tell snapshots, API answers and plans apart by their content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from acctgate.plan.documents import LARGEST_PLAN, read_documents
from acctgate.plan.read import OTHER_KINDS, PLAN_KINDS, keep
from acctgate.reading import SourceError, display_name, open_input, read_json, remember
from acctgate.sources.responses import ANSWER_KEYS

InputKind = Literal["snapshot", "response", "plan"]
_HEAD: Final = 1 << 20
"""Bytes of a file's first line that may be a whole snapshot."""
_REPORT: Final = {"verdict", "accounts"}
_POLICY: Final = {"rules", "extends", "waivers"}
_NAMES: Final[dict[InputKind, str]] = {"snapshot": "a snapshot", "response": "an API answer", "plan": "a plan"}


class Inputs(NamedTuple):
    """Files by what they contain, each in the order in which they are given."""

    snapshots: tuple[str, ...]
    responses: tuple[str, ...]
    plans: tuple[str, ...]


def sort_inputs(paths: Iterable[str]) -> Inputs:
    """Return the files by what they contain. Pipes can still be read afterwards.

    Raises:
        SourceError: A file cannot be read, or it is not clear what it contains.
    """
    kinds = [(path, input_kind(path)) for path in paths]
    found = (tuple(path for path, kind in kinds if kind == each) for each in ("snapshot", "response", "plan"))
    return Inputs(*found)


def input_kind(path: str) -> InputKind:
    """Return what a file contains; "-" is standard input.

    Raises:
        SourceError: It cannot be read, or is not exactly one of the three.
    """
    remember(path, LARGEST_PLAN)
    name = display_name(path)
    head = _first_line(path)
    if head.startswith(("<", "HTTP/")):
        return "response"
    document = _first_document(path, name, head)
    if not isinstance(document, dict):
        raise _unclear(name, "it is not a JSON object")
    return _kind_of(document, name)


def _first_line(path: str) -> str:
    """Return the beginning of the first line that is not blank."""
    try:
        with open_input(path) as file:
            for line in iter(lambda: file.readline(_HEAD), b""):
                if text := line.decode("utf-8-sig", errors="replace").strip():
                    return text
    except OSError:
        pass  # its reader says why
    return ""


def _first_document(path: str, name: str, head: str) -> Any:
    """Return the first document of a file; of a stream of snapshots, only the first line is read."""
    if head.startswith("{") and head.endswith("}"):
        try:
            return read_json(head, name)
        except SourceError:
            pass  # the line is cut off, or not a document by itself
    documents = read_documents(path, keep)
    return documents[0] if documents else None


def _kind_of(document: Mapping[str, Any], name: str) -> InputKind:
    for other in OTHER_KINDS:
        if other.matches(document):
            raise SourceError(f"{name}: {other.message}")
    found: list[InputKind] = []
    if any(kind.matches(document) for kind in PLAN_KINDS):
        found.append("plan")
    if "version" in document:
        if document.keys() & _REPORT or document.keys() & _POLICY:
            what = "a report; use --baseline" if document.keys() & _REPORT else "a policy; use --policy"
            raise SourceError(f"{name}: is {what}")
        found.append("snapshot")
    elif document.keys() & ANSWER_KEYS or isinstance(document.get("Code"), str):
        found.append("response")
    if len(found) != 1:
        raise _unclear(name, f"it could be {' or '.join(_NAMES[kind] for kind in found)}" if found else "")
    return found[0]


def _unclear(name: str, reason: str) -> SourceError:
    what = "not a snapshot, an API answer or a plan" if not reason.startswith("it could") else "not clear what it is"
    return SourceError(f"{name}: {what}{f': {reason}' if reason else ''}; use --snapshot, --response or --plan")
