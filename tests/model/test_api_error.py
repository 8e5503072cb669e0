"""An error of the API as part of a sentence."""

from __future__ import annotations

import pytest

from acctgate.language import words_of
from acctgate.model.api_error import READING, ApiError, explain


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (
            {"code": "NoPermission", "message": "Denied.", "request_id": "1-2"},
            "GetPasswordPolicy failed with NoPermission: Denied. (request id 1-2)",
            "GetPasswordPolicy 失败（NoPermission）：Denied.（请求 ID 1-2）",
        ),
        (
            {"code": "NotRead", "message": "interrupted", "operation": READING},
            "reading the account failed with NotRead: interrupted",
            "读取账号失败（NotRead）：interrupted",
        ),
    ],
    ids=["operation", "no-operation"],
)
def test_an_error_is_explained_in_both_languages(error: ApiError, english: str, chinese: str) -> None:
    assert words_of(explain(error, "GetPasswordPolicy")) == (english, chinese)
