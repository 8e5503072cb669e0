"""An independent oracle of passes: the contract's rules in plain Python, with none of acctgate's code.

It proves passes of the preset strict only. What it cannot prove from the raw document must not pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

Document = Mapping[str, Any]


def _get(document: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(document, dict) or key not in document:
            return None
        document = document[key]
    return document


def _section(document: Document, name: str) -> Any:
    """Return a section, None where the document has an error for it as well."""
    return None if _get(document, "errors", name) is not None else _get(document, name)


def _login(document: Document, key: str) -> Any:
    return _get(_section(document, "SecurityPreference"), "LoginProfilePreference", key)


def _user(document: Document, key: str) -> Any:
    return _get(_section(document, "AccountSecurityPracticeInfo"), "AccountSecurityPracticeUserInfo", key)


def _whole(value: Any, least: int, most: int | None = None) -> bool:
    return type(value) is int and value >= least and (most is None or value <= most)


def _mfa(document: Document) -> bool:
    newer = _login(document, "MFAOperationForLogin")
    return newer == "mandatory" or (newer is None and _login(document, "EnforceMFAForLogin") is True)


def _masks(document: Document) -> bool:
    """Prove that there are masks, all readable, that leave out at least one address."""
    value = _login(document, "LoginNetworkMasks")
    pieces = [piece.strip() for piece in value.split(";") if piece.strip()] if isinstance(value, str) else []
    try:
        networks = [ip_network(piece, strict=False) for piece in pieces]
    except ValueError:
        return False
    four = [network for network in networks if isinstance(network, IPv4Network)]
    six = [network for network in networks if isinstance(network, IPv6Network)]
    covering = [sum(2 ** (width - n.prefixlen) for n in some) >= 2**width for width, some in ((32, four), (128, six))]
    return bool(networks) and not any(covering)


def _users(document: Document) -> bool:
    users, bound = _user(document, "SubUser"), _user(document, "SubUserBindMfa")
    return _whole(users, 1) and type(bound) is int and bound == users


def _count(key: str) -> Callable[[Document], bool]:
    return lambda document: type(_user(document, key)) is int and _user(document, key) == 0


def _score(document: Document) -> bool:
    return _whole(_get(_section(document, "AccountSecurityPracticeInfo"), "Score"), 80, 100)


def _keys(document: Document) -> bool:
    section = _section(document, "SecurityPreference")
    return _get(section, "AccessKeyPreference", "AllowUserToManageAccessKeys") is False


PROOFS: Final[Mapping[str, Callable[[Document], bool]]] = {
    "login-mfa": _mfa,
    "mfa-ticket": lambda document: _login(document, "EnableSaveMFATicket") is False,
    "session-duration": lambda document: _whole(_login(document, "LoginSessionDuration"), 1, 8),
    "network-masks": _masks,
    "manage-access-keys": _keys,
    "security-score": _score,
    "root-access-keys": _count("RootWithAccessKey"),
    "root-mfa": lambda document: _user(document, "BindMfa") is True,
    "user-mfa": _users,
    "password-strength": lambda document: _user(document, "SubUserPwdLevel") == "high",
    "unused-root-access-keys": _count("UnusedAkNum"),
    "old-root-access-keys": _count("OldAkNum"),
    "unused-access-keys": _count("SubUserWithUnusedAccessKey"),
    "old-access-keys": _count("SubUserWithOldAccessKey"),
}
"""The mandatory rules of strict that judge a live account, and what proves a pass."""
