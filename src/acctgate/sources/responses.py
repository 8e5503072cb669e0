"""Combine raw API answers, in JSON or XML, into one snapshot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from acctgate.model.account_id import is_account_id
from acctgate.model.config_rule_compliance import with_risk_levels
from acctgate.model.judged_by import ReadAs
from acctgate.model.snapshot import Snapshot
from acctgate.model.snapshot_document import ApiError
from acctgate.reading import HttpAnswer, SourceError, display_name, read_json, read_text, split_preamble
from acctgate.redact import without_secrets
from acctgate.sources.access_key_policy import parse_access_key_policy
from acctgate.sources.call_error import CallError, api_error, error_beside
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


@dataclass(slots=True)
class _Account:
    """The content of the answers so far, and which file each part is from."""

    sections: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    """The details of compliance packs by ID, which have the risk levels of their rules."""
    errors: dict[str, ApiError] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    account_id: str | None = None

    def put(self, section: str, value: Any, name: str) -> None:
        self.put_origin(section, name)
        self.sections[section] = value

    def put_access_key_policy(self, answer: dict[str, Any], name: str) -> None:
        """Add the account's AccessKey policy, or the error that it is invalid."""
        section = ACCESS_KEY_POLICY.section
        if "AccessKeyId" in answer:
            operation = ACCESS_KEY_POLICY.name
            raise SourceError(f"{name}: is the policy of one AccessKey pair; {operation} returns the account's")
        try:
            self.put(section, parse_access_key_policy(answer[section]), name)
        except CallError as error:
            self.origins[section] = name
            self.errors[section] = error.error

    def put_credential_report(self, answer: dict[str, Any], name: str) -> None:
        """Add the credential report, or the error that it is unusable."""
        from acctgate.sources.credential_report import parse_answers  # noqa: PLC0415 - loads only for such an answer

        self.put_origin(CREDENTIAL_REPORT.section, name)
        try:
            self.sections[CREDENTIAL_REPORT.section] = parse_answers([answer])
        except CallError as error:
            self.errors[CREDENTIAL_REPORT.section] = error.error

    def add_rules(self, compliance: Any, name: str) -> None:
        """Add the results of the rules of one compliance pack."""
        pack = compliance.get("CompliancePackId") if isinstance(compliance, dict) else None
        if pack is not None:
            self.put_origin(f"{_RULES}.{pack}", name)
        self.sections.setdefault(_RULES, []).append(compliance)

    def add_details(self, pack: Any, name: str) -> None:
        """Add the details of one compliance pack."""
        if not isinstance(pack, dict) or not isinstance(pack.get("CompliancePackId"), str):
            raise SourceError(f"{name}: {PACK_DETAILS.answer_key} has no CompliancePackId")
        self.put_origin(f"{PACK_DETAILS.answer_key} {pack['CompliancePackId']}", name)
        self.details[pack["CompliancePackId"]] = pack
        self.set_account_id(pack.get("AccountId"), name)

    def joined(self) -> dict[str, Any]:
        """Return the sections, with the risk level of each rule."""
        if _RULES not in self.sections:
            return self.sections
        return {**self.sections, _RULES: [self._with_levels(pack) for pack in self.sections[_RULES]]}

    def _with_levels(self, pack: Any) -> Any:
        if not isinstance(pack, dict):
            return pack
        return with_risk_levels(pack, self.details.get(str(pack.get("CompliancePackId"))))

    def put_origin(self, section: str, name: str) -> None:
        """Note which file a part is from.

        Raises:
            SourceError: Another file has the same part.
        """
        if section in self.origins:
            raise SourceError(f"{name}: {section} is also in {self.origins[section]}; give it once")
        self.origins[section] = name

    def add_pack(self, report: Any, name: str) -> None:
        self.sections.setdefault(_PACKS, []).append(report)
        if isinstance(report, dict):
            self.set_account_id(report.get("AccountId"), name)

    def set_account_id(self, account_id: Any, name: str) -> None:
        """Record the account that an answer names. 0 and a masked ID name none."""
        text = str(account_id) if isinstance(account_id, (int, str)) and account_id is not True else ""
        if not is_account_id(text):
            return
        if self.account_id not in (None, text):
            other = self.origins["account_id"]
            raise SourceError(f"{name}: names account {text}, but {other} names {self.account_id}")
        self.account_id = text
        self.origins.setdefault("account_id", name)


def read_responses(paths: Iterable[str]) -> Snapshot:
    """Read the answers in these files as one snapshot.

    Raises:
        SourceError: A file cannot be read, is not an API answer that acctgate reads, or two name different accounts.
    """
    account, names = _Account(), list[str]()
    for path in paths:
        names.append(display_name(path))
        _add(account, read_text(path), names[-1])
    found = snapshot_of(account.joined(), account.errors, account.account_id)
    return replace(found, read_as=ReadAs("response", file=", ".join(names)))


def snapshot_of(
    sections: dict[str, Any],
    errors: dict[str, ApiError],
    account_id: str | None,
    taken_at: str | None = None,
    read_as: ReadAs | None = None,
) -> Snapshot:
    """Return a snapshot of these sections, without the secrets in them."""
    how = read_as.record if read_as else None
    document: dict[str, Any] = {"version": 1, "account_id": account_id, "taken_at": taken_at, "read_as": how}
    document = {key: value for key, value in document.items() if value is not None}
    document |= without_secrets(sections)
    if errors:
        document["errors"] = errors
    return Snapshot.from_document(document)


def _add(account: _Account, text: str, name: str) -> None:
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
    sections = _add_sections(account, answer, name)
    if not sections:
        _add_error(account, answer, root, name)
    elif error := error_beside(answer) or _http_error(http):
        account.errors |= dict.fromkeys(sections, error)


def _add_sections(account: _Account, answer: dict[str, Any], name: str) -> list[str]:
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


def _add_rules(account: _Account, answer: dict[str, Any], name: str) -> list[str]:
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


def _add_error(account: _Account, answer: dict[str, Any], root: str, name: str) -> None:
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
