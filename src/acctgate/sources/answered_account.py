"""The account that several responses make up: its sections so far, and which file each is from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from acctgate.model.account_id import account_id_in
from acctgate.model.api_error import ApiError
from acctgate.model.config_rule_compliance import with_risk_levels
from acctgate.reading import SourceError
from acctgate.sources.access_key_policy import parse_access_key_policy
from acctgate.sources.call_error import CallError
from acctgate.sources.operations import ACCESS_KEY_POLICY, CREDENTIAL_REPORT, PACK_DETAILS, PACK_REPORT, RULE_COMPLIANCE

_PACKS: Final = PACK_REPORT.section
_RULES: Final = RULE_COMPLIANCE.section


@dataclass(slots=True)
class AnsweredAccount:
    """The content of the answers so far. Methods raise `SourceError` for what contradicts it."""

    sections: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    """The details of compliance packs by ID, which have the risk levels of their rules."""
    errors: dict[str, ApiError] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    """The file that each part is from."""
    account_id: str | None = None

    def put(self, section: str, value: Any, name: str) -> None:
        """Add a section."""
        self.put_origin(section, name)
        self.sections[section] = value

    def put_parsed(self, section: str, parse: Callable[[], Any], name: str) -> None:
        """Add a section that has to be parsed, or the error that it is unusable."""
        self.put_origin(section, name)
        try:
            self.sections[section] = parse()
        except CallError as error:
            self.errors[section] = error.error

    def put_access_key_policy(self, answer: dict[str, Any], name: str) -> None:
        """Add the account's AccessKey policy."""
        if "AccessKeyId" in answer:
            operation = ACCESS_KEY_POLICY.name
            raise SourceError(f"{name}: is the policy of one AccessKey pair; {operation} returns the account's")
        section = ACCESS_KEY_POLICY.section
        self.put_parsed(section, lambda: parse_access_key_policy(answer[section]), name)

    def put_credential_report(self, answer: dict[str, Any], name: str) -> None:
        """Add the credential report."""
        from acctgate.sources.credential_report import parse_answers  # noqa: PLC0415 - loads only for such an answer

        self.put_parsed(CREDENTIAL_REPORT.section, lambda: parse_answers([answer]), name)

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
        """Add the report of one compliance pack."""
        self.sections.setdefault(_PACKS, []).append(report)
        if isinstance(report, dict):
            self.set_account_id(report.get("AccountId"), name)

    def set_account_id(self, account_id: Any, name: str) -> None:
        """Record the account that an answer names. 0 and a masked ID name none."""
        found = account_id_in(account_id)
        if found is None:
            return
        if self.account_id not in (None, found):
            other = self.origins["account_id"]
            raise SourceError(f"{name}: names account {found}, but {other} names {self.account_id}")
        self.account_id = found
        self.origins.setdefault("account_id", name)
