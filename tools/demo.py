"""Run the whole loop on the demo account: blocked → diff → repaired plan passes → up changes the account → it complies.

The demo account already has what people must do by hand (no root keys, MFA for root and users, strong passwords). A
Pulumi resource can repair the rest. Needs no cloud account and no network. Run by `make demo`.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

from pulumi import automation

from acctgate.crossguard.engine import find_engine, search_path
from acctgate.demo import DemoAccount, DemoServer

ROOT = Path(__file__).resolve().parent.parent
ACCTGATE = str(Path(sys.executable).with_name("acctgate"))
POLICY = str(ROOT / "policies/policy.yaml")


def main() -> int:
    """Run all steps. Return 0 if each one ended as expected."""
    warnings.simplefilter("ignore", DeprecationWarning)  # pulumi_alicloud warns about its own resources
    with DemoServer() as server, tempfile.TemporaryDirectory(prefix="acctgate-demo-") as folder:
        server.account.comply()
        server.account.preference = DemoAccount().preference
        loop = Loop(Path(folder), server.environment)
        loop.acctgate("The live account is blocked", 1, "check", "--policy", POLICY)
        loop.acctgate("Save the present state", 0, "snapshot", "--output", "live.json")
        loop.acctgate("Print the resource that repairs it", 0, "fix", "--policy", POLICY, "--output", "repair.py")
        print((loop.folder / "repair.py").read_text())
        loop.preview()
        loop.acctgate("Show what the plan changes", 0, "diff", "live.json", "--plan", "plan.json", "--policy", POLICY)
        loop.acctgate("With the plan, it passes", 0, "check", "--plan", "plan.json", "--policy", POLICY)
        loop.up()
        loop.acctgate("The live account complies", 0, "check", "--policy", POLICY)
    print("\nThe loop is closed." if loop.closed else "\nA step did not end as expected.")
    return 0 if loop.closed else 1


@dataclass
class Loop:
    """The steps, in a folder of their own."""

    folder: Path
    environment: dict[str, str]
    closed: bool = True

    def acctgate(self, title: str, expected: int, *arguments: str) -> None:
        """Run a command, show what it prints, and note whether it ended as expected."""
        shown = " ".join(Path(argument).name if argument.startswith("/") else argument for argument in arguments)
        print(f"\n── {title}\n$ acctgate {shown}", flush=True)
        environment = {**os.environ, **self.environment}
        done = subprocess.run([ACCTGATE, *arguments], env=environment, cwd=self.folder, check=False)
        print(f"(exit status {done.returncode})", flush=True)
        self.closed &= done.returncode == expected

    def preview(self) -> None:
        """Run `pulumi preview --json` of the repair with the pack, and save the plan. It must pass."""
        print("\n── pulumi preview of the repair, with the policy pack\n$ pulumi preview --json", flush=True)
        lines: list[str] = []
        self._stack().preview(json=True, on_output=lines.append, policy_packs=[str(ROOT / "policies")])
        (self.folder / "plan.json").write_text("\n".join(lines))
        print("(passed)", flush=True)

    def up(self) -> None:
        """Run `pulumi up` of the repair with the pack."""
        print("\n── Deploy it, with the policy pack\n$ pulumi up", flush=True)
        result = self._stack().up(policy_packs=[str(ROOT / "policies")])
        print(f"({', '.join(f'{count} {what}' for what, count in (result.summary.resource_changes or {}).items())})")

    def _stack(self) -> automation.Stack:
        scripts, state = self.folder / "bin", self.folder / "state"
        for place in (scripts, state):
            place.mkdir(exist_ok=True)
        variables = {
            **self.environment,
            "PATH": search_path(find_engine(ROOT), scripts, stand_in=True),
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        os.environ["PATH"] = variables["PATH"]
        settings = automation.ProjectSettings(name="repair", runtime="python", main=str(self.folder))
        options = automation.LocalWorkspaceOptions(
            work_dir=str(self.folder), project_settings=settings, env_vars=variables
        )
        return automation.create_or_select_stack("demo", project_name="repair", program=self._program, opts=options)

    def _program(self) -> None:
        runpy.run_path(str(self.folder / "repair.py"), run_name="__main__")


if __name__ == "__main__":
    sys.exit(main())
