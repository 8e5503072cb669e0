"""The AccessKeys of the demo account, and the sessions of the roles that they assume."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from acctgate.demo.faults import denied
from acctgate.demo.organization import DemoOrganization
from acctgate.demo.signature import SignatureError

_SHORTEST: Final = timedelta(minutes=15)
_LONGEST: Final = timedelta(hours=1)
"""A role's longest session, unless its owner extends it."""


class Session(NamedTuple):
    """Who signs with an AccessKey."""

    account_id: str
    token: str | None
    """The security token that belongs to temporary keys."""
    expires: datetime | None
    """When temporary keys end."""


class Sessions:
    """All AccessKeys that sign calls."""

    def __init__(self, account_id: str) -> None:
        """Know the demo credentials, which belong to an account."""
        self.secrets: dict[str, str] = {ACCESS_KEY_ID: ACCESS_KEY_SECRET}
        """AccessKey ID → secret."""
        self.longest = _LONGEST
        """How long a session lasts at most, whatever the caller asks for."""
        self._sessions = {ACCESS_KEY_ID: Session(account_id, None, None)}

    def add(self, key: str, secret: str, session: Session) -> None:
        """Accept an AccessKey."""
        self.secrets[key] = secret
        self._sessions[key] = session

    def find(self, key: str, token: str | None, now: datetime) -> Session:
        """Return the session of a key.

        Raises:
            SignatureError: The token is not the session's, or the session has ended.
        """
        session = self._sessions[key]
        if (token or None) != session.token:
            raise SignatureError(400, "InvalidSecurityToken.Malformed", "The security token is malformed.")
        if session.expires is not None and now >= session.expires:
            raise SignatureError(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
        return session

    def assume(self, account_id: str, parameters: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """Start a session in an account, and return AssumeRole's answer.

        Raises:
            SignatureError: The requested duration is invalid.
        """
        expires = now + min(_duration(parameters), self.longest)
        key, secret, token = (f"STS.{uuid.uuid4().hex}" for _ in range(3))
        self.add(key, secret, Session(account_id, token, expires))
        end = expires.strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"AccessKeyId": key, "AccessKeySecret": secret, "SecurityToken": token, "Expiration": end}
        user = {"Arn": f"{parameters['RoleArn']}/{parameters.get('RoleSessionName', '')}", "AssumedRoleId": "3"}
        return {"Credentials": keys, "AssumedRoleUser": user}


def check_role(organization: DemoOrganization, account_id: str) -> None:
    """Check that the management account can assume the audit role of a member.

    Raises:
        SignatureError: The member is suspended, has no such role, or denies it.
    """
    member = organization.member(account_id)
    if member is None:
        return
    if member.suspended:
        raise SignatureError(400, "UserDisable", "The account is suspended.")
    if not member.has_role:
        raise no_role()
    if not member.trusts:
        raise denied("AssumeRole")


def no_role() -> SignatureError:
    """Return the error of a role that does not exist."""
    return SignatureError(404, "EntityNotExist.Role", "The role not exists.")


def _duration(parameters: Mapping[str, str]) -> timedelta:
    text = parameters.get("DurationSeconds", "3600")
    seconds = timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else timedelta()
    if not _SHORTEST <= seconds <= _LONGEST:
        message = "The Min/Max value of DurationSeconds is 15min/1hr."
        raise SignatureError(400, "InvalidParameter.DurationSeconds", message)
    return seconds
