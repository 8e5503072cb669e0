"""Text that may contain secrets."""

from __future__ import annotations

import pytest

from acctgate.redact import one_line


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
