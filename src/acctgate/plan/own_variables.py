"""The environment variables of the alicloud provider, which it prefers to those that acctgate reads, too."""

from __future__ import annotations

import os
from typing import Final

_KEYS: Final = ("ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID")
_PROFILES: Final = ("ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE")


def credentials_in_variables() -> str | None:
    """Return the credentials that the provider takes from a variable of its own in place of acctgate's.

    None if it has no such variable, or if acctgate has none: then it need not read with variables at all.
    """
    own, common = map(os.environ.get, _KEYS)
    if own and common and own != common:
        return f"the access key in {_KEYS[0]}, which is another than the one in {_KEYS[1]},"
    own, common = map(os.environ.get, _PROFILES)
    if own and common and own != common and not any(map(os.environ.get, _KEYS)):
        return f"the profile in {_PROFILES[0]}, which is another than the one in {_PROFILES[1]},"
    return None
