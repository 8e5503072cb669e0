"""GetPasswordPolicy (Ims 2019-08-15): what passwords of RAM users must be like.

Every key is optional: older answers lack some. A missing value is unknown, never a default.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le
from typing_extensions import TypedDict

from acctgate.model.fields import answer


@answer
class PasswordPolicy(TypedDict, total=False):
    """The password policy for RAM users (GetPasswordPolicy, PasswordPolicy)."""

    MinimumPasswordLength: Annotated[int, Ge(8), Le(32)]
    """The shortest password allowed, 8 to 32 characters."""
    MinimumPasswordDifferentCharacter: Annotated[int, Ge(0), Le(8)]
    """How many different characters a password needs, 0 to 8."""
    RequireLowercaseCharacters: bool
    """Whether a password needs a lowercase letter."""
    RequireUppercaseCharacters: bool
    """Whether a password needs an uppercase letter."""
    RequireNumbers: bool
    """Whether a password needs a digit."""
    RequireSymbols: bool
    """Whether a password needs a symbol."""
    PasswordNotContainUserName: bool
    """Whether a password must not contain the user name."""
    PasswordReusePrevention: Annotated[int, Ge(0), Le(24)]
    """How many earlier passwords cannot be used again, 0 to 24."""
    MaxPasswordAge: Annotated[int, Ge(0), Le(1095)]
    """How long a password is valid. Unit: days, 0 to 1095; 0 means that it never expires."""
    HardExpire: bool
    """Whether an expired password ends console logon until an administrator resets it."""
    InitialPasswordAge: Annotated[int, Ge(0), Le(90)]
    """How long an initial password is valid. Unit: days, 0 to 90."""
    MaxLoginAttemps: Annotated[int, Ge(0), Le(32)]
    """Wrong passwords within an hour after which logon is blocked, 0 to 32; 0 means no limit. The API's spelling."""
    InterceptRiskPasswordOnApi: bool
    """Whether the API refuses passwords that are known to be risky."""
