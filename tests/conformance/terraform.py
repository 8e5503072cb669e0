"""Predict and deploy generated cases with real Terraform or OpenTofu and the real provider, on the demo account."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from acctgate.demo import DemoServer
from tests.conformance.cases import ALL, ENFORCE, KEYS, Case, Options, Settings, account_id, accounts, change
from tests.conformance.check import POLICY, judged_by_check, snapshots
from tests.conformance.run import possible
from tests.conformance.tally import Tally

TOOL: Final = shutil.which("tofu") or shutil.which("terraform")
AVAILABLE: Final = TOOL is not None and Path(os.environ.get("TF_CLI_CONFIG_FILE", "")).is_file()
"""Whether a tool is on PATH, and TF_CLI_CONFIG_FILE provides the alicloud provider: nothing is downloaded."""
_TYPE: Final = "alicloud_ram_security_preference"
_REQUIRED: Final = {"required_providers": {"alicloud": {"source": "aliyun/alicloud"}}}
_REPLACES: Final = "terraform_data.again"


class TerraformError(Exception):
    """The tool has refused a generated case."""


def deploy(given: Sequence[Case], options: Options, tally: Tally) -> None:
    """Deploy the cases' first configuration, let their accounts drift, predict the second, and deploy it."""
    options = replace(possible(options, given), dependents=False)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (tls := folder / "tls").mkdir()
        with DemoServer(*accounts(given), tls=tls) as server:
            environment = {**os.environ, **server.environment, "SSL_CERT_FILE": str(server.certificate)}
            policy = folder / "policy.yaml"
            policy.write_text(POLICY, encoding="utf-8")

            def run(*arguments: str) -> str:
                assert TOOL is not None
                done = subprocess.run(
                    [TOOL, *arguments], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
                )
                if done.returncode:
                    raise TerraformError(f"{' '.join(arguments)}: {done.stderr}")
                return done.stdout

            def write(*, second: bool) -> None:
                for name, module in configuration(given, server.endpoint, second=second).items():
                    (folder / name).mkdir(exist_ok=True)
                    (folder / name / "main.tf.json").write_text(json.dumps(module, indent=1), encoding="utf-8")
                run("get")

            write(second=False)
            run("apply", "-auto-approve", "-input=false")
            for account, case in zip(server.accounts.values(), given, strict=False):
                change(account, case.drift)
            for index in options.taint:
                run("taint", address(index))
            live = snapshots(list(server.accounts.values())[: len(given)])
            write(second=True)
            run("plan", "-input=false", "-out=plan", *_arguments(options))
            plan = folder / "plan.json"
            plan.write_text(run("show", "-json", "plan"), encoding="utf-8")
            report = judged_by_check(plan, live, policy)
            run("apply", "-input=false", "plan")
            tally.compare("Terraform plan", given, report, list(server.accounts.values()))


def address(index: int) -> str:
    """Return the address of a case's resource."""
    return f"{_TYPE}.preference{index}"


def configuration(given: Sequence[Case], endpoint: str, *, second: bool) -> dict[str, dict[str, Any]]:
    """Return a configuration (JSON syntax) that declares the preferences of all cases: the modules by their folder.

    Args:
        given: The cases.
        endpoint: The demo account.
        second: Whether it is the configuration whose deploy is predicted, or the one before.
    """
    declared = {
        index: (case, values)
        for index, case in enumerate(given)
        if (values := case.planned if second else case.deployed) is not None
    }
    resources, nested = dict[str, Any](), dict[str, dict[str, Any]]()
    for index, (case, values) in declared.items():
        resource = _resource(index, case, values, second=second)
        if second and "nested" in case.moved:
            del resource["provider"]
            nested[f"team{index}"] = {"terraform": _REQUIRED, "resource": {_TYPE: {_name(index, case): resource}}}
        else:
            resources[_name(index, case if second else None)] = resource
    names = [(f"account{index}", account_id(index)) for index in range(len(given))]
    root = {
        "terraform": _REQUIRED,
        "provider": {"alicloud": [_provider(name, account, endpoint) for name, account in names]},
        "resource": {"terraform_data": _helpers(second=second), **({_TYPE: resources} if resources else {})},
        "module": {name: _call(name) for name in nested},
        **(_blocks({index: case for index, (case, _) in declared.items()}) if second else {}),
    }
    return {".": {name: part for name, part in root.items() if part}, **nested}


def _name(index: int, case: Case | None) -> str:
    """Return the name of a resource; without a case, that of the first deploy."""
    return f"preference{index}" + ("_new" if case is not None and "renamed" in case.moved else "")


def _helpers(*, second: bool) -> Mapping[str, Any]:
    """Return what triggers replacements, and what is known only after the deploy."""
    return {"again": {"input": 2 if second else 1}, **({"later": {"input": True}} if second else {})}


def _call(name: str) -> Mapping[str, Any]:
    return {"source": f"./{name}", "providers": {"alicloud": f"alicloud.{name.replace('team', 'account')}"}}


def _blocks(declared: Mapping[int, Case]) -> Mapping[str, Any]:
    """Return the blocks for what is imported and what has another address now."""
    inside = {index: f"module.team{index}." if "nested" in case.moved else "" for index, case in declared.items()}
    return {
        "import": [
            {"to": address(index), "id": account_id(index), "provider": f"alicloud.account{index}"}
            for index, case in declared.items()
            if case.imported
        ],
        "moved": [
            {"from": address(index), "to": f"{inside[index]}{_TYPE}.{_name(index, case)}"}
            for index, case in declared.items()
            if case.moved
        ],
    }


def _provider(name: str, account: str, endpoint: str) -> Mapping[str, Any]:
    return {
        "alias": name,
        "region": "cn-shanghai",
        "protocol": "HTTP",
        "endpoints": {"ims": endpoint, "ram": endpoint, "sts": endpoint},
        "assume_role": {"role_arn": f"acs:ram::{account}:role/deploy"},
    }


def _resource(index: int, case: Case, declared: Settings, *, second: bool) -> dict[str, Any]:
    given = {_attribute(key): _expression(key, value, case, second=second) for key, value in declared.items()}
    values: dict[str, Any] = {"provider": f"alicloud.account{index}", **given}
    lifecycle: dict[str, Any] = {}
    if case.ignored:
        ignores_all = ALL in case.ignored
        lifecycle["ignore_changes"] = "all" if ignores_all else [_attribute(key) for key in case.ignored]
    if case.replace_on_changes and (second or not case.newly):
        lifecycle["replace_triggered_by"] = [_REPLACES]
    if case.protect:
        lifecycle["prevent_destroy"] = True
    if "delete_before_replace" in case.harmless:
        lifecycle["create_before_destroy"] = True
    if "custom_timeouts" in case.harmless:
        values["timeouts"] = {"create": "5m"}
    return {**values, **({"lifecycle": lifecycle} if lifecycle else {})}


def _expression(key: str, value: Any, case: Case, *, second: bool) -> Any:
    """Return a value, or an expression for one that is secret or known only after the deploy."""
    literal = json.dumps(value)
    if key in case.secret:
        return f"${{sensitive({literal})}}"
    if second and key in case.unknown:
        return f"${{terraform_data.later.output ? {literal} : {literal}}}"
    return value


def _attribute(key: str) -> str:
    return "enforce_mfa_for_login" if key == ENFORCE else KEYS[key].terraform


def _arguments(options: Options) -> list[str]:
    given = [] if options.refresh or options.always else ["-refresh=false"]
    targets = [f"-target={address(index)}" for index in options.targets]
    excluded = options.excludes if TOOL and Path(TOOL).name == "tofu" else ()  # Terraform has no -exclude
    excludes = [f"-exclude={address(index)}" for index in excluded]
    return [*given, *targets, *excludes, *(f"-replace={address(index)}" for index in options.replace)]
