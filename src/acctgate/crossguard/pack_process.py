"""What the pack's process keeps across the runs of the engine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace

from acctgate.crossguard import variables
from acctgate.crossguard.configuration import Configuration, PolicySettings, configure
from acctgate.crossguard.recorded_state import Recorded
from acctgate.crossguard.session import Phase, PreviewSession
from acctgate.policy import Policy


class PackProcess:
    """The policy file's policy, and the session of the current run."""

    def __init__(self, policy: Policy, state: Future[Recorded | None] | None = None) -> None:
        """Take what holds across runs.

        Args:
            policy: The policy file's policy.
            state: The recorded state as the first run finds it, if it is being read already.
        """
        self.policy = policy
        self._state = state
        self._session = PreviewSession(Configuration(policy))

    def configure(self, settings: Mapping[str, PolicySettings]) -> None:
        """Begin a session with Pulumi's configuration."""
        state, self._state = self._state, None  # a later run finds another state
        self._session = PreviewSession(configure(self.policy, settings), state=state)

    def drop_state(self) -> None:
        """Forget the recorded state that was read already: it is another stack's."""
        self._state = None

    def identify(self, stack: str | None) -> None:
        """Record which stack is deployed, since waivers may name one. They cannot name a temporary stack."""
        if variables.STATE not in os.environ:
            self.policy = replace(self.policy, stack=stack)
            self._session = PreviewSession(Configuration(self.policy))

    @property
    def session(self) -> PreviewSession:
        """The session of the current run. An update may follow the preview without a new configuration."""
        if self._session.phase == Phase.REPORTED:
            self._session = PreviewSession(self._session.configuration)
        return self._session
