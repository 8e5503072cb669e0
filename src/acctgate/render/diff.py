"""A diff as text, JSON or Markdown: results that flip come first, for a decision within a minute."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from typing import Final

from acctgate.json_text import dump_document
from acctgate.model.diff import AccountDiff
from acctgate.model.diff_document import Diff
from acctgate.render.words import FLIPS
from acctgate.text import plural

DIFF_FORMATS: Final = ("text", "json", "markdown")


def render_diff(diff: Diff, format_name: str, *, color: bool = False, width: int = 110) -> str:
    """Return the diff in one of `DIFF_FORMATS`. Only text uses `color` and `width`."""
    if format_name == "json":
        return render_json(diff)
    module = import_module(f"acctgate.render.diff_{format_name}")
    text: str = module.render(diff, color=color, width=width)
    return text


def render_json(diff: Diff) -> str:
    """Return the diff (version 1) as JSON, with its counts."""
    return dump_document({**asdict(diff), "counts": diff.counts})


def headline(diff: Diff) -> str:
    """Return the result in one line."""
    if diff.kind == "policies" and not diff.policy and not any(account.rules for account in diff.accounts):
        return "the policies are equivalent"
    counts = diff.counts
    parts = [f"{counts[flip]} {mark.words.en}" for flip, mark in FLIPS.items() if counts[flip]]
    changed = ((plural(counts[direction], "setting"), direction) for direction in ("looser", "stricter"))
    parts += [f"{settings} {direction}" for settings, direction in changed if counts[direction]]
    if diff.kind == "policies":
        parts.insert(0, f"{counts['loosened']} of {plural(len(diff.policy), 'changed rule')} loosened")
    return ", ".join(parts) or "no changes"


def changed_accounts(diff: Diff) -> list[AccountDiff]:
    """Return the accounts with a changed setting or result."""
    return [account for account in diff.accounts if account.settings or account.rules]
