"""The summary that `acctgate init` prints: files, rules to tighten, next steps."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from shutil import get_terminal_size
from textwrap import wrap

from acctgate.commands.init.fit import Fit, Gap
from acctgate.commands.init.pipelines import install_step, manual_step
from acctgate.commands.init.repository import Repository, root
from acctgate.installation import Installation
from acctgate.policy import yaml_flow
from acctgate.redact import one_line

_MOVE = "move them there, and run them in this folder (working-directory, or cd)"
_MEANWHILE = {"ratchet": "today's value is the limit", "violated": "advisory"}
Options = Sequence[tuple[str, str | None]]
"""Options of a command line and their values; None is an option that was not given."""


@dataclass(frozen=True, slots=True)
class InitSummary:
    """The result of one run, and the next steps."""

    repository: Repository
    fit: Fit
    pipelines: Mapping[str, str]
    """CI system → file."""
    sources: Options
    live: Options
    installation: Installation

    def lines(self, files: Sequence[str]) -> Iterator[str]:
        """Yield the lines of the summary, for the files that were written."""
        for number, file in enumerate(files):
            yield f"{'' if number else 'Wrote':6}{file}"
        yield ""
        yield from self._tighten()
        yield from ("", "Next:", f"  {self._check()}", f"  {self._commit(files)}")
        yield from ("", "Before the pipeline runs:")
        for name, file in self.pipelines.items():
            yield f"  {manual_step(name, file)}"
        yield from _block(install_step(self.installation), "  ")
        top = root(self.repository.folder)
        if top is not None and top != self.repository.folder.resolve():
            yield from _block(f"pipelines are found only at the repository's root, {top}: {_MOVE}", "  ")

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
                f"{reason}; advisory, since it is unknown. Fix this, then run acctgate init --force.", "    "
            )

    def _gap(self, gap: Gap) -> Iterator[str]:
        text = f"{gap.now}; {self.fit.target} requires {gap.wanted}; until then {_MEANWHILE[gap.kind]}"
        yield from ("", f"  {gap.rule}: {yaml_flow.dump(dict(gap.entry))}")
        yield from _block(f"{text}. {gap.remediation}", "    ")

    def _check(self) -> str:
        """Return the command that shows that nothing blocks."""
        folder = self.repository.folder
        here = folder.resolve() == folder.cwd()
        if self.repository.pulumi and not self.sources:
            cd = "" if here else f"cd {shlex.quote(str(folder))} && "
            return cd + _command("acctgate preview", self.live)
        policy = None if here else str(folder / "policies/policy.yaml")
        return _command("acctgate check", [*self.sources, *([] if self.sources else self.live), ("--policy", policy)])

    def _commit(self, files: Sequence[str]) -> str:
        folder = self.repository.folder
        git = "git" if folder.resolve() == folder.cwd() else f"git -C {shlex.quote(str(folder))}"
        return f"{git} add {' '.join(files)}"


def _block(text: str, indent: str) -> list[str]:
    width = max(60, get_terminal_size((110, 24)).columns)
    return wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )


def _command(name: str, options: Options) -> str:
    given = [f" {option} {shlex.quote(value)}" for option, value in options if value is not None]
    return name + "".join(given)
