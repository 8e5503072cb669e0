"""Find the examples in a folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from acctgate.commands.test.model import Example, ExampleError
from acctgate.model.outcome import RESULTS, Result

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_VERDICTS: Final = ("pass", "fail", "unknown")


def find_examples(folder: Path, rules: Collection[str]) -> Iterator[tuple[Path, str | None, Result]]:
    """Yield the examples below a folder, sorted: file, rule (None for a whole policy) and expected outcome.

    Raises:
        ExampleError: The folder does not exist, or the name of one below it is not a rule.
    """
    if not folder.is_dir():
        raise ExampleError(f"{folder}: no such folder")
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file():
            outcome = next((result for result in RESULTS if result == path.parent.name), None)
            if outcome is not None and path.parent != folder:
                yield path, _rule(folder, path.parent.parent, outcome, rules), outcome


def stray_examples(folder: Path, examples: Iterable[Example]) -> Iterator[tuple[Path, str]]:
    """Yield files that look like examples but are not tested, with the reason."""
    used = {example.snapshot_file for example in examples}
    for path in sorted(folder.rglob("*")):
        inside = path.parent != folder and path.parent.name in RESULTS
        if path.suffix in _SUFFIXES and path.is_file() and not inside and path.resolve() not in used:
            names = ", ".join(RESULTS)
            yield path, f"{path}: is not in a folder named {names}, and no example uses it as its snapshot"


def _rule(folder: Path, named: Path, outcome: Result, rules: Collection[str]) -> str | None:
    if named.name in rules and named != folder:
        return named.name
    if named == folder or named.name == "policy":
        if outcome not in _VERDICTS:
            raise ExampleError(f"{named / outcome}: invalid verdict of a policy; use {', '.join(_VERDICTS)}")
        return None
    close = get_close_matches(named.name, rules, n=1)
    hint = f"did you mean {close[0]}?" if close else "examples of a whole policy are in pass/, fail/ and unknown/"
    raise ExampleError(f"{named}: {named.name}: unknown rule; {hint}")
