"""The engine that has started this process, and what it was started with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from acctgate.crossguard.engine_command import UNKNOWN_COMMAND, EngineCommand

URN = "urn:pulumi:dev::gate::alicloud:ims/securityPreference:SecurityPreference::pref"
FIND = "from acctgate.crossguard.running_engine import find_command; print(find_command())"
CALL = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {FIND!r}], check=True)"


def test_the_command_line_is_that_of_an_ancestor(tmp_path: Path) -> None:
    (engine := tmp_path / "pulumi").symlink_to(sys.executable)
    (tmp_path / "Pulumi.yaml").write_text("name: gate\nruntime: python\noptions: {refresh: always}\n")
    # A Python that is started through a link outside of its virtual environment finds no packages by itself.
    environment = {**os.environ, "PULUMI_PROJECT": "gate", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [engine, "-c", CALL, "preview", "--target", URN], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    shown = done.stdout.decode().strip()
    assert shown == str(EngineCommand(refresh=True, targets=(URN,)))
    done = subprocess.run([sys.executable, "-c", FIND], env=environment, capture_output=True, check=True)
    assert done.stdout.decode().strip() == str(UNKNOWN_COMMAND)
