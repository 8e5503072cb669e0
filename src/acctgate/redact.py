"""Keep secrets out of everything that leaves a reader: snapshots, reports, state, logs and error texts.

A signed URL is a secret: whoever has it can download the report. So every URL loses its query.
"""

from __future__ import annotations

import re
from typing import Any

# What stands before the slashes stays as it is. To look for it here would take the square of a long text's length.
_URL = re.compile(r"//(?P<user>[^\s/?#\"'<>@]*@)?(?P<rest>[^\s?#\"'<>]*)(?P<query>[?#][^\s\"<>]*)?")
# Parameters that sign or authenticate, also where a URL is cut off or quoted in pieces.
# Percent-encoded once or twice they still are: AccessKeyId%3D, %26SecurityToken%253D.
_PARAMETER = re.compile(
    r"(?i)((?:(?<![a-z0-9])|(?<=%[0-9a-f]{2}))(?:signature|(?:oss)?accesskeyid|accesskeysecret|security-?token"
    r"|x-oss-signature|x-oss-credential|x-oss-security-token|x-acs-security-token)[\"']?\s*(?:=|:|%(?:25)?3D)\s*[\"']?)"
    r"(?:(?!%(?:25)?26)[^\s&\"'<>,;])+"
)
_AUTHORIZATION = re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*|bearer\s+).+")
_ACCESS_KEY_ID = re.compile(r"(LTAI|STS\.)[0-9A-Za-z]{4,}")
# A backslash may hide any of them: in JSON, "\\u002f" is a slash.
_SIGNS = (
    "\\",
    "//",
    "reporturl",
    "signature",
    "ossaccesskeyid",
    "accesskeyid",
    "secret",
    "token",
    "credential",
    "authorization",
    "bearer",
)
_LONGEST_TEXT = 400


def without_secrets(value: Any) -> Any:
    """The same JSON value without any ReportUrl key, and with no query in any URL."""
    if isinstance(value, str):
        return _without_queries(value)
    if isinstance(value, dict):
        return {_key(key): without_secrets(item) for key, item in value.items() if key != "ReportUrl"}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value


def _key(key: Any) -> Any:
    return _without_queries(key) if isinstance(key, str) and "//" in key else key


def may_have_secrets(text: str) -> bool:
    """Whether `without_secrets` could find anything in what this JSON text says. Cheap, and never wrongly no."""
    lowered = text.lower()
    return any(sign in lowered for sign in _SIGNS)


def clean(text: str, longest: int | None = None) -> str:
    """Return text from outside as one line without control characters, cut to `longest` characters if given."""
    if not text.isprintable() or "  " in text or text != text.strip():
        text = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def one_line(text: object) -> str:
    """Return text from outside for an error message: one line of bounded length, without secrets."""
    return clean(_ACCESS_KEY_ID.sub(r"\1***", _without_queries(clean(str(text)))), _LONGEST_TEXT)


def _without_queries(text: str) -> str:
    if "//" in text:
        text = _URL.sub(lambda url: f"//{url['rest']}", text)
    text = _PARAMETER.sub(r"\1***", text) if ("=" in text or ":" in text or "%" in text) else text
    return _AUTHORIZATION.sub(r"\1***", text)
