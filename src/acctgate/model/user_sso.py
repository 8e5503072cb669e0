"""GetUserSsoSettings (Ims 2019-08-15): whether RAM users log on through an identity provider."""

from __future__ import annotations

from typing_extensions import TypedDict

from acctgate.model.fields import answer


@answer
class UserSsoSettings(TypedDict, total=False):
    """The settings of user-based SSO (GetUserSsoSettings, UserSsoSettings)."""

    SsoEnabled: bool
    """Whether RAM users log on through the identity provider only."""
    SsoLoginWithDomain: bool
    """Whether the auxiliary domain is part of the logon name."""
    AuthnSignAlgo: str
    """How SAML requests are signed: rsa-sha256 or rsa-sha1."""
    AuxiliaryDomain: str
    """The auxiliary domain."""
    MetadataDocument: str
    """The identity provider's metadata, in Base64."""
