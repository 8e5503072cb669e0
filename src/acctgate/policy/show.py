"""The effective policy as a file of its own: every value with its origin."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from acctgate.json_text import dump_document
from acctgate.policy import yaml_flow
from acctgate.policy.merged import Merged, Origin
from acctgate.policy.source import Source
from acctgate.redact import one_line

_COMMENT_COLUMN: Final = 46
_LIMITS: Final = ("max_age_hours", "max_waiver_days", "inline_waivers", "names", "generate")
_Line = tuple[str, str]
"""Text and comment."""


def as_yaml(merged: Merged, folder: Path) -> str:
    """Return YAML that is the same policy by itself, apart from its modules.

    Args:
        merged: The valid policy.
        folder: Where the file would be: the paths of modules are relative to it.
    """
    lines = [
        ("version: 1", ""),
        *_modules(merged, folder),
        *_limits(merged),
        *_rules(merged),
        *_waivers(merged),
        *_accounts(merged),
        *_groups(merged),
    ]
    return "".join(map(_format, lines))


def as_json(merged: Merged, extra: Mapping[str, Any] | None = None) -> str:
    """Return the same for programs: each value with `from` (a file, preset or package's file) and a file's `line`.

    Args:
        merged: The valid policy.
        extra: Further keys.
    """
    groups = {group: _group_object(merged, group) for group in merged.groups()}
    document = {
        "version": 1,
        **{name: _object(origin) for name, origin in _limit_origins(merged).items()},
        "rules": _rule_objects(merged.rules()),
        "waivers": [_object(origin) for origin in merged.waivers()],
        "accounts": {account: _object(origin) for account, origin in merged.accounts().items()},
        **({"groups": groups} if groups else {}),
        **(extra or {}),
    }
    return dump_document(document)


def _group_object(merged: Merged, group: str) -> dict[str, Any]:
    return {
        "match": _object(merged.origins["groups", group, "match"]),
        "rules": _rule_objects(merged.group_rules(group)),
        "waivers": [_object(origin) for origin in merged.waivers(group)],
    }


def _rule_objects(rules: Mapping[str, Mapping[str, Origin]]) -> dict[str, Any]:
    return {rule: {key: _object(origin) for key, origin in values.items()} for rule, values in rules.items()}


def _object(origin: Origin) -> dict[str, Any]:
    described: dict[str, Any] = {"value": origin.value, "from": origin.source.name if origin.source else None}
    if origin.source and not origin.source.foreign:
        described["line"] = origin.line
    if origin.group:
        described["group"] = origin.group
    return {**described, "over": origin.over} if origin.over else described


def _limit_origins(merged: Merged) -> dict[str, Origin]:
    """Return the limits that the policy sets: name → value and origin."""
    return {name: merged.origins[(name,)] for name in _LIMITS if (name,) in merged.origins}


def _limits(merged: Merged) -> Iterator[_Line]:
    for name, origin in _limit_origins(merged).items():
        yield f"{name}: {yaml_flow.dump(origin.value)}", origin.description


def _rules(merged: Merged) -> Iterator[_Line]:
    yield "rules:", ""
    for rule, values in merged.rules().items():
        yield f"  {rule}:", ""
        for key, origin in values.items():
            yield f"    {key}: {yaml_flow.dump(origin.value)}", origin.description


def _modules(merged: Merged, folder: Path) -> Iterator[_Line]:
    named = [(source, name) for source in merged.chain.sources for name in source.data.get("rule_modules") or ()]
    names = dict.fromkeys(_module(name, source, folder) for source, name in named)
    if names:
        yield "rule_modules:", ""
        yield from ((f"  - {json.dumps(name)}", "") for name in names)


def _module(name: str, source: Source, folder: Path) -> str:
    if not name.endswith(".py"):
        return name
    return Path(os.path.relpath(source.path.parent / name, folder)).as_posix()


def _waivers(merged: Merged) -> Iterator[_Line]:
    if waivers := merged.waivers():
        yield "waivers:", ""
        yield from ((f"  - {yaml_flow.dump(origin.value)}", origin.description) for origin in waivers)


def _accounts(merged: Merged) -> Iterator[_Line]:
    if accounts := merged.accounts():
        yield "accounts:", ""
        for account, origin in accounts.items():
            yield f"  {json.dumps(account)}: {yaml_flow.dump(origin.value)}", origin.description


def _groups(merged: Merged) -> Iterator[_Line]:
    for number, group in enumerate(merged.groups()):
        if number == 0:
            yield "groups:", ""
        match = merged.origins["groups", group, "match"]
        yield f"  {yaml_flow.dump(group)}:", ""
        yield f"    match: {yaml_flow.dump(match.value)}", match.description
        if rules := merged.group_rules(group):
            yield "    rules:", ""
        for rule, values in rules.items():
            yield f"      {rule}:{'' if values else ' {}'}", ""
            for key, origin in values.items():
                yield f"        {key}: {yaml_flow.dump(origin.value)}", origin.description
        if waivers := merged.waivers(group):
            yield "    waivers:", ""
            yield from ((f"      - {yaml_flow.dump(origin.value)}", origin.description) for origin in waivers)


def _format(line: _Line) -> str:
    text, comment = line
    return f"{text.ljust(_COMMENT_COLUMN - 2)}  # {one_line(comment)}\n" if comment else f"{text}\n"
