"""A plan file, of whichever tool it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from acctgate.plan import pulumi, terraform
from acctgate.plan.change import PlannedPreference
from acctgate.redact import one_line
from acctgate.sources.base import SourceError, display_name

_LARGEST: Final = 1 << 30
_TERRAFORM_MAJORS: Final = ("0", "1")


def read_plan(path: str) -> list[PlannedPreference]:
    """The planned preferences in a plan file; "-" is standard input. None at all is no error.

    What is about other resources is dropped while the file is parsed: a plan may have a hundred megabytes.

    Raises:
        SourceError: It cannot be read, or it is no plan of Pulumi or Terraform.
    """
    name = display_name(path)
    document = _parse(_read(path, name), name)
    if not isinstance(document, dict):
        raise SourceError(f"{name}: is no plan; a plan is a JSON object")
    if terraform.is_plan(document):
        version = str(document["format_version"])
        if version.partition(".")[0] not in _TERRAFORM_MAJORS:
            raise SourceError(f"{name}: a Terraform plan of format {one_line(version)} is not known; 1.x is")
        return terraform.read_plan(document)
    if pulumi.is_update_plan(document):
        return pulumi.read_update_plan(document)
    if pulumi.is_preview(document):
        return pulumi.read_preview(document)
    raise SourceError(f"{name}: {_what_it_is(document)}")


def _what_it_is(document: dict[str, Any]) -> str:
    if "format_version" in document and "values" in document:
        return "is a Terraform state, no plan; `terraform show -json PLAN` prints a plan"
    if "@level" in document or "@message" in document:
        return "is Terraform's log; `terraform show -json PLAN` prints a plan"
    if "deployment" in document or "checkpoint" in document:
        return "is a Pulumi state, no plan; `pulumi preview --json` prints a plan"
    return "is no plan of `pulumi preview --json`, `pulumi preview --save-plan` or `terraform show -json`"


def _read(path: str, name: str) -> str:
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise SourceError(f"{name}: {(error.strerror or 'cannot be read').lower()}") from None
    if len(raw) > _LARGEST:
        raise SourceError(f"{name}: larger than {_LARGEST >> 30} GiB")
    if raw.startswith(b"PK"):
        raise SourceError(f"{name}: is a binary plan; `terraform show -json {name}` prints it as JSON")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: is no text (byte {error.start} is no UTF-8)") from None
    if not text.strip():
        raise SourceError(f"{name}: is empty")
    return text


def _parse(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_kept)
    except json.JSONDecodeError as error:
        raise SourceError(f"{name}:{error.lineno}: no JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise SourceError(f"{name}: no JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise SourceError(f"{name}: no JSON that can be read: {one_line(error)}") from None


def _kept(pairs: list[tuple[str, Any]]) -> dict[str, Any] | None:
    item = dict(pairs)
    if "type" in item and not (pulumi.keeps(item) and terraform.keeps(item)):
        return None
    if len(item) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return item
