"""The address of a job, from the variables of the CI system."""

from __future__ import annotations

import pytest

from acctgate.notify.link import find_link, is_link

GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "12"}


@pytest.mark.parametrize(
    ("environment", "link"),
    [
        ({}, None),
        (GITHUB, "https://github.com/a/b/actions/runs/12"),
        ({**GITHUB, "GITHUB_RUN_ID": ""}, None),
        ({"CI_JOB_URL": "https://gitlab.example/a/-/jobs/1"}, "https://gitlab.example/a/-/jobs/1"),
        ({"BUILD_URL": "http://jenkins.example/job/a/1/"}, "http://jenkins.example/job/a/1/"),
        ({"BUILD_URL": "http://jenkins.example/job/<a|b>"}, None),
        ({"CI_JOB_URL": "javascript:alert(1)"}, None),
    ],
)
def test_the_link_of_a_job(environment: dict[str, str], link: str | None) -> None:
    assert find_link(environment) == link


@pytest.mark.parametrize("character", list(" <>|\"'()[]{}\\`\n\x00é"))
def test_characters_that_end_a_link(character: str) -> None:
    assert is_link("https://ci.example/a?b=1&c=%20#d")
    assert not is_link(f"https://ci.example/{character}")
