"""What accounts were judged by, and how they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from acctgate.language import Language, Words
from acctgate.redact import one_line

_SHORT: Final = len("sha256:") + 12
_JUDGED_BY: Final = Words("policy {} ({}), acctgate {}, {}", "策略 {}（{}），acctgate {}，{}")
_SOURCES: Final = {
    "snapshot": Words("snapshot", "快照"),
    "response": Words("responses", "API 返回"),
    "live": Words("the live account", "线上账号"),
    "stack": Words("the stack", "stack"),
}
_CALLER, _ROLE = Words("as {}", "身份 {}"), Words("with role {}", "角色 {}")
_REGION, _PROFILE = Words("in {}", "地域 {}"), Words("profile {}", "配置 {}")
_ENDPOINT = Words("answered by {}", "由 {} 应答")
_RECORDED: Final = ("caller", "role_arn", "region", "profile", "endpoint")
"""What a snapshot records of how it was read."""


@dataclass(frozen=True, slots=True)
class PolicyIdentity:
    """Which policy judged."""

    source: str
    """The policy file, or the preset's name."""
    digest: str
    """`sha256:` and the digest of the effective policy, with the source text of its rule modules."""
    overrides: tuple[str, ...] = ()
    """What --policy-pack-config disables or loosens, and what the command line overrides: one text for each."""


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """What judged, and when."""

    acctgate: str
    """The version of acctgate."""
    judged_at: str
    """The time of judgement (UTC, ISO 8601)."""
    policy: PolicyIdentity

    def describe(self, language: Language = "en") -> str:
        """Return it in one line, with the beginning of the digest."""
        short = self.policy.digest[:_SHORT]
        return _JUDGED_BY.of(language).format(self.policy.source, short, self.acctgate, self.judged_at)


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How an account was read. It never contains a secret."""

    source: Literal["snapshot", "response", "live", "stack"]
    """A snapshot file, API responses, live calls, or the data sources of a Pulumi stack."""
    file: str | None = None
    """The file; several responses are joined by a comma."""
    caller: str | None = None
    """The identity that made the calls, from GetCallerIdentity."""
    role_arn: str | None = None
    """The role that it assumed."""
    region: str | None = None
    profile: str | None = None
    """The profile of the aliyun CLI."""
    endpoint: str | None = None
    """HOST:PORT of the server on this machine that answered in place of Alibaba Cloud."""

    @classmethod
    def recorded(cls, file: str, document: Mapping[str, Any]) -> ReadAs:
        """Return how the account in a snapshot file was read: what the snapshot records of it."""
        found = document.get("read_as")
        known = found if isinstance(found, dict) else {}
        given = {name: one_line(known[name]) for name in _RECORDED if isinstance(known.get(name), str)}
        return cls("snapshot", file, **given)

    @property
    def record(self) -> dict[str, str]:
        """Return what a snapshot records of a live account."""
        return {name: value for name in _RECORDED if (value := getattr(self, name)) is not None}

    def describe(self, language: Language = "en") -> str:
        """Return it in a few words."""
        source = _SOURCES[self.source].of(language)
        known = (
            (_CALLER, self.caller),
            (_ROLE, None if self.caller else self.role_arn),
            (_REGION, self.region),
            (_PROFILE, self.profile),
            (_ENDPOINT, self.endpoint),
        )
        parts = [f"{source} {self.file}" if self.file else source]
        parts += [words.of(language).format(value) for words, value in known if value]
        return ("，" if language == "zh" else ", ").join(parts)
