"""GetAccessKeyPolicyForAccount (Ims 2019-08-15): the networks that permanent AccessKey pairs can be used from.

The API answers a JSON text; a snapshot has the object that it contains.
"""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from acctgate.model.fields import answer


@answer
class AccessKeyStatement(TypedDict, total=False):
    """One list of networks."""

    Type: Literal["ClassicWhiteList", "VPCWhiteList"]
    """ClassicWhiteList: addresses on the Internet; VPCWhiteList: addresses within a VPC."""
    Value: str
    """The ID of the VPC, or AllowAllVPC. Only with VPCWhiteList."""
    IPList: list[str]
    """Addresses and CIDR blocks."""


@answer
class AccessKeyPolicy(TypedDict, total=False):
    """The account's policy for AccessKey pairs (GetAccessKeyPolicyForAccount, AccessKeyPolicy)."""

    Version: Any
    """The version of the policy's format."""
    Status: Literal["Active", "Inactive"]
    """Whether the policy applies."""
    Statements: list[AccessKeyStatement]
    """The networks that are allowed."""
