"""Why the engine failed: its own error, in one line."""

from __future__ import annotations

import pytest

from acctgate.crossguard.engine_errors import explain_failure

PACK = """
 stdout: Previewing update (preview):
    pulumi:pulumi:Stack gate  error: Program failed with an unhandled exception:
Diagnostics:
  pulumi:pulumi:Stack (gate):
    error: Program failed with an unhandled exception:
    Traceback (most recent call last):
      File "/venv/site-packages/pulumi/policy/__main__.py", line 61, in main
        runpy.run_path(program, run_name="__main__")
      File "<frozen runpy>", line 88, in _run_code
      File "/project/policies/__main__.py", line 7, in <module>
        raise ValueError("two\\nlines")
    ValueError: two
    lines

 stderr: error: policy pack "/project/policies" failed to start: exit status 1
"""
IN_A_LIBRARY = """Traceback (most recent call last):
  File "/venv/site-packages/one.py", line 1, in one
    two()
  File "/venv/site-packages/two.py", line 2, in two
    raise KeyError("x")
KeyError: 'x'
"""
STOPPED = "Traceback (most recent call last):\nRuntimeError: Event loop stopped before Future completed.\n"


@pytest.mark.parametrize(
    ("errors", "output", "wanted"),
    [
        ([], PACK, "/project/policies/__main__.py:7: ValueError: two"),
        ([IN_A_LIBRARY], "", "/venv/site-packages/one.py:1: KeyError: 'x'"),
        ([STOPPED, "resource 'a' has a problem"], STOPPED, "the Pulumi engine failed: resource 'a' has a problem"),
        ([], " stdout: \n stderr: error: no such stack", "the Pulumi engine failed: no such stack"),
        ([], "\n code: 1\n stdout: \n", "the Pulumi engine failed: it gave no reason"),
        (["error: https://x.example/?Signature=abc"], "", "the Pulumi engine failed: https://x.example/"),
    ],
    ids=["pack", "library", "beside", "output", "nothing", "secret"],
)
def testexplain_failure(errors: list[str], output: str, wanted: str) -> None:
    assert explain_failure(errors, output) == wanted
