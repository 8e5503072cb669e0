"""Find roles that Terraform assumes and no plan shows: `show -json` leaves out the dynamic blocks of a provider."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from acctgate.model.other_change import Planned
from acctgate.plan.program_text import program_text
from acctgate.redact import one_line

_FILES: Final = ("*.tf", "*.tofu", "*.tf.json", "*.tofu.json")
_BLOCK: Final = re.compile(r'^[ \t]*dynamic[ \t]+"?assume_role', re.MULTILINE)
_JSON: Final = re.compile(r'"dynamic"\s*:.*"assume_role', re.DOTALL)


def with_dynamic_roles(planned: list[Planned], folders: Iterable[Path]) -> list[Planned]:
    """Return the changes; a provider of Terraform that shows no role is unknown if a file may give it one.

    Args:
        planned: The changes.
        folders: Where the program may be.
    """
    file = _file_with_dynamic_role(folders) if any(map(_shows_no_role, planned)) else None
    if file is None:
        return planned
    why = (
        f"{one_line(file)} may assume a role in a dynamic block, which no plan shows; write assume_role without dynamic"
    )
    return [
        replace(each, provider=replace(each.provider, unknown=True, hint=why)) if _shows_no_role(each) else each
        for each in planned
    ]


def _shows_no_role(change: Planned) -> bool:
    """Return whether a change is Terraform's, with a provider that shows no role."""
    return "::" not in change.address and change.provider.role_arn is None


def _file_with_dynamic_role(folders: Iterable[Path]) -> str | None:
    """Return the name of a file that assumes a role in a dynamic block, None if there is none."""
    files = (file for folder in folders for pattern in _FILES for file in sorted(folder.glob(pattern)))
    return next((file.name for file in files if _has_dynamic_role(file)), None)


def _has_dynamic_role(file: Path) -> bool:
    text = program_text(file)
    return bool((_JSON if file.suffix == ".json" else _BLOCK).search(text))
