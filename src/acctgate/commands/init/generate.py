"""The files that `acctgate init` writes into a repository: their names, and their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from acctgate.commands.init.files import mark, state_of
from acctgate.commands.init.fit import Fit, reason_to_keep
from acctgate.commands.init.pack import pack_files
from acctgate.commands.init.pipelines import PipelineFile
from acctgate.commands.init.render import render
from acctgate.commands.init.repository import Repository
from acctgate.installation import Installation
from acctgate.policy import Policy


@dataclass(frozen=True, slots=True)
class Generator:
    """Generates the files of a repository. Names are paths from its root."""

    repository: Repository
    pipelines: Mapping[str, PipelineFile]
    """By the CI system's name."""
    installation: Installation

    @property
    def policy_name(self) -> str:
        """The policy file."""
        return self.repository.from_root(f"{self.repository.pack}/policy.yaml")

    @property
    def policy_file(self) -> Path:
        """The path of the policy file."""
        return self.repository.root / self.policy_name

    def names(self) -> list[str]:
        """Return the names of all files."""
        pack = map(self.repository.from_root, pack_files(self.repository, self.installation))
        return [self.policy_name, *pack, *(file.name for file in self.pipelines.values())]

    def texts(self, fitted: Fit, region: str, role: str | None = None) -> dict[str, str]:
        """Return the text of each file, with the comment that later runs recognize it by.

        Args:
            fitted: The policy.
            region: The region of the endpoints.
            role: The role to assume, to read another account.
        """
        repository = self.repository
        files = {f"{repository.pack}/policy.yaml": fitted.text(), **pack_files(repository, self.installation)}
        texts = {repository.from_root(name): mark(name, text) for name, text in files.items()}
        for name, file in self.pipelines.items():
            text = render(name, repository, region, fitted.expected_accounts, self.installation, file.name, role)
            texts[file.name] = mark(file.mark, text)
        return texts

    def kept(self, fitted: Policy, now: datetime) -> dict[str, str]:
        """Return the files that a later run keeps though nobody edited them, and why.

        Raises:
            PolicyError: The present policy cannot be loaded.
        """
        if state_of(self.policy_file) != "written":
            return {}
        reason = reason_to_keep(self.policy_file, fitted, now)
        return {} if reason is None else {self.policy_name: reason}
