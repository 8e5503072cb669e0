"""Render the pipelines that `acctgate init` writes: one template for each CI system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from acctgate.commands.init.files import find_renamed, is_marked
from acctgate.commands.init.pack import PLACEHOLDER
from acctgate.commands.init.repository import DEFAULT_PACK, Repository
from acctgate.installation import WHEEL_FOLDER, Installation
from acctgate.version import __version__

UNRECORDED: Final = Installation()


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
    default: str
    """Its path unless it was renamed."""


def pipeline_files(names: Iterable[str], repository: Repository) -> dict[str, PipelineFile]:
    """Return the file to write each pipeline to, by the CI system's name."""
    return {name: _file(PIPELINES[name], repository) for name in dict.fromkeys(names)}


def _file(pipeline: Pipeline, repository: Repository) -> PipelineFile:
    default = pipeline.file
    main = repository.root / pipeline.file
    if pipeline.beside and (repository.prefix or (main.exists() and not is_marked(main))):
        default = pipeline.beside
    if repository.prefix:
        default = default.replace("acctgate", f"acctgate-{_slug(repository)}")
    path = repository.root / default
    renamed = find_renamed(path, default)
    name = path.with_name(renamed).relative_to(repository.root).as_posix() if renamed else default
    return PipelineFile(name, default)


def _slug(repository: Repository) -> str:
    return repository.prefix.replace("/", "-")


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
            file=file or PIPELINES[name].file,
            slug=_slug(repository),
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
