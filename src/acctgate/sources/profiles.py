"""The profiles of the aliyun CLI, in ~/.aliyun/config.json."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from acctgate.reading import SourceError, read_text
from acctgate.redact import one_line
from acctgate.strict_json import read_json

SHOWN_PATH: Final = "~/.aliyun/config.json"
_PAIR: Final = ("access_key_id", "access_key_secret")
_REQUIRED: Final[Mapping[str | None, tuple[str, ...]]] = {
    "AK": _PAIR,
    "StsToken": (*_PAIR, "sts_token"),
    "RamRoleArn": (*_PAIR, "ram_role_arn"),
    "OIDC": ("ram_role_arn", "oidc_provider_arn", "oidc_token_file"),
    "ChainableRamRoleArn": ("ram_role_arn", "source_profile"),
}
"""What a profile of a mode must have. The SDK fills gaps from the environment, which may belong to another account."""


class Profile(NamedTuple):
    """What acctgate reads of a profile. The credentials in it stay with the SDK."""

    name: str
    mode: str
    """How it gets credentials: AK, StsToken, RamRoleArn, EcsRamRole, OIDC, CloudSSO, External, …"""
    region: str | None
    gap: str | None = None
    """What it lacks, in words; None if nothing is known to be missing."""


def config_path() -> Path:
    """Return where the aliyun CLI keeps its profiles."""
    home = os.environ.get("HOME") or os.environ.get("HOMEPATH") or str(Path("~").expanduser())
    return Path(home) / ".aliyun" / "config.json"


def read_profile(name: str | None = None) -> Profile:
    """Read a profile, the current one for None.

    Raises:
        SourceError: The file cannot be read, or has no such profile. The message quotes nothing of the file.
    """
    if not config_path().exists():
        raise SourceError(f"{config_path()}: no such file; `aliyun configure` writes it")
    config = read_json(read_text(str(config_path())), str(config_path()))
    name = name or os.environ.get("ALIBABA_CLOUD_PROFILE") or _text(config, "current")
    if not name:
        raise SourceError(f"{config_path()}: no current profile; run `aliyun configure`")
    profile = _named(config, name)
    if profile is None:
        raise SourceError(f"{config_path()}: no profile {one_line(name)}; `aliyun configure list` shows the profiles")
    mode = one_line(_text(profile, "mode") or "unknown")
    return Profile(name, mode, _text(profile, "region_id"), _gap(config, profile))


def _named(config: Any, name: str) -> Any:
    """Return the first profile of this name, None if there is none."""
    profiles = config.get("profiles") if isinstance(config, dict) else None
    found = profiles if isinstance(profiles, list) else []
    return next((profile for profile in found if _text(profile, "name") == name), None)


def _gap(config: Any, profile: Any) -> str | None:
    """Return what a profile lacks, or a profile that it builds on."""
    seen: set[str] = set()
    while profile is not None:
        name, mode = _text(profile, "name") or "", _text(profile, "mode")
        for key in _REQUIRED.get(mode, ()):
            if not _text(profile, key):
                return f"{key} of profile {one_line(name)} is empty" if seen else f"{key} is empty"
        if mode != "ChainableRamRoleArn":
            return None
        seen.add(name)
        source = _text(profile, "source_profile") or ""
        if source in seen:
            return f"its source profile {one_line(source)} builds on itself"
        profile = _named(config, source)
    return "its source profile does not exist"


def profile_region(name: str) -> str | None:
    """Return the region of a profile, None if it has none.

    Raises:
        SourceError: See `read_profile`.
    """
    return read_profile(name).region


def _text(item: Any, key: str) -> str | None:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) and value else None
