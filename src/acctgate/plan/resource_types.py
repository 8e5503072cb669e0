"""The types of resources that matter in a plan, and the type in a Pulumi URN."""

from __future__ import annotations

from typing import Final

from acctgate.model.preference_keys import PREFERENCE_TERRAFORM, PREFERENCE_TYPE
from acctgate.model.resource_types import OTHER_TYPES, bridged_type

PROVIDER_TYPE: Final = "pulumi:providers:alicloud"
PREFERENCE_TYPES: Final = frozenset({PREFERENCE_TYPE, bridged_type(PREFERENCE_TERRAFORM)})
OTHER_KINDS: Final = {**OTHER_TYPES, **{bridged_type(each): each for each in OTHER_TYPES.values()}}
"""Pulumi's other types that matter, with Terraform's type of each."""
PULUMI_TYPES: Final = PREFERENCE_TYPES | OTHER_KINDS.keys()
TERRAFORM_TYPES: Final = frozenset({PREFERENCE_TERRAFORM, *OTHER_TYPES.values()})
OWN_TYPES: Final = {
    bridged_type(PREFERENCE_TERRAFORM): PREFERENCE_TYPE,
    **{bridged_type(terraform): pulumi for pulumi, terraform in OTHER_TYPES.items()},
}
"""The type in Pulumi's own package for each type of the bridged Terraform provider."""


def resource_type(urn: str) -> str:
    """Return a resource's type: the last in the chain of types in its URN."""
    parts = urn.split("::")
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 3 else ""


def is_provider(urn: str) -> bool:
    """Return whether a URN names an alicloud provider."""
    return resource_type(urn) == PROVIDER_TYPE
