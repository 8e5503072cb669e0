"""The pipelines of CI systems: the files that `acctgate init` writes, and finds again in later runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from acctgate.commands.init.files import find_renamed, is_marked
from acctgate.commands.init.repository import Repository, plain_path
from acctgate.reading import text_or_empty

UNIQUE: Final = "--"
"""The separator of folders in names. One hyphen is usual, and also part of folders' names."""
_REGION: Final = "[a-z0-9-]+"
_ROLE: Final = "acs:ram::[0-9]+:role/[A-Za-z0-9._-]+"


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
    return _written("region", _REGION, repository)


def written_role(repository: Repository) -> str | None:
    """Return the role to assume in the pipelines of an earlier run, None if they name none or several."""
    return _written("role-arn", _ROLE, repository)


def _written(option: str, value: str, repository: Repository) -> str | None:
    """Return the only value that the pipelines of an earlier run have for an option."""
    variable = f"ACCTGATE_{option.replace('-', '_').upper()}"
    line = re.compile(rf"^ *(?:export )?(?:{option}: |{variable}(?:: |=| = '))({value})'?$", re.MULTILINE)
    files = (repository.root / pipeline_files([name], repository)[name].name for name in written_systems(repository))
    found = {each for file in files for each in line.findall(text_or_empty(file))}
    return found.pop() if len(found) == 1 else None


def _file(pipeline: Pipeline, repository: Repository) -> PipelineFile:
    default = mark = pipeline.file
    main = repository.root / pipeline.file
    if pipeline.beside and (repository.prefix or (main.exists() and not is_marked(main))):
        default = mark = pipeline.beside
    if repository.prefix:
        default = default.replace("acctgate", f"acctgate-{slug(repository)}")
        mark = mark.replace("acctgate", f"acctgate-{slug(repository, UNIQUE)}")
    path = repository.root / default
    if is_marked(path) and not is_marked(path, mark):  # it is that of a-b, and this one is for a/b
        return PipelineFile(mark, mark)
    renamed = find_renamed(path, mark)
    if renamed:
        plain_path(renamed, str(path.with_name(renamed)))
    name = path.with_name(renamed).relative_to(repository.root).as_posix() if renamed else default
    return PipelineFile(name, mark)


def slug(repository: Repository, separator: str = "-") -> str:
    """Return the folder as part of names."""
    return repository.prefix.replace("/", separator)


def manual_step(name: str, file: str) -> str:
    """Return the manual step before the pipeline in `file` runs."""
    pipeline = PIPELINES[name]
    include = "" if file == pipeline.file else pipeline.include.replace("@", file)
    return f"{file} ({pipeline.title}): {include}{pipeline.manual_step}"
