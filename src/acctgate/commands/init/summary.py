"""The summary that `acctgate init` prints: files, rules to tighten, next steps."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import Final

from acctgate.commands.init.files import Change
from acctgate.commands.init.fit import Fit, Gap
from acctgate.commands.init.generate import Generator
from acctgate.commands.init.pipelines import manual_step
from acctgate.commands.init.render import install_step, wheel_folder
from acctgate.commands.init.repository import DEFAULT_PACK, Repository
from acctgate.plan.lock_file import LOCK_FILE
from acctgate.policy import yaml_flow
from acctgate.redact import one_line

_MEANWHILE = {"ratchet": "today's value is the limit", "violated": "advisory"}
_CODEOWNERS: Final = {"github": ".github/CODEOWNERS", "gitlab": "CODEOWNERS"}
Options = Sequence[tuple[str, str | None]]
"""Options of a command line and their values; None is an option that was not given."""


@dataclass(frozen=True, slots=True)
class InitSummary:
    """The result of one run, and the next steps."""

    generator: Generator
    fit: Fit
    sources: Options
    live: Options

    @property
    def repository(self) -> Repository:
        """The repository."""
        return self.generator.repository

    @property
    def _enter(self) -> str:
        """The start of a command that runs in the folder; empty if it is the working directory."""
        folder = self.repository.folder
        return "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "

    @property
    def _pipelines(self) -> dict[str, str]:
        return {name: file.name for name, file in self.generator.pipelines.items()}

    def lines(self, changes: Sequence[Change]) -> Iterator[str]:
        """Yield the lines of the summary, for what was done to the files."""
        yield from self._files(changes)
        for change in changes:
            if change.diff:
                yield from ("", *change.diff)
        yield ""
        yield from self._tighten()
        yield from ("", "Next:", *(f"  {command}" for command in self._next(changes)))
        yield from ("", "Before the pipeline runs:")
        for name, file in self._pipelines.items():
            yield from _block(manual_step(name, file), "  ")
        for step in self._steps():
            yield from _block(step, "  ")
        yield from self._owners()

    def _files(self, changes: Sequence[Change]) -> Iterator[str]:
        before = None
        for change in changes:
            label = "" if change.action == before else change.action
            note = f" ({change.note}; --force overwrites it)" if change.note else ""
            yield f"{label:{len(change.action)}} {change.name}{note}"
            before = change.action

    def _tighten(self) -> Iterator[str]:
        account = one_line(f"account {self.fit.account or self.fit.alias or '(unnamed)'}")
        if not self.fit.gaps:
            yield f"The policy is {self.fit.target}: {account} satisfies all its mandatory rules."
            return
        yield f"The policy fits {account}: nothing blocks today. What to tighten until it is {self.fit.target}:"
        for gap in self.fit.gaps:
            if gap.kind != "unknown":
                yield from self._gap(gap)
        yield from self._unknown()

    def _unknown(self) -> Iterator[str]:
        """Yield the unknown rules, grouped by reason."""
        reasons: dict[str, list[str]] = {}
        for gap in self.fit.gaps:
            if gap.kind == "unknown":
                reasons.setdefault(gap.now, []).append(gap.rule)
        for reason, rules in reasons.items():
            yield from ("", *_block(f"{', '.join(rules)}: {{level: advisory}}", "  "))
            yield from _block(
                f"{reason}; advisory, since it is unknown. Fix this, then run acctgate init again.", "    "
            )

    def _gap(self, gap: Gap) -> Iterator[str]:
        text = f"{gap.now}; {self.fit.target} requires {gap.wanted}; until then {_MEANWHILE[gap.kind]}"
        yield from ("", f"  {gap.rule}: {yaml_flow.dump(dict(gap.entry))}")
        yield from _block(f"{text}. {gap.remediation}", "    ")

    def _next(self, changes: Sequence[Change]) -> Iterator[str]:
        """Yield the commands that show that nothing blocks, and that commit the files."""
        folder, pack = self.repository.folder, self.repository.pack
        preview = self.repository.pulumi and not self.sources
        if preview:
            policy = None if pack == DEFAULT_PACK else f"{pack}/policy.yaml"
            yield self._enter + _command("acctgate preview", [*self.live, ("--policy", policy)])
        else:
            policy = None if not self._enter and pack == DEFAULT_PACK else str(folder / pack / "policy.yaml")
            yield _command(
                "acctgate check", [*self.sources, *([] if self.sources else self.live), ("--policy", policy)]
            )
        if written := [change.name for change in changes if change.action in ("Wrote", "Updated")]:
            root = self.repository.root
            git = "git" if root.resolve() == Path.cwd() else f"git -C {shlex.quote(os.path.relpath(root))}"
            yield f"{git} add {' '.join(written)}"

    def _steps(self) -> Iterator[str]:
        """Yield the manual steps before the pipeline runs."""
        folder = self.repository.folder
        yield install_step(self.generator.installation, (folder / wheel_folder(self.repository)).as_posix())
        for path in self.repository.projects:
            project = shlex.quote((folder / path).as_posix())
            yield f"{project} is a Pulumi project, which this pipeline does not preview: run `acctgate init {project}`"
        if self.repository.pulumi and self.repository.stack_file:
            stack, file = self.repository.stack, self.repository.stack_file
            yield f"the pipeline previews the stack {stack}, which {file} configures"
        elif self.repository.pulumi:
            yield f"the pipeline previews the stack {self.repository.stack}: replace it if yours has another name"
        if self.repository.pack_virtualenv == "venv":
            pack = self.repository.pack
            preview = f"`pulumi preview --policy-pack {pack}`"
            yield f"to use the pack without acctgate, too: `{self._enter}pulumi -C {pack} install`, then {preview}"
        terraform = self.repository.terraform
        if terraform and terraform.terragrunt:
            yield "the pipeline needs Terragrunt 0.77 or newer: add the step that installs it"
            yield (
                "the pipeline judges the plans of all units together, as those of one account: set up the folder of "
                "another account's units by itself, with `acctgate init FOLDER`"
            )
        if terraform and len(terraform.modules) > 1:
            first, *_ = paths = [(folder / module.path).as_posix() for module in terraform.modules]
            yield (
                f"the pipeline judges the plans of {', '.join(paths)} together, as those of one account: set up the "
                f"folders of another account by themselves, for example with `acctgate init {first}`"
            )
        unlocked = [module.path for module in terraform.modules if not module.locked] if terraform else []
        if unlocked:
            files = ", ".join((folder / path / LOCK_FILE).as_posix() for path in unlocked)
            yield (
                f"commit {files}: without the version of the provider in it, settings that depend on the version are "
                "unknown"
            )

    def _owners(self) -> Iterator[str]:
        """Yield lines for CODEOWNERS: what decides about the verdict."""
        file = next((_CODEOWNERS[name] for name in self._pipelines if name in _CODEOWNERS), None)
        if file is None:
            return
        owned = [f"{self.repository.from_root(self.repository.pack)}/", *self._pipelines.values(), file]
        yield from ("", f"Suggested for {file}, with the owners of the policy:")
        yield from (f"  /{name} @ORGANIZATION/security" for name in owned)


def _block(text: str, indent: str) -> list[str]:
    """Wrap text. Code between backticks stays on one line, so that it can be copied."""
    width = max(60, get_terminal_size((110, 24)).columns)
    whole = re.sub("`[^`]*`", lambda code: code[0].replace(" ", "\0"), text)
    lines = wrap(
        whole, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
    return [line.replace("\0", " ") for line in lines]


def _command(name: str, options: Options) -> str:
    given = [f" {option} {shlex.quote(value)}" for option, value in options if value is not None]
    return name + "".join(given)
