"""Render the policy pack and the pipelines that `acctgate init` writes.

There is a template for each CI system and command. `@{name}` is a placeholder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from acctgate.commands.init import pack
from acctgate.commands.init.repository import Repository
from acctgate.installation import WHEEL_FOLDER, Installation
from acctgate.version import __version__

_TEMPLATES: Final = Path(__file__).parent / "templates"
_OURS: Final = "# Written by `acctgate init`"
UNRECORDED: Final = Installation()
_PLACEHOLDER: Final = "'<acctgate @ git+URL@COMMIT>'"
"""What stands in a pipeline if nothing says where it can install acctgate from. pip refuses it."""
_OWN_ENVIRONMENT: Final = ".acctgate/venv"
"""Where a pipeline installs acctgate if the project has no virtual environment."""


class _Template(Template):
    """A template with `@{name}`, since pipelines are full of `$` and `{{`."""

    pattern = r"@\{(?P<braced>[a-z]+)\}|(?P<named>(?!))|(?P<escaped>(?!))|(?P<invalid>(?!))"  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A CI system."""

    title: str
    file: str
    """The file where it looks for the pipeline, from the root of the repository."""
    manual_step: str
    """The manual step before the pipeline runs, in one line."""
    beside: str | None = None
    """The file to write and include if the repository has a pipeline of its own in `file`."""


_VARIABLES: Final = "ALIBABA_CLOUD_ROLE_ARN and ALIBABA_CLOUD_OIDC_PROVIDER_ARN"
PIPELINES: Final[Mapping[str, Pipeline]] = {
    "github": Pipeline(
        "GitHub Actions", ".github/workflows/acctgate.yml", f"set the repository's variables {_VARIABLES}"
    ),
    "gitlab": Pipeline(
        "GitLab CI",
        ".gitlab-ci.yml",
        f"set the project's CI/CD variables {_VARIABLES}",
        beside=".gitlab/acctgate.gitlab-ci.yml",
    ),
    "flow": Pipeline(
        "Alibaba Cloud DevOps Flow",
        ".flow/acctgate.yaml",
        "create a YAML pipeline from it in Flow, and replace the <…> placeholders",
    ),
}


def pack_files(repository: Repository) -> dict[str, str]:
    """Return the files of the policy pack, except the policy: path and text."""
    return {
        "policies/PulumiPolicy.yaml": pack.project(repository.virtualenv),
        "policies/__main__.py": pack.MAIN,
    }


def pipeline_paths(names: Iterable[str], repository: Repository) -> dict[str, str]:
    """Return the file to write each pipeline to, by the CI system's name."""
    return {name: _path(PIPELINES[name], repository) for name in dict.fromkeys(names)}


def _path(pipeline: Pipeline, repository: Repository) -> str:
    if pipeline.beside and repository.has(pipeline.file) and not repository.starts_with(pipeline.file, _OURS):
        return pipeline.beside
    return pipeline.file


def manual_step(name: str, file: str) -> str:
    """Return the manual step before the pipeline in `file` runs."""
    pipeline = PIPELINES[name]
    include = f"add `include: {{local: {file}}}` to {pipeline.file}, and " if file == pipeline.beside else ""
    return f"{file} ({pipeline.title}): {include}{pipeline.manual_step}"


def render(
    name: str,
    repository: Repository,
    region: str,
    accounts: Sequence[str] = (),
    installation: Installation = UNRECORDED,
) -> str:
    """Return the pipeline as text.

    Args:
        name: The CI system.
        repository: Where it will be.
        region: The region of the endpoints.
        accounts: The IDs of the accounts that are meant. Empty: they are not known.
        installation: What the pipeline installs.
    """
    mode = "preview" if repository.pulumi else "check"
    venv = repository.virtualenv or _OWN_ENVIRONMENT
    requirements = " -r requirements.txt" if repository.has("requirements.txt") else ""
    packages = f" && {venv}/bin/pip install --quiet{requirements}" if requirements else ""
    values = {
        "version": __version__,
        "region": region,
        "venv": venv,
        "requirements": requirements,
        "packages": packages,
        "stack": repository.stack,
        "options": "".join(f" --account {account}" for account in accounts),
        "account": _account_input(accounts),
        "diffing": installation.requirement() or _PLACEHOLDER,
        "acctgate": installation.requirement("pulumi" if repository.pulumi else None) or _PLACEHOLDER,
        "action": installation.github or "",
    }
    values["gate"] = _fill(f"{name}-{mode}-{'action' if installation.github else 'commands'}", values)
    return _fill(f"{name}-{mode}", values)


def _fill(name: str, values: Mapping[str, str]) -> str:
    """Return a template with these values; nothing if there is no such template."""
    file = _TEMPLATES / f"{name}.yml"
    return _Template(file.read_text(encoding="utf-8")).substitute(values) if file.is_file() else ""


def install_step(installation: Installation) -> str:
    """Return what pipelines install, and the manual step that this needs."""
    if (wheel := installation.wheel) is not None:
        place = f"{WHEEL_FOLDER}/{wheel.name}"
        return f"commit {wheel} as {place}: the pipeline installs acctgate from it, and pip compares its hash"
    if installation.requirement():
        return f"the pipeline installs acctgate from where you did: {installation.requirement()}"
    where = (
        f"from {installation.path}, which only this machine has" if installation.path else "from an unrecorded source"
    )
    return (
        f"replace {_PLACEHOLDER}: this acctgate was installed {where}. Name a commit or a wheel with its hash; the "
        "name alone may be somebody else's on a package index"
    )


def _account_input(accounts: Sequence[str]) -> str:
    """Return the lines with the action's input `account`; nothing without accounts."""
    if not accounts:
        return ""
    if len(accounts) == 1:
        return f'          account: "{accounts[0]}"\n'
    return "          account: |\n" + "".join(f"            {account}\n" for account in accounts)
