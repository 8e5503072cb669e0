"""The provider of a planned resource, as far as a plan shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from acctgate.model.provider_eras import NEWEST, ProviderEra

_ROLE_ACCOUNT: Final = re.compile(r"acs:ram::(\d+):role/", re.ASCII)


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider of a resource: it decides which account the deploy goes to, and what is sent."""

    name: str = "default"
    region: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    role_variable: str = field(default="", compare=False)
    """The variable of Terraform whose value `role_arn` is, if the plan does not show more; else empty."""
    module: str = field(default="", compare=False)
    """The module of Terraform that configures it, such as "network.dns"; empty for the root module."""
    module_folder: str | None = field(default=None, compare=False)
    """That module's folder from the root module's, None if Terraform has to install it."""
    unknown: bool = False
    """Whether the plan does not show something that decides about the account."""
    hint: str = field(default="", compare=False)
    """What is not known, and the remedy."""
    account: str | None = None
    """The account that the provider's `account_id` names."""
    credentials: str | None = None
    """Credentials, other than a profile, whose account the plan does not show, such as "the ECS role x"."""
    own_key: bool = field(default=False, compare=False)
    """Whether it has an access key of its own. No plan shows whose it is, so it counts as one of the account."""
    version: str = field(default="", compare=False)
    """The version or the range of versions, for messages; empty if it is unknown."""
    version_hint: str = field(default="", compare=False)
    """Why the version is not known, and the remedy, if the usual remedy does not help."""
    eras: tuple[ProviderEra, ...] = field(default=NEWEST, compare=False)
    """How the provider may behave: one era if its version is known."""
    foreign: str | None = field(default=None, compare=False)
    """Why it is perhaps not the alicloud provider."""

    @property
    def account_id(self) -> str | None:
        """The account of the assumed role, or None if no role is known."""
        match = _ROLE_ACCOUNT.match(self.role_arn or "")
        return match[1] if match else None
