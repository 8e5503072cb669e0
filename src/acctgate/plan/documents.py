"""The JSON documents in a plan file. `terragrunt run-all show -json` writes one plan a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from acctgate.reading import SourceError, decode, display_name, read_bytes
from acctgate.redact import one_line
from acctgate.strict_json import is_too_deep

LARGEST_PLAN: Final = 1 << 30
"""Bytes."""
_WRAPPER: Final = ("[command]", "::debug::", "::set-output", "::stop-commands")
_BINARY: Final = b"PK"
"""How a saved plan of Terraform begins: it is a ZIP archive."""

Keep = Callable[[dict[str, Any]], bool]


def read_documents(path: str, keep: Keep) -> list[Any]:
    """Return the JSON documents in a file; "-" is standard input. Objects that `keep` rejects become null.

    Objects are dropped while the file is parsed: a plan may be a hundred megabytes large.

    Raises:
        SourceError: The file cannot be read, or is not JSON.
    """
    name, raw = display_name(path), read_bytes(path, LARGEST_PLAN)
    if raw.startswith(_BINARY):
        raise SourceError(f"{name}: is a binary plan; `terraform show -json {name}` prints it as JSON")
    return _parse(decode(raw, name, LARGEST_PLAN), name, keep)


def _parse(text: str, name: str, keep: Keep) -> list[Any]:
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: _object(pairs, keep))
    documents: list[Any] = []
    position = _skip_blanks(text, 0)
    try:
        while position < len(text):
            document, position = decoder.raw_decode(text, position)
            documents.append(document)
            position = _skip_blanks(text, position)
    except json.JSONDecodeError as error:
        raise SourceError(_syntax_error(text, name, error, documents)) from None
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as error:
        raise SourceError(f"{name}: invalid JSON: {one_line(error)}; no JSON could be read") from None
    if any(map(is_too_deep, documents)):
        raise _too_deep(name)
    return documents


def _too_deep(name: str) -> SourceError:
    return SourceError(f"{name}: invalid JSON: nested too deeply; no JSON could be read")


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _object(pairs: list[tuple[str, Any]], keep: Keep) -> dict[str, Any] | None:
    item = dict(pairs)
    if not keep(item):
        return None
    if len(item) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"duplicate key {next(key for key in keys if keys.count(key) > 1)}")
    return item


def _syntax_error(text: str, name: str, error: json.JSONDecodeError, documents: list[Any]) -> str:
    where = f"{name}:{error.lineno}"
    lines = text.splitlines()
    if any(line.startswith(_WRAPPER) for line in (*lines[:20], *lines[-20:])):
        return (
            f"{where}: no JSON: this is the output of the setup-terraform wrapper; "
            "set terraform_wrapper: false on hashicorp/setup-terraform"
        )
    beside = f"{where}: no JSON: there is text {{}} the JSON object; write only the tool's --json output to the file"
    if documents:
        return beside.format("after")
    if not text.lstrip().startswith(("{", "[")) and any(line.startswith("{") for line in lines):
        return beside.format("before")
    return f"{where}: invalid JSON: {error.msg} (column {error.colno}); no JSON could be read"
