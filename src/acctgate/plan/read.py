"""A plan file, of whichever tool it is."""

from __future__ import annotations

import json
import sys
from codecs import IncrementalDecoder, getincrementaldecoder, register_error
from pathlib import Path
from typing import Any, BinaryIO, Final

from acctgate.model.planned_change import PlannedChange
from acctgate.plan import pulumi, terraform
from acctgate.plan.require import PlanError
from acctgate.reading import SourceError, display_name
from acctgate.redact import one_line
from acctgate.text import os_reason, show

_LARGEST: Final = 1 << 30
_TERRAFORM_MAJORS: Final = ("0", "1")
_LOG: Final = {"@level", "@message"}
_IS_LOG: Final = "is Terraform's log; `terraform show -json PLAN` prints a plan"
_PIECE: Final = 1 << 20
_ESCAPE: Final = "acctgate.json"
"""How Python is told to put JSON's escapes in the place of what is not ASCII."""


def read_plan(path: str) -> list[PlannedChange]:
    """The planned preferences in a plan file; "-" is standard input. None at all is no error.

    What is about other resources is dropped while the file is parsed: a plan may have a hundred megabytes.

    Raises:
        SourceError: It cannot be read, or it is no plan of Pulumi or Terraform.
    """
    name = display_name(path)
    document = _parse(_read(path, name), name)
    if not isinstance(document, dict):
        raise SourceError(f"{name}: is no plan; a plan is a JSON object")
    try:
        return _planned(document)
    except PlanError as error:
        raise SourceError(f"{name}: {error}") from None


def _planned(document: dict[str, Any]) -> list[PlannedChange]:
    if terraform.is_plan(document):
        version = document["format_version"]
        if not isinstance(version, str) or version.partition(".")[0] not in _TERRAFORM_MAJORS:
            raise PlanError(f"a Terraform plan of format {show(version)} is not known; 1.x is")
        return terraform.read_plan(document)
    if pulumi.is_update_plan(document):
        return pulumi.read_update_plan(document)
    if pulumi.is_preview(document):
        return pulumi.read_preview(document)
    raise PlanError(_what_it_is(document))


def _what_it_is(document: dict[str, Any]) -> str:
    if "lineage" in document or ("format_version" in document and "values" in document):
        return "is a Terraform state, no plan; `terraform show -json PLAN` prints a plan"
    if _LOG & document.keys():
        return _IS_LOG
    if "deployment" in document or "checkpoint" in document:
        return "is a Pulumi state, no plan; `pulumi preview --json` prints a plan"
    return "is no plan of `pulumi preview --json`, `pulumi preview --save-plan` or `terraform show -json`"


def _read(path: str, name: str) -> str:
    try:
        if path == "-":
            text = _text(sys.stdin.buffer, name)
        else:
            with Path(path).open("rb") as file:
                text = _text(file, name)
    except OSError as error:
        raise SourceError(f"{name}: {os_reason(error)}") from None
    if not text or text.isspace():
        raise SourceError(f"{name}: is empty")
    return text


def _text(file: BinaryIO, name: str) -> str:
    """A file in UTF-8 as JSON in ASCII: one other character would make the whole text 2 or 4 times as big."""
    decoder = getincrementaldecoder("utf-8-sig")()
    pieces: list[str] = []
    total = 0
    while piece := file.read(_PIECE):
        if not total and piece.startswith(b"PK"):
            raise SourceError(f"{name}: is a binary plan; `terraform show -json {name}` prints it as JSON")
        pieces.append(_decoded(decoder, piece, total, name))
        total += len(piece)
        if total > _LARGEST:
            raise SourceError(f"{name}: larger than {_LARGEST >> 30} GiB")
    _decoded(decoder, b"", total, name, final=True)
    return "".join(pieces)


def _decoded(decoder: IncrementalDecoder, piece: bytes, before: int, name: str, *, final: bool = False) -> str:
    waiting = len(decoder.getstate()[0])
    try:
        text = decoder.decode(piece, final)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: is no text (byte {before - waiting + error.start} is no UTF-8)") from None
    return text if text.isascii() else text.encode("ascii", _ESCAPE).decode("ascii")


def _escape(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


register_error(_ESCAPE, _escape)


def _parse(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_kept)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and _is_log(text[: error.pos]):
            raise SourceError(f"{name}: {_IS_LOG}") from None
        raise SourceError(f"{name}:{error.lineno}: no JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise SourceError(f"{name}: no JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise SourceError(f"{name}: no JSON that can be read: {one_line(error)}") from None


def _is_log(text: str) -> bool:
    first = json.loads(text)
    return isinstance(first, dict) and bool(_LOG & first.keys())


def _kept(pairs: list[tuple[str, Any]]) -> dict[str, Any] | None:
    item = dict(pairs)
    if "type" in item and not (pulumi.keeps(item) and terraform.keeps(item)):
        return None
    if len(item) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return item
