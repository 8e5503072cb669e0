"""Find out from the engine's output why it failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from acctgate.installation import PULUMI
from acctgate.redact import one_line
from acctgate.text import and_more

_TRACEBACK: Final = "Traceback (most recent call last):"
_PREFIX: Final = "the Pulumi engine failed: "
_COMPILER: Final = re.compile(
    r"^[ \t]*(?:\[ERROR\][ \t]+)?([^\s:()]+\.(?:tsx?|mts|cts|go|java|cs)"
    r"(?:\(\d+,\d+\): error\b|:\d+:\d+ - error\b|:\d+:\d+:|:\d+: error:|:\[\d+,\d+\])[ \t]+\S.*)$",
    re.MULTILINE,
)
"""What the compilers of TypeScript, Go, Java and C# print of an error: a file, a line and a message.

Warnings, and what a program logs with its line, look alike and are not why the engine failed."""
_JAVA_DETAILS: Final = re.compile(
    r"(?:\n.*\n[ \t]*\^)?((?:\n[ \t]*(?:\[ERROR\][ \t]+)?(?:symbol|location|required|found|reason):.*)+)"
)
"""What the compiler of Java prints below an error. Without the symbol, nobody knows which one cannot be found."""
_MOST_ERRORS: Final = 20
_UNHANDLED: Final = "an unhandled error occurred: "
_NOT_INSTALLED: Final = re.compile(
    r"Cannot find (?:module|package) '(?![./])|no required module provides package|missing go\.sum entry"
)
_NO_LANGUAGE: Final = re.compile(r"no language plugin 'pulumi-language-\w+' found")
_COLOR: Final = re.compile(r"\x1b\[[0-9;]*m")
_THROWN: Final = re.compile(
    r"^[ \t]*(?:error: )?Running program .* failed with an unhandled exception:\s+(.*?)(?=\n[ \t]+at |\n\s*\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""What the SDKs of Node.js, Java and .NET print of an exception in a program, before the stack trace."""
_FRAME: Final = re.compile(
    r"^[ \t]+at (?:(?:.* )?\(?(?:file://)?([^\s()]+):(\d+):\d+\)?"
    r"|(?!com\.pulumi\.|java\.|jdk\.)[\w.$/<>]+\((\w+\.\w+):(\d+)\)"
    r"|.* in (\S+):line (\d+))$",
    re.MULTILINE,
)
"""A line of a stack trace of Node.js, Java or .NET: a file and a line."""
_LIBRARY: Final = ("node:", "node_modules/")
_PANIC: Final = re.compile(r"^[ \t]*(panic: .+)\n(?:.*\n){0,3}?.*goroutine \d+ \[", re.MULTILINE)
_GO_FRAME: Final = re.compile(r"(?<!\S)(\S+\.go):(\d+) \+0x")
_GO_LIBRARY: Final = re.compile(r"@v\d|^runtime/|/go/src/")
_YAML: Final = re.compile(
    r"^[ \t]*Error: (.+)\n\s+on (\S+) line (\d+):\n(?:[ \t]*\d+:.*\n)*((?:[ \t]*(?!Error: )\S.*\n?)*)", re.MULTILINE
)
"""What the language host of YAML prints of an error: a message, the line with its text, and details."""
_RETURNED: Final = re.compile(r"program failed:\s+\d+ errors? occurred:((?:\s+\* .+)+)")
_ITEM: Final = re.compile(r"^\s+\* (.+)$", re.MULTILINE)
_MISSING: Final = re.compile(r"ModuleNotFoundError: No module named '(acctgate|pulumi|pulumi_policy)(?:\.[\w.]+)?'")


def explain_failure(errors: Sequence[str], output: str) -> str:
    """Return the engine's own error in one line, without its progress; of a compiler, every error.

    If packages of the program, the engine's plugin for its language or the login are missing, it says what helps.

    Args:
        errors: The engine's diagnostics of severity error.
        output: Everything that it printed.
    """
    reason = _reason(errors, output)
    if _NO_LANGUAGE.search(reason):
        return f"{reason}; install all of Pulumi, which has it: https://www.pulumi.com/docs/install/"
    if "PULUMI_ACCESS_TOKEN must be set" in reason:
        return f"{reason}; set it, or PULUMI_BACKEND_URL for another backend"
    known = "pulumi install" in reason or not _NOT_INSTALLED.search(reason)
    return reason if known else f"{reason}; run `pulumi install` in the project's folder"


def _reason(errors: Sequence[str], output: str) -> str:
    errors, output = [_COLOR.sub("", text) for text in errors], _COLOR.sub("", output)
    plain = [text for text in errors if _TRACEBACK not in text]
    texts = plain or [*errors, output]  # beside a plain error, a traceback is only its consequence
    for text in (*texts, output):
        if compiled := _compiler_errors(text):
            return compiled
    for text in texts:
        if raised := _raised(text):
            return raised + (f"; install it where this runs: {PULUMI.command}" if _MISSING.search(raised) else "")
        if thrown := _thrown(text):
            return thrown
    for text in (*texts, output):
        if failed := _failed(text):
            return failed
    lines = [line.strip() for text in texts for line in text.splitlines()]
    useful = [line for line in lines if line and not line.startswith(("code:", "stdout:"))]
    for sign in ("error: ", "Error: "):
        for line in useful:
            if sign in line:
                return _PREFIX + one_line((line.partition(sign)[2] or line).removeprefix(_UNHANDLED))
    return _PREFIX + one_line(useful[0] if useful else "it gave no reason")


def _compiler_errors(text: str) -> str | None:
    found = [one_line(each[1] + _java_details(text, each.end())) for each in _COMPILER.finditer(text)]
    return f"the program does not compile: {_shown(found)}" if found else None


def _java_details(text: str, end: int) -> str:
    """Return what is below the error that ends there, in brackets; empty if there is nothing."""
    found = _JAVA_DETAILS.match(text, end)
    lines = found[1].replace("[ERROR]", "").splitlines() if found else []
    return f" ({', '.join(filter(None, map(str.strip, lines)))})" if lines else ""


def _shown(errors: Sequence[str]) -> str:
    """Return the errors of a program, each once."""
    distinct = list(dict.fromkeys(errors))
    return "; ".join(distinct[:_MOST_ERRORS]) + and_more(len(distinct) - _MOST_ERRORS)


def _thrown(text: str) -> str | None:
    """Return where and what, of an exception in a program in TypeScript, Java or C#."""
    found = _THROWN.search(text)
    if found is None:
        return None
    places = ([part for part in frame.groups() if part] for frame in _FRAME.finditer(text, found.end()))
    own = (f"{file}:{line}: " for file, line in places if not any(sign in file for sign in _LIBRARY))
    return next(own, "") + one_line(found[1])


def _failed(text: str) -> str | None:
    """Return where and what: each error of a program in YAML, a panic in Go, or the errors that Go returns."""
    found = _YAML.findall(text)
    if errors := [
        f"{file}:{line}: {one_line(what)} {one_line(details)}".rstrip() for what, file, line, details in found
    ]:
        return f"the program is invalid: {_shown(errors)}"
    if panic := _PANIC.search(text):
        frames = [frame for frame in _GO_FRAME.finditer(text, panic.end()) if not _GO_LIBRARY.search(frame[1])]
        return (f"{frames[0][1]}:{frames[0][2]}: " if frames else "") + one_line(panic[1])
    returned = _RETURNED.search(text)
    return f"the program failed: {one_line('; '.join(_ITEM.findall(returned[1])))}" if returned else None


def _raised(text: str) -> str | None:
    """Return where and what, of the first Python traceback: the policy pack's, or a provider's."""
    before, found, after = text.partition(_TRACEBACK)
    if not found:
        return None
    indent = len(before) - before.rfind("\n") - 1
    place = ""
    for line in after.splitlines()[1:]:
        if frame := re.match(r'\s+File "([^<].*)", line (\d+)', line[indent:]):
            library = "site-packages" in frame[1]
            place = place if library and place else f"{frame[1]}:{frame[2]}: "
        elif not line[indent:].startswith(" "):
            return place + one_line(line[indent:])
    return None
