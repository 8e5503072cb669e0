"""Detect from its content whether a file contains a snapshot, an API response or a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from acctgate.evaluate.input_files import InputFiles
from acctgate.model.document_kind import document_kind
from acctgate.model.organization import RECORD
from acctgate.plan.documents import LARGEST_PLAN, read_documents
from acctgate.plan.kinds import describe_lookalike, is_relevant, plan_kind
from acctgate.reading import SourceError, display_name, open_input, remember
from acctgate.sources.responses import ANSWER_KEYS
from acctgate.strict_json import read_json

InputKind = Literal["snapshot", "response", "plan"]
_HEAD: Final = 1 << 20
"""The bytes of a file's first line that are read: it may be a whole snapshot."""
_OTHER: Final = {
    "report": "is a report; use --baseline",
    "policy": "is a policy; use --policy",
    "record of a run": f"is a record of a run; give its output, whose name lacks {RECORD}",
}
_NAMES: Final[dict[InputKind, str]] = {"snapshot": "a snapshot", "response": "an API response"}
_UNRECOGNIZED: Final = "not a snapshot, an API response or a plan"
_REMEDY: Final = "use --snapshot, --response or --plan"


def sort_inputs(paths: Iterable[str]) -> InputFiles:
    """Return the files by what they contain. Pipes can still be read afterwards.

    Raises:
        SourceError: A file cannot be read, or it is not clear what it contains.
    """
    found: dict[InputKind, list[str]] = {"snapshot": [], "response": [], "plan": []}
    for path in paths:
        found[input_kind(path)].append(path)
    return InputFiles(*map(tuple, found.values()))


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
        raise SourceError(f"{name}: {_UNRECOGNIZED}: it is not a JSON object; {_REMEDY}")
    return _kind_of(document, name)


def _first_line(path: str) -> str:
    """Return the beginning of the first line that is not blank."""
    try:
        with open_input(path) as file:
            for line in iter(lambda: file.readline(_HEAD), b""):
                if text := line.decode("utf-8-sig", errors="replace").strip():
                    return text
    except OSError:
        pass  # the reader reports it
    return ""


def _first_document(path: str, name: str, head: str) -> Any:
    """Return the first document of a file; of a stream of snapshots, only the first line is read."""
    if head.startswith("{") and head.endswith("}"):
        try:
            return read_json(head, name)
        except SourceError:
            pass  # the line is cut off, or not a document by itself
    try:
        documents = read_documents(path, is_relevant)
    except SourceError:
        if path.lower().endswith((".yaml", ".yml")):
            raise SourceError(f"{name}: {_UNRECOGNIZED}: it is not JSON; for a policy, use --policy") from None
        raise
    return documents[0] if documents else None


def _kind_of(document: Mapping[str, Any], name: str) -> InputKind:
    keys = document.keys()
    problem = describe_lookalike(document)
    problem = problem or _OTHER.get(document_kind(document) or "")
    if problem is not None:
        raise SourceError(f"{name}: {problem}")
    found: list[InputKind] = [] if plan_kind(document) is None else ["plan"]
    if "version" in keys:
        found.append("snapshot")
    elif keys & ANSWER_KEYS or isinstance(document.get("Code"), str):
        found.append("response")
    if len(found) > 1:
        raise SourceError(f"{name}: not clear what it is: it could be a plan or {_NAMES[found[1]]}; {_REMEDY}")
    if not found:
        raise SourceError(f"{name}: {_UNRECOGNIZED}; {_REMEDY}")
    return found[0]
