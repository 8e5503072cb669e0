"""An error of the API in place of a section, and how messages explain it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NotRequired

from typing_extensions import TypedDict

from acctgate.language import Bilingual, Words, fill
from acctgate.model.fields import answer
from acctgate.model.sections import OPERATIONS
from acctgate.redact import one_line

READING: Final = "reading the account"
"""The operation in errors that no API operation caused."""
_FAILED: Final = Words("{} failed with {}: {}{}", "{}失败（{}）：{}{}")
_REQUEST: Final = Words(" (request id {})", "（请求 ID {}）")


@answer
class ApiError(TypedDict):
    """Why a section is missing."""

    code: str
    """The API's error code, for example NoPermission."""
    message: str
    """The API's message in one line, without secrets."""
    request_id: NotRequired[str | None]
    """The API's request ID, for Alibaba Cloud support."""
    operation: NotRequired[str | None]
    """The operation that failed, if it is not the one that returns the section, for example AssumeRole."""


def explain(error: ApiError, operation: str) -> str:
    """Return an API's error as part of a sentence."""
    return _sentence(error.get("operation") or operation, error["code"], error["message"], error.get("request_id"))


@lru_cache(maxsize=16)
def _sentence(operation: str, code: str, message: str, request_id: str | None) -> str:
    """Return an error as part of a sentence. Cached: each setting of a section that was not read has the same one."""
    request = fill(_REQUEST, one_line(request_id)) if request_id else ""
    name = one_line(operation)
    what = Bilingual(name, "读取账号" if name == READING else f"{name} ")
    return fill(_FAILED, what, one_line(code), one_line(message), request)


def explain_section(section: str, error: ApiError) -> str:
    """Return why a section, or a part of one such as the report of one pack, could not be read."""
    return explain(error, OPERATIONS.get(section.partition(".")[0], "GetCallerIdentity"))
