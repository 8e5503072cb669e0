"""Render the pipelines that `acctgate init` writes: one template for each CI system."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from acctgate.commands.init.files import find_renamed, is_marked
from acctgate.commands.init.pack import PLACEHOLDER
from acctgate.commands.init.repository import DEFAULT_PACK, Repository, plain_path
from acctgate.installation import WHEEL_FOLDER, Installation
from acctgate.policy import yaml_flow
from acctgate.version import __version__

UNRECORDED: Final = Installation()
_UNIQUE: Final = "--"
"""The separator of folders in names. One hyphen is usual, and also part of folders' names."""
_REGION: Final = re.compile(
    r"""^ *(?:export )?(?:region: |ACCTGATE_REGION(?:: |=| = '))([a-z0-9-]+)'?$""", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A CI system."""

    title: str
    template: str
    file: str
    """The file where it looks for the pipeline, from the root of the repository."""
    manual_step: str
    """The manual step before the pipeline runs, in one line."""
    beside: str | None = None
    """The file to write if the repository has a pipeline of its own in `file`, or if it is for a folder below."""
    include: str = ""
    """How the file `beside` is used, as the beginning of the manual step. `@` is its path."""


_VARIABLES: Final = "ALIBABA_CLOUD_ROLE_ARN and ALIBABA_CLOUD_OIDC_PROVIDER_ARN"
PIPELINES: Final[Mapping[str, Pipeline]] = {
    "github": Pipeline(
        "GitHub Actions",
        "github.yml",
        ".github/workflows/acctgate.yml",
        f"set the repository's variables {_VARIABLES}",
    ),
    "gitlab": Pipeline(
        "GitLab CI",
        "gitlab.yml",
        ".gitlab-ci.yml",
        f"set the project's CI/CD variables {_VARIABLES}",
        beside=".gitlab/acctgate.gitlab-ci.yml",
        include="add `include: {local: @}` to .gitlab-ci.yml, and ",
    ),
    "flow": Pipeline(
        "Alibaba Cloud DevOps Flow",
        "flow.yml",
        ".flow/acctgate.yaml",
        "create a YAML pipeline from it in Flow, and replace the <…> placeholders",
    ),
    "jenkins": Pipeline(
        "Jenkins",
        "jenkins.groovy",
        "Jenkinsfile",
        f"set the variables {_VARIABLES} of Jenkins, and create the credentials acctgate-oidc",
        beside="Jenkinsfile.acctgate",
        include="create a multibranch pipeline with the script path @, ",
    ),
}


@dataclass(frozen=True, slots=True)
class PipelineFile:
    """The file of a pipeline."""

    name: str
    """Its path from the root of the repository."""
    mark: str
    """The path by which later runs know it. No other folder has the same."""


def pipeline_files(names: Iterable[str], repository: Repository) -> dict[str, PipelineFile]:
    """Return the file to write each pipeline to, by the CI system's name.

    Raises:
        SourceError: It was renamed to something that no pipeline can use.
    """
    return {name: _file(PIPELINES[name], repository) for name in dict.fromkeys(names)}


def written_systems(repository: Repository) -> tuple[str, ...]:
    """Return the CI systems for which an earlier run wrote a pipeline for this folder."""
    files = pipeline_files(PIPELINES, repository)
    return tuple(name for name, file in files.items() if is_marked(repository.root / file.name))


def written_region(repository: Repository) -> str | None:
    """Return the region in the pipelines of an earlier run, None if they name none or several."""
    files = (repository.root / pipeline_files([name], repository)[name].name for name in written_systems(repository))
    regions = {found for file in files for found in _REGION.findall(file.read_text(encoding="utf-8", errors="replace"))}
    return regions.pop() if len(regions) == 1 else None


def _file(pipeline: Pipeline, repository: Repository) -> PipelineFile:
    default = mark = pipeline.file
    main = repository.root / pipeline.file
    if pipeline.beside and (repository.prefix or (main.exists() and not is_marked(main))):
        default = mark = pipeline.beside
    if repository.prefix:
        default = default.replace("acctgate", f"acctgate-{_slug(repository)}")
        mark = mark.replace("acctgate", f"acctgate-{_slug(repository, _UNIQUE)}")
    path = repository.root / default
    if is_marked(path) and not is_marked(path, mark):  # it is that of a-b, and this one is for a/b
        return PipelineFile(mark, mark)
    renamed = find_renamed(path, mark)
    if renamed:
        plain_path(renamed, str(path.with_name(renamed)))
    name = path.with_name(renamed).relative_to(repository.root).as_posix() if renamed else default
    return PipelineFile(name, mark)


def _slug(repository: Repository, separator: str = "-") -> str:
    """Return the folder as part of names."""
    return repository.prefix.replace("/", separator)


def manual_step(name: str, file: str) -> str:
    """Return the manual step before the pipeline in `file` runs."""
    pipeline = PIPELINES[name]
    include = "" if file == pipeline.file else pipeline.include.replace("@", file)
    return f"{file} ({pipeline.title}): {include}{pipeline.manual_step}"


def render(
    name: str,
    repository: Repository,
    region: str,
    accounts: Sequence[str] = (),
    installation: Installation = UNRECORDED,
    file: str | None = None,
) -> str:
    """Return the pipeline as text.

    Args:
        name: The CI system.
        repository: Where it will be.
        region: The region of the endpoints.
        accounts: The IDs of the accounts that are meant. Empty: they are not known.
        installation: What the pipeline installs.
        file: The pipeline's file, from the root of the repository.
    """
    wheels = wheel_folder(repository)
    extra = "pulumi" if repository.pulumi else None
    missing = f"'{PLACEHOLDER}'"
    return (
        _environment()
        .get_template(PIPELINES[name].template)
        .render(
            repository=repository,
            terraform=repository.terraform,
            scalar=yaml_flow.dump,
            file=file or PIPELINES[name].file,
            slug=unique if (unique := _slug(repository, _UNIQUE)) in (file or "") else _slug(repository),
            base=f"{repository.prefix}/" if repository.prefix else "",
            policy="" if repository.pack == DEFAULT_PACK else f"{repository.pack}/policy.yaml",
            version=__version__,
            region=region,
            venv=repository.environment,
            requirements=" -r requirements.txt" if _has_python_packages(repository) else "",
            accounts=accounts,
            command=_command(repository, accounts),
            diffing=installation.requirement(wheels=wheels) or missing,
            acctgate=installation.requirement(extra, wheels) or missing,
            action=installation.github,
        )
    )


def _has_python_packages(repository: Repository) -> bool:
    return repository.runtime == "python" and repository.has("requirements.txt")


def _command(repository: Repository, accounts: Sequence[str]) -> str:
    """Return the command that judges the account, without formats."""
    options = [f"--account {account}" for account in accounts]
    if repository.pack != DEFAULT_PACK:
        options.insert(0, f"--policy {repository.pack}/policy.yaml")
    if repository.pulumi:
        return " ".join(["acctgate preview --stack", repository.stack, *options])
    plans = [f"--plan {plan}" for plan in repository.terraform.plans] if repository.terraform else []
    return " ".join(["acctgate check", *plans, *options])


@cache
def _environment() -> Environment:
    """Return the environment of the templates: `@{…}` is a value, and `@% … %@` a statement.

    Pipelines are full of jinja2's own `{{` and `{%`.
    """
    return Environment(
        loader=PackageLoader("acctgate.commands.init", "templates"),
        autoescape=False,  # noqa: S701 - YAML and Groovy, from values that were checked
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        variable_start_string="@{",
        variable_end_string="}",
        trim_blocks=True,
        lstrip_blocks=True,
        block_start_string="@%",
        block_end_string="%@",
        comment_start_string="@#",
        comment_end_string="#@",
    )


def wheel_folder(repository: Repository) -> str:
    """Return where pipelines expect a wheel that was installed from a local file: in the policy pack, if there is one.

    So that the pack has it, too, wherever it is published.
    """
    return repository.pack if repository.pulumi else WHEEL_FOLDER


def install_step(installation: Installation, wheels: str = WHEEL_FOLDER) -> str:
    """Return what pipelines install, and the manual step that this needs.

    Args:
        installation: Where acctgate was installed from.
        wheels: Where pipelines expect a wheel.
    """
    if (wheel := installation.wheel) is not None:
        place = f"{wheels}/{wheel.name}"
        return f"commit {wheel} as {place}: the pipeline installs acctgate from it, and pip compares its hash"
    if installation.requirement():
        return f"the pipeline installs acctgate from where you did: {installation.requirement()}"
    where = (
        f"from {installation.path}, which only this machine has" if installation.path else "from an unrecorded source"
    )
    return (
        f"replace '{PLACEHOLDER}': this acctgate was installed {where}. Name a commit or a wheel with its hash; the "
        "name alone may be somebody else's on a package index"
    )
