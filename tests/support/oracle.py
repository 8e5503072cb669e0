"""An independent oracle of passes: the contract's rules in plain Python, with none of acctgate's code.

It proves passes of the preset strict only. What it cannot prove from the raw document must not pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
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


_SPECIAL: Final = [
    *map(
        IPv4Network,
        [
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ],
    )
]
"""IPv4 networks that are not globally reachable (IANA's registry of special-purpose addresses, and multicast)."""
_GLOBAL_SIX: Final = IPv6Network("2000::/3")
_DOCUMENTATION: Final = IPv6Network("2001:db8::/32")
_MAPPED: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


def _plain(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """Return the IPv4 network that an IPv6 network maps or translates."""
    if isinstance(network, IPv6Network) and any(network.subnet_of(mapped) for mapped in _MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return network


def _public_four(network: IPv4Network) -> int:
    """Return how many addresses are public: all but those of special networks, which do not overlap."""
    if any(network.subnet_of(special) for special in _SPECIAL):
        return 0
    return network.num_addresses - sum(s.num_addresses for s in _SPECIAL if s.subnet_of(network))


def _public_six(network: IPv6Network) -> int:
    if network.subnet_of(_DOCUMENTATION) or not network.overlaps(_GLOBAL_SIX):
        return 0
    return min(network.num_addresses, _GLOBAL_SIX.num_addresses)


def _masks(document: Document) -> bool:
    """Prove that there are masks, all readable, with at most 65,536 public addresses."""
    value = _login(document, "LoginNetworkMasks")
    pieces = [piece.strip() for piece in value.split(";") if piece.strip()] if isinstance(value, str) else []
    try:
        networks = [_plain(ip_network(piece, strict=False)) for piece in pieces]
    except ValueError:
        return False
    four = collapse_addresses(network for network in networks if isinstance(network, IPv4Network))
    six = collapse_addresses(network for network in networks if isinstance(network, IPv6Network))
    return bool(networks) and sum(map(_public_four, four)) + sum(map(_public_six, six)) <= 65_536


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
