"""Find the credentials that the user configured.

The SDK's default chain tries one source after another: where a secret is empty, as in a pull request of a fork, it
silently reads the account of the runner's own profile. So acctgate decides which source is configured, and uses only
that one. If it fails, its own reason is reported.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from acctgate.log import trace
from acctgate.reading import SourceError
from acctgate.redact import one_line, protect
from acctgate.sources.deadline import CALL_SECONDS, Deadline, DeadlineError
from acctgate.sources.profiles import SHOWN_PATH, config_path, read_profile
from acctgate.text import os_reason

if TYPE_CHECKING:
    from acctgate.sources.sdk import Keys

_ID: Final = "ALIBABA_CLOUD_ACCESS_KEY_ID"
_SECRET: Final = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"  # noqa: S105 a variable's name
_TOKEN: Final = "ALIBABA_CLOUD_SECURITY_TOKEN"  # noqa: S105
_ROLE: Final = "ALIBABA_CLOUD_ROLE_ARN"
_OIDC_PROVIDER: Final = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"
_OIDC_TOKEN: Final = "ALIBABA_CLOUD_OIDC_TOKEN_FILE"  # noqa: S105
_PROFILE: Final = "ALIBABA_CLOUD_PROFILE"
_INI: Final = "ALIBABA_CLOUD_CREDENTIALS_FILE"
_URI: Final = "ALIBABA_CLOUD_CREDENTIALS_URI"
SUPPLY: Final = f"set {_ID} and {_SECRET}, or run `aliyun configure`"
_INSTANCE: Final = "EcsRamRoleCredentialsProvider"
_NOTHING: Final = "no environment variables, OIDC token, profile or ECS role"
_QUOTED: Final = r"""[:'"\[<({]"""
"""Where a message of the SDK begins to quote a file or the output of a program, which may contain a secret."""


class Source(NamedTuple):
    """A place where credentials are configured."""

    name: str
    """Its name in messages."""
    kind: str
    """The SDK's provider."""
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials from one source."""

    origin: str
    """The source's name in messages."""
    _provider: Any

    def keys(self) -> Keys:
        """Return the current keys. Temporary ones are renewed.

        Raises:
            SourceError: They could not be renewed.
        """
        from acctgate.sources import sdk  # noqa: PLC0415 - the SDK loads only for a live call

        try:
            keys, _ = sdk.get_keys(self._provider)
        except Exception as error:
            trace(self.origin, error)
            raise _failed(self.origin, _reason(error)) from None
        protect(*keys)
        return keys


def find_credentials(profile: str | None = None) -> Credentials:
    """Return the credentials of the source that the user configured.

    Args:
        profile: A profile of the aliyun CLI, None for the first source that is configured: environment variables,
            OIDC, the CLI's current profile, credentials.ini, a credentials server, the role of the ECS instance.

    Raises:
        SourceError: No source is configured, or the configured one has no credentials.
    """
    from acctgate.sources import sdk  # noqa: PLC0415 - the SDK loads only for a live call

    source = find_source(os.environ, profile)
    try:
        credentials = Credentials(source.name, sdk.provider(source.kind, **source.arguments))
        keys = Deadline.after(CALL_SECONDS).run(credentials.keys)
    except DeadlineError:
        raise _failed(source.name, "timeout") from None
    except SourceError:
        if source.kind == _INSTANCE:  # nobody configured it
            raise _missing(_NOTHING) from None
        raise
    except Exception as error:
        trace(source.name, error)
        raise _failed(source.name, _reason(error)) from None
    if not keys.access_key_id or not keys.access_key_secret:
        raise _failed(source.name, "the AccessKey pair is incomplete")
    return credentials


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
    raise _missing(_NOTHING)


def _variables(environment: Mapping[str, str]) -> Source | None:
    if not any(name in environment for name in (_ID, _SECRET)) and not environment.get(_TOKEN):
        return None
    for name in (_ID, _SECRET):
        if not environment.get(name):
            state = "is empty" if name in environment else "is not set"
            raise _missing(f"the environment variable {name} {state} (unset {_ID} and {_SECRET} to use another source)")
    pair = {"access_key_id": environment[_ID], "access_key_secret": environment[_SECRET]}
    name = f"the environment variables {_ID} and {_SECRET}"
    if token := environment.get(_TOKEN):
        return Source(name, "StaticSTSCredentialsProvider", {**pair, "security_token": token})
    return Source(name, "StaticAKCredentialsProvider", pair)


def _oidc(environment: Mapping[str, str]) -> Source | None:
    if _OIDC_PROVIDER not in environment and _OIDC_TOKEN not in environment:
        return None
    for name in (_ROLE, _OIDC_PROVIDER, _OIDC_TOKEN):
        if not environment.get(name):
            raise _missing(f"OIDC: the environment variable {name} is {'empty' if name in environment else 'not set'}")
    file = Path(environment[_OIDC_TOKEN])
    try:
        token = file.read_bytes().strip()
    except OSError as error:
        raise _missing(f"OIDC token file {file} ({_OIDC_TOKEN}): {os_reason(error)}") from None
    protect(token.decode("utf-8", errors="replace"))
    if not token:
        raise _missing(f"OIDC token file {file} ({_OIDC_TOKEN}): is empty")
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
            raise _missing(f"the environment variable {name} is empty (unset it to use another source)")
    disabled = environment.get("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "").lower() == "true"
    return None if disabled or not config_path().is_file() else _cli_profile(None)


def _cli_profile(name: str | None) -> Source:
    try:
        profile = read_profile(name)
    except SourceError as error:
        raise _missing(f"profile of the aliyun CLI: {error}") from None
    arguments = {"profile_name": profile.name, "profile_file": str(config_path())}
    shown = f"profile {one_line(profile.name)} ({profile.mode}) of the aliyun CLI ({SHOWN_PATH})"
    if profile.gap is not None:
        raise _failed(shown, profile.gap)
    return Source(shown, "CLIProfileCredentialsProvider", arguments)


def _ini_file(environment: Mapping[str, str]) -> Source | None:
    named = environment.get(_INI)
    file = Path(named) if named else config_path().parent.parent / ".alibabacloud" / "credentials.ini"
    if not file.is_file():
        if named:
            raise _missing(f"credentials file {file}: no such file")
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
    return Source("the role of this ECS instance", _INSTANCE, {})


_SOURCES: Final[tuple[Callable[[Mapping[str, str]], Source | None], ...]] = (
    _variables,
    _oidc,
    _current_profile,
    _ini_file,
    _server,
    _instance,
)
"""In the order of the SDK's default chain, except that a server that is named precedes an instance that may be one."""


def _missing(reason: str) -> SourceError:
    return SourceError(f"no credentials for Alibaba Cloud: {reason}; {SUPPLY}")


def _failed(name: str, reason: str) -> SourceError:
    return _missing(f"{name}: {reason}")


def _reason(error: Exception) -> str:
    """Return the start of the SDK's message, without what it quotes."""
    text = re.sub(r"^\[Errno \d+\] ", "", str(getattr(error, "message", None) or error))
    return one_line(re.split(_QUOTED, text, maxsplit=1)[0]).strip()[:160] or type(error).__name__
