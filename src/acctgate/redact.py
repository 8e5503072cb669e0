"""Keep secrets out of everything that leaves a reader: snapshots, reports, state, logs and error messages.

Two nets: patterns that find secrets by their names and form (a signed URL is a secret, because anybody who has it
can download the report), and the values of the credentials in use, in any encoding that a server may echo.
"""

from __future__ import annotations

import base64
import json
import re
from contextvars import ContextVar
from functools import cached_property
from typing import Any, Final

from acctgate.inert_text import clean, without_commands

# The scheme is left alone. Matching it would take quadratic time on a long text.
_URL: Final = re.compile(r"//(?P<user>[^\s/?#\"'<>@]*@)?(?P<rest>[^\s?#\"'<>]*)(?P<query>[?#][^\s\"<>]*)?")
_HASH: Final = re.compile(r"#sha256=[0-9a-f]{64}")
"""The fragment by which pip compares what it downloads: no secret, and often all that differs between two lines."""
# Parameters that sign or authenticate, also in a URL that is cut off or quoted in pieces,
# and percent-encoded once or twice: AccessKeyId%3D, %26SecurityToken%253D.
_PARAMETER: Final = re.compile(
    r"(?i)((?:(?<![a-z0-9])|(?<=%[0-9a-f]{2}))(?:signature|(?:oss)?accesskeyid|accesskeysecret|security-?token"
    r"|x-oss-signature|x-oss-credential|x-oss-security-token|x-acs-security-token)[\"']?\s*(?:=|:|%(?:25)?3D)\s*[\"']?)"
    r"(?:(?!%(?:25)?26)[^\s&\"'<>,;])+"
)
_AUTHORIZATION: Final = re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*|bearer\s+).+")
_ACCESS_KEY_ID: Final = re.compile(r"(LTAI|STS\.)[0-9A-Za-z]{4,}")
# A backslash may hide any of them: in JSON, "\\u002f" is a slash.
_SIGNS: Final = (
    "\\",
    "//",
    "reporturl",
    "signature",
    "accesskeyid",
    "secret",
    "token",
    "oss-credential",
    "authorization",
    "bearer",
)
_LONGEST_TEXT: Final = 400
_SHORTEST_SECRET: Final = 8
"""Shorter values are not redacted: they would be found in any text."""
_PREFIX: Final = 48
"""How much of a long token is looked for. What follows in the same encoding is redacted with it."""


class _Secret:
    """A secret in use. Its pattern takes milliseconds to compile, which few texts need."""

    def __init__(self, value: str) -> None:
        start = value[:_PREFIX]
        self._plain, self._hex = start, start.encode().hex()
        self._encoded = [text for text in _base64_parts(start) if text]
        self._shortest = min(map(len, (start, *self._encoded)))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _pattern(self._plain, self._encoded, cut=len(self._plain) == _PREFIX)

    def redact(self, text: str) -> str:
        """Return text without the secret."""
        return self._pattern.sub("***", text) if self.may_be_in(text) else text

    def may_be_in(self, text: str) -> bool:
        """Return whether the pattern could match. Without escapes, only a few forms are possible."""
        if len(text) < self._shortest:
            return False
        if "\\" in text or "%" in text or "&" in text or " " in self._plain:  # something may be escaped
            return True
        if self._plain in text or self._hex in text.lower():
            return True
        standard = text.replace("-", "+").replace("_", "/")
        return any(part in standard for part in self._encoded)


_secrets: dict[str, _Secret] = {}


_in_context: Final[ContextVar[dict[str, _Secret] | None]] = ContextVar("secrets", default=None)
"""The secrets that only one context knows: what reads one account of many."""


def protect(*values: str | None) -> None:
    """Redact these values from now on, in this process, wherever they appear and however they are encoded.

    Args:
        values: Secrets in use. None and values shorter than 8 characters are ignored.
    """
    _add(_secrets, values)


def protect_in_context(*values: str | None) -> None:
    """Redact these values from now on in this `contextvars.Context`. With thousands of accounts, each has its own."""
    secrets = dict(_in_context.get() or {})
    _add(secrets, values)
    _in_context.set(secrets)


def _add(secrets: dict[str, _Secret], values: tuple[str | None, ...]) -> None:
    for value in values:
        if value and len(value) >= _SHORTEST_SECRET and value not in secrets:
            secrets[value] = _Secret(value)


def _pattern(start: str, encoded: list[str], *, cut: bool) -> re.Pattern[str]:
    """Return what finds a value: plain, escaped for URLs, JSON or HTML, hexadecimal, or in Base64."""
    tail = r"(?:[\w+/=%.~\\-]|&\#?\w+;)*" if cut else ""
    escaped = "".join(map(_character, start)) + tail
    hexadecimal = start.encode().hex() + (r"[0-9a-f]*" if tail else "")
    parts = "|".join("".join(map(_either_alphabet, part)) for part in encoded)
    return re.compile(f"{escaped}|(?i:{hexadecimal})|(?:{parts})[\\w+/=%-]*")


def _character(character: str) -> str:
    """Return what finds one character, plain or escaped. Percent signs may be escaped repeatedly."""
    octets = "".join(f"%(?:25)*(?i:{octet:02x})" for octet in character.encode())
    code = ord(character)
    plain = re.escape(character)
    return rf"(?:\\?{plain}|{octets}|\\+u(?i:{code:04x})|&\#0*{code};|&\#[xX]0*(?i:{code:x});{_named(character)})"


def _named(character: str) -> str:
    """Return the alternative for an HTML entity with a name, and for the plus that encodes a space."""
    name = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", " ": r"\+"}.get(character)
    return f"|{name}" if name else ""


def _base64_parts(value: str) -> list[str]:
    """Return the Base64 characters that depend on nothing but the value, at each of the three alignments."""
    raw, parts = value.encode(), []
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + raw).decode().rstrip("=")
        end = len(text) - 1 if (shift + len(raw)) % 3 else len(text)
        parts.append(text[(0, 2, 3)[shift] : end])
    return parts


def _either_alphabet(character: str) -> str:
    if character in "+/":
        return rf"(?:\\?{re.escape(character)}|{'-' if character == '+' else '_'}|%(?:25)*(?i:{ord(character):02x}))"
    return re.escape(character)


def without_secrets(value: Any) -> Any:
    """Return a JSON value without ReportUrl keys, queries in URLs, and credentials; the value itself if it has none."""
    return _without(value) if may_have_secrets(json.dumps(value, ensure_ascii=False, default=repr)) else value


def _without(value: Any) -> Any:
    if isinstance(value, str):
        return _redacted(value)
    if isinstance(value, dict):
        return {_without(key): _without(item) for key, item in value.items() if key != "ReportUrl"}
    if isinstance(value, list):
        return [_without(item) for item in value]
    return value


def may_have_secrets(text: str) -> bool:
    """Return whether `without_secrets` could change this JSON text. Cheap; no false negatives."""
    folded = text.casefold()  # as re.IGNORECASE: "ſ" is an "s"
    if not folded.isascii():
        folded = folded.replace("i\u0307", "i").replace("ı", "i")  # as it sees "İ" and "ı", which casefold keeps apart
    for sign in _SIGNS:
        if sign in folded:
            return True
    return any(secret.may_be_in(text) for secret in _known_secrets())


def one_line(text: object, longest: int = _LONGEST_TEXT) -> str:
    """Return text from outside for an error message: one line of at most 400 characters, without secrets.

    A message that lists several such texts may be longer.

    Secret values go first: flattening or cutting could leave a part of one.
    """
    flat = clean(_without_values(str(text)))
    return clean(without_commands(_ACCESS_KEY_ID.sub(r"\1***", _redacted(flat))), longest)


def _redacted(text: str) -> str:
    text = _without_values(text)
    if "//" in text:
        text = _URL.sub(_without_query, text)
    text = _PARAMETER.sub(r"\1***", text) if ("=" in text or ":" in text or "%" in text) else text
    return _AUTHORIZATION.sub(r"\1***", text)


def _without_query(url: re.Match[str]) -> str:
    kept = url["query"] if _HASH.fullmatch(url["query"] or "") else ""
    return f"//{url['rest']}{kept}"


def _without_values(text: str) -> str:
    for secret in _known_secrets():
        text = secret.redact(text)
    return text


def _known_secrets() -> tuple[_Secret, ...]:
    return (*_secrets.values(), *(_in_context.get() or {}).values())
