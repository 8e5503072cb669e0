"""What each version of the alicloud provider sends for a SecurityPreference. Pure.

Written from the providers' behaviour, independently of the prediction in `model.preference_request`, so that each tests
the other. Properties have Pulumi's names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS
from acctgate.model.provider_eras import ProviderEra

Properties = Mapping[str, Any]
ENFORCE: Final = DEAD_PROPERTY[0]
MASKS: Final = "loginNetworkMasks"
HOURS: Final = "loginSessionDuration"
NOT_COMPUTED: Final = (MASKS, "verificationTypes")
"""A value that a program omits is removed."""
_OLDEST: Final = (
    "enableSaveMfaTicket",
    HOURS,
    MASKS,
    "allowUserToChangePassword",
    "allowUserToManageAccessKeys",
    "allowUserToManageMfaDevices",
)
"""The attributes of the oldest providers."""


def attributes(era: ProviderEra) -> tuple[str, ...]:
    """Return the attributes that a provider sends, enforceMfaForLogin last."""
    names = _OLDEST if era.update == "every attribute" else tuple(key.pulumi for key in PREFERENCE_KEYS)
    return (*names, ENFORCE) if era.sends_enforce_mfa else names


def changed(era: ProviderEra, olds: Properties, news: Properties) -> list[str]:
    """Return the names that differ from the recorded state. A computed property keeps a value that is omitted or ""."""
    names = dict.fromkeys((*attributes(era), ENFORCE))  # every provider has enforceMfaForLogin, sent or not
    return [name for name in names if _comparable(planned(name, olds, news)) != _comparable(olds.get(name))]


def planned(name: str, olds: Properties, news: Properties) -> Any:
    """Return the value that the provider plans for an attribute."""
    value = news.get(name)
    if name in NOT_COMPUTED:
        return value
    return olds.get(name) if value is None or value == "" else value


def created(era: ProviderEra, news: Properties) -> dict[str, Any]:
    """Return what a create sends: the values that are set and not empty."""
    sent = {name: news[name] for name in attributes(era) if news.get(name) not in (None, "", [])}
    if sent.get(ENFORCE) is False and not era.creates_with_false:
        del sent[ENFORCE]
    return sent


def updated(era: ProviderEra, olds: Properties, news: Properties) -> dict[str, Any] | None:
    """Return what an update sends. None: it makes no call."""
    known = attributes(era)
    differ = [name for name in changed(era, olds, news) if name in known]
    if not differ:
        return None
    match era.update:
        case "every attribute":
            names = list(known)
        case "every value":
            names = [name for name in known if name in differ or planned(name, olds, news) not in (None, "", [])]
        case "changes":
            names = differ
        case _:
            names = [*differ, MASKS, HOURS]
    sent = {name: planned(name, olds, news) for name in names}
    if not sent.get(MASKS):  # the API empties the masks of a call that does not name them
        sent.pop(MASKS, None)
    if "verificationTypes" in sent and not sent["verificationTypes"]:
        sent["verificationTypes"] = []
    sent |= {name: False for name in sent if name == ENFORCE and sent[name] is None}
    return {name: value for name, value in sent.items() if value is not None}


def _comparable(value: Any) -> Any:
    """Normalize a value as the provider compares it: lists are sets, and empty values, 0 and false equal None."""
    return sorted(map(str, value)) if isinstance(value, list) and value else value or None
