"""Find where the user configured credentials.

The SDK's default chain tries one source after another: where a secret is empty, as in a pull request of a fork, it
silently reads the account of the runner's own profile. So acctgate decides which source is configured, and uses only
that one. If it fails, its own reason is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from acctgate.reading import SourceError
from acctgate.redact import one_line, protect
from acctgate.sources.profiles import SHOWN_PATH, config_path, read_profile
from acctgate.sources.signature import Keys
from acctgate.text import os_reason

_ID: Final = "ALIBABA_CLOUD_ACCESS_KEY_ID"
_SECRET: Final = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"  # noqa: S105 a variable's name
_TOKEN: Final = "ALIBABA_CLOUD_SECURITY_TOKEN"  # noqa: S105
_ROLE: Final = "ALIBABA_CLOUD_ROLE_ARN"
_OIDC_PROVIDER: Final = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"
_OIDC_TOKEN: Final = "ALIBABA_CLOUD_OIDC_TOKEN_FILE"  # noqa: S105
_PROFILE: Final = "ALIBABA_CLOUD_PROFILE"
_INI: Final = "ALIBABA_CLOUD_CREDENTIALS_FILE"
_URI: Final = "ALIBABA_CLOUD_CREDENTIALS_URI"
_SUPPLY: Final = f"set {_ID} and {_SECRET}, or run `aliyun configure`"
INSTANCE: Final = "EcsRamRoleCredentialsProvider"
"""The SDK's provider for the role of an ECS instance. It is tried last, and nobody configures it."""
NOTHING: Final = "no environment variables, OIDC token, profile or ECS role"
"""Why there are no credentials if nothing is configured."""


class Source(NamedTuple):
    """A place where credentials are configured."""

    name: str
    """Its name in messages."""
    kind: str
    """The SDK's provider. Empty if the keys are known already."""
    arguments: Mapping[str, Any] = {}
    keys: Keys | None = None
    """The keys, if they need no provider."""


def find_source(environment: Mapping[str, str], profile: str | None = None) -> Source:
    """Return the source that is configured.

    Raises:
        SourceError: There is none, or its configuration is incomplete.
    """
    if profile:
        return _cli_profile(profile)
    for find in _SOURCES:
        if source := find(environment):
            return source
    raise missing(NOTHING)


def _variables(environment: Mapping[str, str]) -> Source | None:
    if not any(name in environment for name in (_ID, _SECRET)) and not environment.get(_TOKEN):
        return None
    for name in (_ID, _SECRET):
        if not environment.get(name):
            state = "is empty" if name in environment else "is not set"
            raise missing(f"the environment variable {name} {state} (unset {_ID} and {_SECRET} to use another source)")
    keys = Keys(environment[_ID], environment[_SECRET], environment.get(_TOKEN) or None)
    return Source(f"the environment variables {_ID} and {_SECRET}", "", keys=keys)


def _oidc(environment: Mapping[str, str]) -> Source | None:
    if _OIDC_PROVIDER not in environment and _OIDC_TOKEN not in environment:
        return None
    for name in (_ROLE, _OIDC_PROVIDER, _OIDC_TOKEN):
        if not environment.get(name):
            raise missing(f"OIDC: the environment variable {name} is {'empty' if name in environment else 'not set'}")
    file = Path(environment[_OIDC_TOKEN])
    try:
        token = file.read_bytes().strip()
    except OSError as error:
        raise missing(f"OIDC token file {file} ({_OIDC_TOKEN}): {os_reason(error)}") from None
    protect(token.decode("utf-8", errors="replace"))
    if not token:
        raise missing(f"OIDC token file {file} ({_OIDC_TOKEN}): is empty")
    arguments = {
        "role_arn": environment[_ROLE],
        "oidc_provider_arn": environment[_OIDC_PROVIDER],
        "oidc_token_file_path": str(file),
        "role_session_name": environment.get("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
    }
    return Source(f"OIDC (role {environment[_ROLE]})", "OIDCRoleArnCredentialsProvider", arguments)


def _current_profile(environment: Mapping[str, str]) -> Source | None:
    for name in (_PROFILE, _INI, _URI):
        if name in environment and not environment[name].strip():
            raise missing(f"the environment variable {name} is empty (unset it to use another source)")
    disabled = environment.get("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "").lower() == "true"
    return None if disabled or not config_path().is_file() else _cli_profile(None)


def _cli_profile(name: str | None) -> Source:
    try:
        profile = read_profile(name)
    except SourceError as error:
        raise missing(f"profile of the aliyun CLI: {error}") from None
    arguments = {"profile_name": profile.name, "profile_file": str(config_path())}
    shown = f"profile {one_line(profile.name)} ({profile.mode}) of the aliyun CLI ({SHOWN_PATH})"
    if profile.gap is not None:
        raise failed(shown, profile.gap)
    return Source(shown, "CLIProfileCredentialsProvider", arguments)


def _ini_file(environment: Mapping[str, str]) -> Source | None:
    named = environment.get(_INI)
    file = Path(named) if named else config_path().parent.parent / ".alibabacloud" / "credentials.ini"
    if not file.is_file():
        if named:
            raise missing(f"credentials file {file}: no such file")
        return None
    name = environment.get(_PROFILE) or "default"
    arguments = {"profile_file": str(file), "profile_name": name}
    return Source(f"profile {one_line(name)} of {file}", "ProfileCredentialsProvider", arguments)


def _server(environment: Mapping[str, str]) -> Source | None:
    uri = environment.get(_URI)
    return Source(f"the credentials server of {_URI}", "URLCredentialsProvider", {"uri": uri}) if uri else None


def _instance(environment: Mapping[str, str]) -> Source | None:
    if environment.get("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "").lower() == "true":
        return None
    return Source("the role of this ECS instance", INSTANCE, {})


_SOURCES: Final[tuple[Callable[[Mapping[str, str]], Source | None], ...]] = (
    _variables,
    _oidc,
    _current_profile,
    _ini_file,
    _server,
    _instance,
)
"""In the order of the SDK's default chain, except that a server that is named precedes an instance that may be one."""


def missing(reason: str) -> SourceError:
    """Return the error that there are no credentials."""
    return SourceError(f"no credentials for Alibaba Cloud: {reason}; {_SUPPLY}")


def failed(name: str, reason: str) -> SourceError:
    """Return the error of a source that is configured and has no credentials."""
    return missing(f"{name}: {reason}")
