"""The effective policy as a file of its own: every value, and behind it where it comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from acctgate.policy import yaml_flow
from acctgate.policy.chain import Chain
from acctgate.policy.provenance import Origin, accounts, origins, waivers
from acctgate.redact import one_line

_COMMENT: Final = 46
"""Column of the comments, where the values leave room."""


def as_yaml(chain: Chain, folder: Path) -> str:
    """YAML that is the same policy by itself, but for modules.

    Args:
        chain: The policy's files.
        folder: Where it would stand: the paths of modules are relative to it.
    """
    lines = [("version: 1", ""), *_modules(chain, folder), ("rules:", "")]
    for rule, values in origins(chain).items():
        lines.append((f"  {rule}:", ""))
        lines += [(f"    {key}: {yaml_flow.dump(origin.value)}", origin.told) for key, origin in values.items()]
    lines += _waivers(waivers(chain))
    named = accounts(chain)
    lines += [("accounts:", "")] if named else []
    lines += [
        (f"  {json.dumps(account)}: {yaml_flow.dump(origin.value)}", origin.told) for account, origin in named.items()
    ]
    return "".join(map(_line, lines))


def as_json(chain: Chain) -> str:
    """The same for programs: each value with `from` (a file, a preset, a package's file) and, of a file, `line`."""
    document = {
        "version": 1,
        "rules": {
            rule: {key: _object(origin) for key, origin in values.items()} for rule, values in origins(chain).items()
        },
        "waivers": [_object(origin) for origin in waivers(chain)],
        "accounts": {account: _object(origin) for account, origin in accounts(chain).items()},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _object(origin: Origin) -> dict[str, Any]:
    told: dict[str, Any] = {"value": origin.value, "from": origin.source.name if origin.source else None}
    if origin.source and not origin.source.foreign:
        told["line"] = origin.line
    return {**told, "over": origin.over} if origin.over else told


def _modules(chain: Chain, folder: Path) -> Iterator[tuple[str, str]]:
    names = dict.fromkeys(_module(name, source, folder) for source, name in _named(chain))
    if names:
        yield "rule_modules:", ""
        yield from ((f"  - {json.dumps(name)}", "") for name in names)


def _named(chain: Chain) -> Iterator[tuple[Any, str]]:
    return ((source, name) for source in chain.sources for name in source.data.get("rule_modules") or ())


def _module(name: str, source: Any, folder: Path) -> str:
    if not name.endswith(".py"):
        return name
    return Path(os.path.relpath(source.path.parent / name, folder)).as_posix()


def _waivers(found: Iterable[Origin]) -> Iterator[tuple[str, str]]:
    for index, origin in enumerate(found):
        if index == 0:
            yield "waivers:", ""
        yield f"  - {yaml_flow.dump(origin.value)}", origin.told


def _line(told: tuple[str, str]) -> str:
    text, comment = told
    return f"{text.ljust(_COMMENT - 2)}  # {one_line(comment)}\n" if comment else f"{text}\n"
