"""Credentials from the source that the user configured."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from acctgate.log import trace
from acctgate.reading import SourceError
from acctgate.redact import one_line, protect
from acctgate.sources.credential_sources import INSTANCE, NOTHING, Source, failed, find_source, missing
from acctgate.sources.deadline import CALL_SECONDS, Deadline, DeadlineError
from acctgate.sources.signature import Keys

_QUOTED: Final = r"""[:'"\[<({]"""
"""Where a message of the SDK begins to quote a file or the output of a program, which may contain a secret."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials from one source."""

    origin: str
    """The source's name in messages."""
    _current: Callable[[], Keys]

    def keys(self) -> Keys:
        """Return the current keys. Temporary ones are renewed.

        Raises:
            SourceError: They could not be renewed.
        """
        try:
            keys = self._current()
        except Exception as error:
            trace(self.origin, error)
            raise failed(self.origin, _reason(error)) from None
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
    source = find_source(os.environ, profile)
    try:
        credentials = Credentials(source.name, _provider(source))
        keys = Deadline.after(CALL_SECONDS).run(credentials.keys)
    except DeadlineError:
        raise failed(source.name, "timeout") from None
    except SourceError:
        if source.kind == INSTANCE:  # nobody configured it
            raise missing(NOTHING) from None
        raise
    except Exception as error:
        trace(source.name, error)
        raise failed(source.name, _reason(error)) from None
    if not keys.access_key_id or not keys.access_key_secret:
        raise failed(source.name, "the AccessKey pair is incomplete")
    return credentials


def _provider(source: Source) -> Callable[[], Keys]:
    """Return what returns the current keys of a source."""
    if (keys := source.keys) is not None:
        return lambda: keys
    from acctgate.sources import sdk  # noqa: PLC0415 - keys in the environment need no SDK

    provider = sdk.provider(source.kind, **source.arguments)
    return lambda: sdk.get_keys(provider)


def _reason(error: Exception) -> str:
    """Return the start of the SDK's message, without what it quotes."""
    text = re.sub(r"^\[Errno \d+\] ", "", str(getattr(error, "message", None) or error))
    return one_line(re.split(_QUOTED, text, maxsplit=1)[0]).strip()[:160] or type(error).__name__
