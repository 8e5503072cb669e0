"""Text that may contain secrets."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import Any, Final
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from acctgate import redact
from acctgate.redact import may_have_secrets, one_line, protect_in_context, without_secrets
from tests.support.secrets import unprotect
from tests.support.strategies import SETTINGS

URLS = st.from_regex(
    r"[a-z]{2,5}://[a-z]{1,5}\.example/[a-z]{0,4}\?[A-Za-z]{1,8}=[A-Za-z0-9%]{1,8}(&x=[a-z]{1,3})?", fullmatch=True
)
MIXED = st.lists(
    URLS | st.text(max_size=10) | st.sampled_from(["ReportUrl", "Signature=abc", " ", "//"]), max_size=5
).map("".join)


@SETTINGS
@given(value=st.recursive(MIXED, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MIXED, inner, max_size=3)))
def test_what_is_safe_stays_so_and_has_no_query(value: Any) -> None:
    safe = without_secrets(value)
    assert without_secrets(safe) == safe
    for text in _values(safe):
        assert not re.search(r"//[^\s?#\"'<>]*\?\w", text), text
    assert not any(re.search(r"\bSignature=abc", text) for text in _values(safe))


@pytest.mark.parametrize(
    ("fragment", "kept"),
    [
        (f"#sha256={'0a' * 32}", True),
        (f"#sha256={'0a' * 31}", False),
        (f"#sha256={'0a' * 32}&token=abc", False),
        (f"?a=b#sha256={'0a' * 32}", False),
        ("#abc", False),
    ],
)
def test_of_a_fragment_only_a_hash_stays(fragment: str, kept: bool) -> None:
    """Init shows what it changes in the line that installs a wheel with its hash."""
    text = f'pip install "acctgate @ file:///w/acctgate.whl{fragment}"'
    assert without_secrets(text) == (text if kept else 'pip install "acctgate @ file:///w/acctgate.whl"')


@SETTINGS
@given(value=st.dictionaries(MIXED, MIXED, max_size=3), ascii_only=st.booleans())
@example({"x": "\u017fignature=abc"}, False)
@example({"x": "s\u0131gnature=abc"}, False)
@example({"x": "ACCESSKEY\u0130D=abc"}, False)
@example({"x": "x-oss-credential: abc"}, False)
def test_looking_for_secrets_never_wrongly_says_no(value: dict[str, str], ascii_only: bool) -> None:
    if redact._without(value) != value:
        assert may_have_secrets(json.dumps(value, ensure_ascii=ascii_only))


SECRET: Final = "s3cr+t/Value-of_12 Ä"
FORMS: Final = tuple(
    form
    for secret in (SECRET, SECRET.replace(" ", "").replace("Ä", "x"))
    for form in (
        secret,
        quote(secret),
        secret.encode().hex(),
        secret.encode().hex().upper(),
        base64.b64encode(secret.encode()).decode(),
        base64.urlsafe_b64encode(b"a" + secret.encode()).decode(),
        json.dumps(secret),
        html.escape(secret),
    )
)


@SETTINGS
@given(value=st.dictionaries(MIXED, st.lists(MIXED | st.sampled_from(FORMS), max_size=4).map("".join), max_size=3))
def test_no_form_of_a_known_secret_is_passed_over(value: dict[str, str]) -> None:
    protect_in_context(SECRET, SECRET.replace(" ", "").replace("Ä", "x"))
    try:
        assert without_secrets(value) == redact._without(value)
    finally:
        unprotect()


@SETTINGS
@given(text=MIXED | st.text())
def test_a_line_is_a_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable() and len(line) <= 400
    assert one_line(line) == line


def _values(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value
    return [text for item in items for text in _values(item)]


@pytest.mark.parametrize(
    "text",
    [
        "to sign is:POST&%2F&AccessKeyId%3DSEKRET%26SecurityToken%3DSEKRET",
        "https%3A%2F%2Fx%3Fa%26Signature%3DSEKRET",
        '{"AccessKeySecret":"SEKRET"}',
        "Authorization: Bearer SEKRET",
        "https://x/y?a='SEKRET'",
    ],
)
def test_no_secret_in_an_error_text(text: str) -> None:
    assert "SEKRET" not in one_line(text)
