"""Which credentials are used: those of the source that is configured, and no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acctgate.reading import SourceError
from acctgate.sources.credential_sources import find_source
from acctgate.sources.credentials import find_credentials
from acctgate.sources.profiles import profile_region
from acctgate.sources.target import Target
from tests.support import one_line
from tests.support.process import run_here

ID, SECRET = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
OIDC = {
    "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1500000000000001:role/ci",
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:ram::1500000000000001:oidc-provider/ci",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "no-such-token",
}
PROFILES = {
    "current": "mine",
    "profiles": [
        {"name": "mine", "mode": "AK", "access_key_id": "MINE", "access_key_secret": "mine-secret"},
        {
            "name": "ci",
            "mode": "AK",
            "access_key_id": "CI",
            "access_key_secret": "ci-secret",
            "region_id": "ap-southeast-1",
        },
        {"name": "half", "mode": "AK", "access_key_id": "HALF", "access_key_secret": ""},
    ],
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with profiles, whose current one is valid, however badly another source is configured."""
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun/config.json").write_text(json.dumps(PROFILES))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    # The SDK reads the variable once, when the first test imports it.
    monkeypatch.setattr("alibabacloud_credentials.utils.auth_util.environment_cli_profile_disabled", "false")
    return tmp_path


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({ID: "", SECRET: ""}, f"the environment variable {ID} is empty"),
        ({ID: "a", SECRET: ""}, f"the environment variable {SECRET} is empty"),
        ({ID: "", SECRET: "b"}, f"the environment variable {ID} is empty"),
        ({ID: "a"}, f"the environment variable {SECRET} is not set"),
        ({"ALIBABA_CLOUD_SECURITY_TOKEN": "t"}, f"the environment variable {ID} is not set"),
        (OIDC, "OIDC token file no-such-token (ALIBABA_CLOUD_OIDC_TOKEN_FILE): no such file"),
        ({**OIDC, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": ""}, "ALIBABA_CLOUD_OIDC_TOKEN_FILE is empty"),
        ({**OIDC, "ALIBABA_CLOUD_ROLE_ARN": ""}, "OIDC: the environment variable ALIBABA_CLOUD_ROLE_ARN is empty"),
        ({"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "x"}, "OIDC: the environment variable ALIBABA_CLOUD_ROLE_ARN is not set"),
        ({"ALIBABA_CLOUD_PROFILE": ""}, "the environment variable ALIBABA_CLOUD_PROFILE is empty"),
        ({"ALIBABA_CLOUD_CREDENTIALS_URI": ""}, "the environment variable ALIBABA_CLOUD_CREDENTIALS_URI is empty"),
        ({"ALIBABA_CLOUD_CREDENTIALS_FILE": " "}, "the environment variable ALIBABA_CLOUD_CREDENTIALS_FILE is empty"),
    ],
)
def test_an_incomplete_source_is_reported_and_no_other_one_is_used(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        find_source(environment)
    assert reason in str(caught.value) and str(caught.value).isprintable()


def test_an_empty_token_file_is_reported(home: Path) -> None:
    (home / "token").write_text("\n")
    with pytest.raises(SourceError, match=r"token \(ALIBABA_CLOUD_OIDC_TOKEN_FILE\): is empty"):
        find_source({**OIDC, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(home / "token")})


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({ID: "a", SECRET: "b"}, f"the environment variables {ID} and {SECRET}"),
        ({}, "profile mine (AK) of the aliyun CLI (~/.aliyun/config.json)"),
        ({"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, "the role of this ECS instance"),
        (
            {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true", "ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/"},
            "the credentials server of ALIBABA_CLOUD_CREDENTIALS_URI",
        ),
    ],
)
def test_the_source_is_named(environment: dict[str, str], name: str) -> None:
    assert find_source(environment).name == name


def test_a_credentials_file_is_named(home: Path) -> None:
    (home / "c.ini").write_text("[default]\n")
    disabled = {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}
    found = find_source({**disabled, "ALIBABA_CLOUD_CREDENTIALS_FILE": str(home / "c.ini")})
    assert found.name == f"profile default of {home / 'c.ini'}"
    with pytest.raises(SourceError, match=r"gone\.ini: no such file"):
        find_source({**disabled, "ALIBABA_CLOUD_CREDENTIALS_FILE": str(home / "gone.ini")})


def test_nothing_is_configured() -> None:
    nowhere = {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true", "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    with pytest.raises(SourceError, match="no environment variables, OIDC token, profile or ECS role"):
        find_source(nowhere)


def test_a_profile_is_used_before_the_environment() -> None:
    assert find_source({ID: "", SECRET: ""}, "ci").name == "profile ci (AK) of the aliyun CLI (~/.aliyun/config.json)"
    assert find_credentials("ci").keys().access_key_id == "CI"
    for name, reason in (("gone", "no profile gone"), ("half", "profile half (AK)")):
        with pytest.raises(SourceError, match=rf"^no credentials for Alibaba Cloud: .*{name}") as caught:
            find_credentials(name)
        assert reason in str(caught.value) and "mine-secret" not in str(caught.value)


def test_without_a_file_of_profiles_the_error_says_what_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "new"))
    with pytest.raises(SourceError, match=r"config\.json: no such file; `aliyun configure` writes it$"):
        profile_region("ci")


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ({"mode": "AK"}, "access_key_id is empty"),
        ({"mode": "AK", "access_key_id": "A"}, "access_key_secret is empty"),
        ({"mode": "StsToken", "access_key_id": "A", "access_key_secret": "s"}, "sts_token is empty"),
        ({"mode": "RamRoleArn", "access_key_id": "A", "access_key_secret": "s"}, "ram_role_arn is empty"),
        ({"mode": "OIDC", "ram_role_arn": "r"}, "oidc_provider_arn is empty"),
        ({"mode": "ChainableRamRoleArn", "ram_role_arn": "r"}, "source_profile is empty"),
        (
            {"mode": "ChainableRamRoleArn", "ram_role_arn": "r", "source_profile": "gone"},
            "source profile does not exist",
        ),
        ({"mode": "ChainableRamRoleArn", "ram_role_arn": "r", "source_profile": "x"}, "builds on itself"),
        (
            {"mode": "ChainableRamRoleArn", "ram_role_arn": "r", "source_profile": "half"},
            "access_key_secret of profile half is empty",
        ),
    ],
)
def test_an_incomplete_profile_is_not_filled_up_from_the_environment(
    profile: dict[str, str], reason: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK would use the keys of the environment, which may belong to another account."""
    document = {"current": "x", "profiles": [*PROFILES["profiles"], {"name": "x", **profile}]}
    (home / ".aliyun/config.json").write_text(json.dumps(document))
    for part in ("access_key_id", "access_key_secret", "security_token"):
        monkeypatch.setattr(f"alibabacloud_credentials.utils.auth_util.environment_{part}", "of the environment")
    with pytest.raises(SourceError, match=reason):
        find_credentials("x")


def test_the_region_of_a_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Target.chosen(None, None, None, "ci").region == "ap-southeast-1"
    assert Target.chosen(None, None, None, "mine").region == "cn-shanghai"
    assert Target.chosen("cn-hangzhou", None, None, "ci").region == "cn-hangzhou"
    monkeypatch.setenv("ACCTGATE_PROFILE", "ci")
    assert Target.chosen(None, None, None).host("config") == "config.ap-southeast-1.aliyuncs.com"


@pytest.mark.parametrize("option", ["--role-arn", "--profile", "--region", "--endpoint"])
def test_an_empty_option_does_not_stand_for_the_default(option: str) -> None:
    done = run_here("snapshot", option, "")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "is empty")


@pytest.mark.parametrize("variable", ["ACCTGATE_ROLE_ARN", "ACCTGATE_PROFILE"])
def test_an_empty_variable_does_not_read_the_default_account(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "")
    with pytest.raises(SourceError, match=rf"\({variable}\) is empty"):
        Target.chosen(None, None, None)
