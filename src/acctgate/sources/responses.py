"""Raw API answers, JSON or XML, put together to one snapshot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from acctgate.model.snapshot import OPERATIONS, Snapshot
from acctgate.model.snapshot_document import ApiError
from acctgate.reading import SourceError, display_name, read_json, read_text, without_preamble
from acctgate.redact import one_line, without_secrets
from acctgate.sources.xml import read_xml

_SINGLE: Final = ("SecurityPreference", "AccountSecurityPracticeInfo")
_PACK: Final = "CompliancePackReport"
_PACKS: Final = "CompliancePackReports"
_ASKED: Final = {operation: section for section, operation in OPERATIONS.items()} | {"ListCompliancePacks": _PACKS}
# Codes that GetCompliancePackReport's document lists and the other two answers' do not.
_PACK_CODES: Final = ("Invalid.CompliancePackId.Value", "CompliancePackReportCreating", "AccountNotExisted")


@dataclass(slots=True)
class _Account:
    """What the answers have told so far, and which file told it."""

    sections: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, ApiError] = field(default_factory=dict)
    told_by: dict[str, str] = field(default_factory=dict)
    account_id: str | None = None

    def put(self, section: str, value: Any, name: str) -> None:
        if section in self.told_by:
            raise SourceError(f"{name}: {section} also stands in {self.told_by[section]}; give it once")
        self.told_by[section] = name
        self.sections[section] = value

    def add_pack(self, report: Any, name: str) -> None:
        self.sections.setdefault(_PACKS, []).append(report)
        if isinstance(report, dict):
            self.call(report.get("AccountId"), name)

    def call(self, account_id: Any, name: str) -> None:
        """Note the account that an answer names. 0 and a masked id name none."""
        text = str(account_id) if isinstance(account_id, (int, str)) and account_id is not True else ""
        if not text.isascii() or not text.isdigit() or not text.strip("0"):
            return
        if self.account_id not in (None, text):
            other = self.told_by["account_id"]
            raise SourceError(f"{name}: names account {text}, but {other} names {self.account_id}")
        self.account_id = text
        self.told_by.setdefault("account_id", name)


def read_responses(paths: Iterable[str]) -> Snapshot:
    """One snapshot from the answers in these files.

    Raises:
        SourceError: A file cannot be read, is no answer of the three APIs, or two name different accounts.
    """
    account = _Account()
    for path in paths:
        _add(account, read_text(path), display_name(path))
    return snapshot_of(account.sections, account.errors, account.account_id)


def snapshot_of(
    sections: dict[str, Any], errors: dict[str, ApiError], account_id: str | None, taken_at: str | None = None
) -> Snapshot:
    """A snapshot of these sections, without the secrets in them."""
    document: dict[str, Any] = {"version": 1, "account_id": account_id, "taken_at": taken_at}
    document = {key: value for key, value in document.items() if value is not None}
    document |= without_secrets(sections)
    if errors:
        document["errors"] = errors
    return Snapshot.from_document(document)


def _add(account: _Account, text: str, name: str) -> None:
    body = without_preamble(text)
    if not body.strip():
        raise SourceError(f"{name}: has an HTTP head but no body")
    root = ""
    if body.lstrip().startswith("<"):
        root, answer = read_xml(body, name)
    else:
        answer = read_json(body, name)
    if not isinstance(answer, dict):
        raise SourceError(f"{name}: an answer is a JSON object or an XML element")
    if not _take(account, answer, name):
        _take_error(account, answer, root, name)


def _take(account: _Account, answer: dict[str, Any], name: str) -> bool:
    """Take every section that stands in the answer. False where there is none."""
    taken = False
    for section in _SINGLE:
        if section in answer:
            account.put(section, answer[section], name)
            taken = True
    if _PACK in answer:
        account.add_pack(answer[_PACK], name)
        taken = True
    if isinstance(answer.get(_PACKS), list):
        for report in answer[_PACKS]:
            account.add_pack(report, name)
        account.sections.setdefault(_PACKS, [])
        taken = True
    if "IdentityType" in answer and "AccountId" in answer:  # GetCallerIdentity
        account.call(answer["AccountId"], name)
        taken = True
    return taken


def _take_error(account: _Account, answer: dict[str, Any], root: str, name: str) -> None:
    if not isinstance(answer.get("Code"), str):
        known = ", ".join((*_SINGLE, _PACK))
        raise SourceError(f"{name}: is no answer of the three APIs; one of {known} stands at its top")
    section = _asked_for(answer, root)
    error = api_error(answer)
    if section is None:
        raise SourceError(
            f"{name}: is an API error ({error['code']}: {error['message']}), and does not say which call it "
            "answers; leave it out, and the section is unknown"
        )
    if section in account.sections and section != _PACKS:
        raise SourceError(f"{name}: is an error of {section}, which also stands in {account.told_by[section]}")
    if section in _SINGLE:
        account.told_by.setdefault(section, name)
    account.errors[section] = error


def api_error(answer: dict[str, Any]) -> ApiError:
    """The API's own words, in one line and without secrets."""
    error = ApiError(code=one_line(answer.get("Code")), message=one_line(answer.get("Message") or "no message"))
    if isinstance(answer.get("RequestId"), str):
        error["request_id"] = one_line(answer["RequestId"])
    return error


def _asked_for(answer: dict[str, Any], root: str) -> str | None:
    detail = answer.get("AccessDeniedDetail")
    action = detail.get("AuthAction") if isinstance(detail, dict) else None
    for text in (action, root, answer.get("Action"), answer.get("Message")):
        found = {
            _ASKED[word]
            for word in re.findall(r"[A-Za-z]+", str(text or "").replace("Response", " "))
            if word in _ASKED
        }
        if len(found) == 1:
            return found.pop()
    return _PACKS if str(answer["Code"]).startswith(_PACK_CODES) else None
