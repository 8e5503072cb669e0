"""Combine raw API answers, in JSON or XML, into one snapshot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from acctgate.model.api_error import ApiError
from acctgate.model.document_kind import wrong_kind
from acctgate.model.judged_by import ReadAs
from acctgate.model.snapshot import Snapshot
from acctgate.reading import SourceError, display_name, read_text
from acctgate.sources.answered_account import AnsweredAccount
from acctgate.sources.call_error import api_error, error_beside
from acctgate.sources.http_preamble import HttpAnswer, split_preamble
from acctgate.sources.new_snapshot import snapshot_of
from acctgate.sources.operations import (
    ACCESS_KEY_POLICY,
    CREDENTIAL_REPORT,
    IDENTITY,
    OPTIONAL_OPERATIONS,
    OPTIONAL_PACK_OPERATIONS,
    PACK_DETAILS,
    PACK_REPORT,
    PACKS,
    PRACTICE,
    PREFERENCE,
    RULE_COMPLIANCE,
)
from acctgate.sources.xml import read_xml
from acctgate.strict_json import read_json

_SINGLE: Final = tuple(operation.answer_key for operation in (PREFERENCE, PRACTICE, *OPTIONAL_OPERATIONS))
_PACK: Final = PACK_REPORT.answer_key
_PACKS: Final = PACK_REPORT.section
_RULES: Final = RULE_COMPLIANCE.section
_SECTIONS: Final = {
    operation.name: operation.section
    for operation in (
        PREFERENCE,
        PRACTICE,
        PACKS,
        PACK_REPORT,
        *OPTIONAL_OPERATIONS,
        *OPTIONAL_PACK_OPERATIONS,
        CREDENTIAL_REPORT,
    )
}
_GENERATED: Final = "GeneratedTime"
"""The key that only the credential report has."""
ANSWER_KEYS: Final = frozenset(
    (*_SINGLE, _PACK, _PACKS, _RULES, RULE_COMPLIANCE.answer_key, PACK_DETAILS.answer_key, "IdentityType", _GENERATED)
)
"""The keys of answers, by one of which an answer is recognized."""
# Codes that only GetCompliancePackReport's document lists.
_PACK_CODES: Final = ("Invalid.CompliancePackId.Value", "CompliancePackReportCreating", "AccountNotExisted")


def read_responses(paths: Iterable[str]) -> Snapshot:
    """Read the answers in these files as one snapshot.

    Raises:
        SourceError: A file cannot be read, is not an API response that acctgate reads, or two name different accounts.
    """
    account, names = AnsweredAccount(), list[str]()
    for path in paths:
        names.append(display_name(path))
        _add(account, read_text(path), names[-1])
    read_as = ReadAs("response", file=", ".join(names))
    return snapshot_of(account.joined(), account.errors, account.account_id, read_as=read_as)


def _add(account: AnsweredAccount, text: str, name: str) -> None:
    http = split_preamble(text)
    body = http.body
    if not body.strip():
        raise SourceError(f"{name}: has an HTTP preamble but no body")
    root = ""
    if body.lstrip().startswith("<"):
        root, answer = read_xml(body, name)
    else:
        answer = read_json(body, name)
    if not isinstance(answer, dict):
        raise SourceError(f"{name}: an answer must be a JSON object or an XML element")
    if problem := wrong_kind(answer, None):  # the account and the errors of a snapshot would be lost
        raise SourceError(f"{name}: {problem}")
    sections = _add_sections(account, answer, name)
    if not sections:
        _add_error(account, answer, root, name)
    elif error := error_beside(answer) or _http_error(http):
        account.errors |= dict.fromkeys(sections, error)


def _add_sections(account: AnsweredAccount, answer: dict[str, Any], name: str) -> list[str]:
    """Add every section of the answer. Return the sections that it has."""
    found = [section for section in _SINGLE if section in answer]
    for section in found:
        if section == ACCESS_KEY_POLICY.section:
            account.put_access_key_policy(answer, name)
        else:
            account.put(section, answer[section], name)
    if _GENERATED in answer:
        found.append(CREDENTIAL_REPORT.section)
        account.put_credential_report(answer, name)
    listed = answer.get(_PACKS)
    if _PACK in answer or isinstance(listed, list):
        found.append(_PACKS)
        account.sections.setdefault(_PACKS, [])
        for report in ([answer[_PACK]] if _PACK in answer else []) + (listed if isinstance(listed, list) else []):
            account.add_pack(report, name)
    found += _add_rules(account, answer, name)
    if "AccountId" in answer:
        account.set_account_id(answer["AccountId"], name)
        if "IdentityType" in answer:  # GetCallerIdentity
            found.append(IDENTITY.section)
    return found


def _add_rules(account: AnsweredAccount, answer: dict[str, Any], name: str) -> list[str]:
    """Add what the answer says about the rules of compliance packs. Return the section if there is any."""
    listed = answer.get(_RULES)
    results = [answer[RULE_COMPLIANCE.answer_key]] if RULE_COMPLIANCE.answer_key in answer else []
    for each in (*results, *(listed if isinstance(listed, list) else ())):
        account.add_rules(each, name)
    if PACK_DETAILS.answer_key in answer:
        account.add_details(answer[PACK_DETAILS.answer_key], name)
    return [_RULES] if results or isinstance(listed, list) or PACK_DETAILS.answer_key in answer else []


def _http_error(http: HttpAnswer) -> ApiError | None:
    """Return the error in the preamble of a response, None if there is none."""
    if not http.has_preamble or (http.status is not None and 200 <= http.status < 300):
        return None
    if http.status is None:
        return {"code": "HTTP", "message": "the HTTP status of the answer cannot be read"}
    return {"code": f"HTTP{http.status}", "message": f"the HTTP status of the answer is {http.status}"}


def _add_error(account: AnsweredAccount, answer: dict[str, Any], root: str, name: str) -> None:
    if not isinstance(answer.get("Code"), str):
        known = " or ".join((*_SINGLE, _PACK))
        raise SourceError(f"{name}: not an answer of these APIs; it needs {known} at the top level")
    section = _section_of_error(answer, root)
    error = api_error(answer)
    if section is None:
        raise SourceError(
            f"{name}: is an API error ({error['code']}: {error['message']}) and does not name its operation; "
            "leave it out, and the section is unknown"
        )
    if section in account.sections and section not in (_PACKS, _RULES):
        raise SourceError(f"{name}: is an error of {section}, which is also in {account.origins[section]}")
    if section in _SINGLE:
        account.origins.setdefault(section, name)
    account.errors[section] = error


def _section_of_error(answer: dict[str, Any], root: str) -> str | None:
    """Return the section whose operation an API error names."""
    detail = answer.get("AccessDeniedDetail")
    action = detail.get("AuthAction") if isinstance(detail, dict) else None
    for text in (action, root, answer.get("Action"), answer.get("Message")):
        found = {
            _SECTIONS[word]
            for word in re.findall(r"[A-Za-z]+", str(text or "").replace("Response", " "))
            if word in _SECTIONS
        }
        if len(found) == 1:
            return found.pop()
    return _PACKS if str(answer["Code"]).startswith(_PACK_CODES) else None
