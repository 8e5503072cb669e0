"""Render the pipelines: one template for each CI system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from acctgate.commands.init.pack import PLACEHOLDER
from acctgate.commands.init.pipelines import PIPELINES, UNIQUE, slug
from acctgate.commands.init.repository import DEFAULT_PACK, Repository
from acctgate.installation import WHEEL_FOLDER, Installation
from acctgate.policy import yaml_flow
from acctgate.version import __version__

UNRECORDED: Final = Installation()
ACTIONS: Final[Mapping[str, str]] = {
    "checkout": "actions/checkout@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0",
    "setup_python": "actions/setup-python@ece7cb06caefa5fff74198d8649806c4678c61a1 # v6.3.0",
    "pulumi": "pulumi/actions@8582a9e8cc630786854029b4e09281acd6794b58 # v6.6.1",
    "opentofu": "opentofu/setup-opentofu@a1320f892987e89d278cc92dc5adc984fb93aca4 # v2.0.2",
    "terraform": "hashicorp/setup-terraform@dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1",
    "credentials": "aliyun/configure-aliyun-credentials-action@b347e60e64028a4d567a8f31ca42e1b0706c3c99 # v1.0.7",
    "upload": "github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2",
}
"""The actions of workflows, by commit: a tag can be moved, and the job has credentials."""
IMAGES: Final[Mapping[str, str]] = {
    "python": "python:3.12",
    "pulumi": "pulumi/pulumi:3.259.0",
    "terraform": "hashicorp/terraform:1.13.3",
    "tofu": "ghcr.io/opentofu/opentofu:1.12.6",
}
"""The container images of GitLab's jobs."""


def render(
    name: str,
    repository: Repository,
    region: str,
    accounts: Sequence[str] = (),
    installation: Installation = UNRECORDED,
    file: str | None = None,
    role: str | None = None,
) -> str:
    """Return the pipeline as text.

    Args:
        name: The CI system.
        repository: Where it will be.
        region: The region of the endpoints.
        accounts: The IDs of the expected accounts. Empty: they are unknown.
        installation: What the pipeline installs.
        file: The pipeline's file, from the root of the repository.
        role: The role to assume, to read another account.
    """
    wheels = wheel_folder(repository)
    extra = "pulumi" if repository.pulumi else None
    missing = f"'{PLACEHOLDER}'"
    file = file or PIPELINES[name].file
    return (
        _environment()
        .get_template(PIPELINES[name].template)
        .render(
            repository=repository,
            terraform=repository.terraform,
            scalar=yaml_flow.dump,
            file=file,
            slug=_slug_in(file, repository),
            base=f"{repository.prefix}/" if repository.prefix else "",
            policy="" if repository.pack == DEFAULT_PACK else f"{repository.pack}/policy.yaml",
            version=__version__,
            region=region,
            role=role,
            actions=ACTIONS,
            images=IMAGES,
            venv=repository.environment,
            requirements=" -r requirements.txt" if _has_python_packages(repository) else "",
            accounts=accounts,
            command=_command(repository, accounts),
            diffing=installation.requirement(wheels=wheels) or missing,
            acctgate=installation.requirement(extra, wheels) or missing,
            action=installation.github,
        )
    )


def _slug_in(file: str, repository: Repository) -> str:
    """Return the folder as part of names, as the pipeline's file has it."""
    unique = slug(repository, UNIQUE)
    return unique if unique in file else slug(repository)


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
    return WHEEL_FOLDER if repository.terraform else repository.pack


def install_step(installation: Installation, wheels: str = WHEEL_FOLDER) -> str:
    """Return what pipelines install, and the manual step that this needs.

    Args:
        installation: Where acctgate was installed from.
        wheels: Where pipelines expect a wheel, from the working directory.
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
