"""Distinctive secrets, the forms in which a server may echo them, and the search for them in what acctgate leaves."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

KEY_ID: Final = "LTAI5tKq7WvXz2Rb9Nc4"
SECRET: Final = "pT4+Zu8/hQ2=Ys6mDf0&Lk3wJx"
TOKEN: Final = "CAISgw/Vd7+oE1rB5n=" + "Uy8Hc3Pq6+Mz/" * 8 + "Gt2Xk9=="
OIDC: Final = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqMm5XcTl6In0.Rw7Fv4+Bx1/Nd8mQ"
SESSION_SECRET: Final = "mW8/Rt5+Yb1=Xc7nQe3&Hf"
SESSION_TOKEN: Final = "CAESzz/Kq4+tW9yB2m=" + "Ej6Vd1Nu9+Ra/" * 8 + "Po5Zs3=="
WEBHOOK: Final = "wT6bJ2rXq9LmV4kD8sYp"
"""The secret part of a webhook's address."""
USED: Final = (KEY_ID, SECRET, TOKEN, OIDC)
"""Credentials in use, which are redacted in every encoding."""

BEARER: Final = "b3Kz9QwPm5YtHs7RvN2cXd"
SIGNATURE: Final = "Jf6Ma1Wq8ZrVx4TgBk0L"
FOREIGN: Final = (
    f"Authorization: Bearer {BEARER}",
    f"see https://bucket.oss.example/report.csv?Expires=1&OSSAccessKeyId={KEY_ID}&Signature={SIGNATURE} for it",
    f"to sign: GET%26Signature%3D{SIGNATURE}%26Version%3D1",
    json.dumps({"url": f"https://bucket.oss.example/x?Signature={SIGNATURE}"}).replace("/", "\\/"),
    html.escape(f"https://bucket.oss.example/x?Version=1&Signature={SIGNATURE}&Expires=2"),
)
"""Echoes of secrets that are not acctgate's own, which are found by their names."""
_WINDOW: Final = 10
"""Characters. A part of a secret is a secret, too."""


def forms(value: str) -> dict[str, str]:
    """Return a secret in each form in which a server may echo it."""
    percent = "".join(f"%{octet:02X}" for octet in value.encode())
    return {
        "plain": value,
        "percent": quote(value, safe=""),
        "percent twice": quote(quote(value, safe=""), safe=""),
        "percent all": percent,
        "base64": base64.b64encode(value.encode()).decode(),
        "base64 inside": base64.b64encode(f"user:{value}!".encode()).decode(),
        "base64 url": base64.urlsafe_b64encode(value.encode()).decode(),
        "json": json.dumps(value).replace("/", "\\/")[1:-1],
        "json all": "".join(f"\\u{ord(character):04x}" for character in value),
        "xml": html.escape(value),
        "xml all": "".join(f"&#x{ord(character):x};" for character in value),
        "hexadecimal": value.encode().hex(),
    }


ECHOES: Final = tuple(text for value in USED if value != OIDC for text in forms(value).values()) + FOREIGN
"""Everything that a server may echo of credentials in environment variables, and of others."""


def found(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return where a secret, or a part of one, appears in texts, in any encoding."""
    return [
        (name, part) for name, text in texts.items() for part in _parts() if any(part in view for view in _views(text))
    ]


def _views(text: str) -> Iterator[str]:
    """Return a text as it is, and decoded in the ways that a reader may try."""
    for view in (text, unquote(text), unquote(unquote(text)), html.unescape(text)):
        yield view
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), view).replace("\\/", "/")


def _parts() -> Iterator[str]:
    for value in (*USED, SESSION_SECRET, SESSION_TOKEN, BEARER, SIGNATURE):
        yield from (value[start : start + _WINDOW] for start in range(0, len(value) - _WINDOW + 1, 4))
    for value in USED:
        for text in (forms(value)[name] for name in ("base64", "base64 inside", "hexadecimal")):
            yield text[12:-12]


def files(folder: Path, *inputs: Path) -> dict[str, str]:
    """Return the text of each file below a folder, except the inputs."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path not in inputs]
    return {str(path): path.read_bytes().decode("utf-8", errors="replace") for path in paths}
