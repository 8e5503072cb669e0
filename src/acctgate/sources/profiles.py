"""The profiles of the aliyun CLI, in ~/.aliyun/config.json."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, NamedTuple

from acctgate.reading import SourceError, read_json, read_text
from acctgate.redact import one_line

SHOWN_PATH: Final = "~/.aliyun/config.json"


class Profile(NamedTuple):
    """What acctgate reads of a profile. The credentials in it stay with the SDK."""

    name: str
    mode: str
    """How it gets credentials: AK, StsToken, RamRoleArn, EcsRamRole, OIDC, CloudSSO, External, …"""
    region: str | None


def config_path() -> Path:
    """Return where the aliyun CLI keeps its profiles."""
    home = os.environ.get("HOME") or os.environ.get("HOMEPATH") or str(Path("~").expanduser())
    return Path(home) / ".aliyun" / "config.json"


def read_profile(name: str | None = None) -> Profile:
    """Read a profile, the current one for None.

    Raises:
        SourceError: The file cannot be read, or has no such profile. The message quotes nothing of the file.
    """
    config = read_json(read_text(str(config_path())), str(config_path()))
    name = name or os.environ.get("ALIBABA_CLOUD_PROFILE") or _text(config, "current")
    if not name:
        raise SourceError(f"{config_path()}: no current profile; run `aliyun configure`")
    profiles = config.get("profiles") if isinstance(config, dict) else None
    for profile in profiles if isinstance(profiles, list) else ():
        if _text(profile, "name") == name:
            return Profile(name, one_line(_text(profile, "mode") or "unknown"), _text(profile, "region_id"))
    raise SourceError(f"{config_path()}: no profile {one_line(name)}; `aliyun configure list` shows the profiles")


def profile_region(name: str) -> str | None:
    """Return the region of a profile, None if it has none.

    Raises:
        SourceError: See `read_profile`.
    """
    return read_profile(name).region


def _text(item: Any, key: str) -> str | None:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) and value else None
