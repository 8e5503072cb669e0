"""Why the engine failed: its own error, in one line."""

from __future__ import annotations

from time import process_time

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
def test_explain_failure(errors: list[str], output: str, wanted: str) -> None:
    assert explain_failure(errors, output) == wanted


TYPESCRIPT = """Running program '/p' failed with an unhandled exception:
TSError: \u2a2f Unable to compile TypeScript:
index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.
\x1b[0mlib/net.ts:12:5 - error TS2304: Cannot find name 'mask'.
    at createTSError (/p/node_modules/ts-node/src/index.ts:859:12)
"""
GO = """unable to run `go build`:
# example.com/gate
./main.go:14:2: declared and not used: masks
./main.go:20:9: undefined: alicloud
"""
JAVA = """[ERROR] COMPILATION ERROR :
[ERROR] /p/src/main/java/App.java:[12,5] ';' expected
"""


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        (
            TYPESCRIPT,
            ["index.ts(3,7): error TS2322: Type 'string' is", "lib/net.ts:12:5 - error TS2304: Cannot find name"],
        ),
        (GO, ["./main.go:14:2: declared and not used: masks", "./main.go:20:9: undefined: alicloud"]),
        (JAVA, ["/p/src/main/java/App.java:[12,5] ';' expected"]),
        ("App.java:12: error: class X is public\n", ["App.java:12: error: class X is public"]),
        ("Program.cs(12,5): error CS1002: ; expected\n", ["Program.cs(12,5): error CS1002: ; expected"]),
    ],
    ids=["typescript", "go", "maven", "javac", "csharp"],
)
def test_every_error_of_a_compiler_is_shown(output: str, wanted: list[str]) -> None:
    for found in (explain_failure([output], ""), explain_failure(["the program failed"], output + output)):
        assert found.startswith("the program does not compile: ") and "\n" not in found
        assert all(found.count(each) == 1 for each in wanted) and found.count("; ") >= len(wanted) - 1


def test_a_stack_trace_is_no_error_of_a_compiler() -> None:
    trace = "error: boom\n    at f (/p/index.ts:3:5)\n/p/index.ts:3\n\t/p/main.go:12 +0x1d\n"
    assert explain_failure([], trace) == "the Pulumi engine failed: boom"


@pytest.mark.parametrize(
    "line",
    [
        "/p/Program.cs(12,5): warning CS8600: Converting null literal [/p/p.csproj]",
        "App.java:12: warning: [deprecation] x in Y has been deprecated",
        "main.go:12: connecting",
    ],
    ids=["csharp", "javac", "log"],
)
def test_a_warning_or_a_log_hides_no_error(line: str) -> None:
    assert explain_failure(["error: denied"], f"{line}\n") == "the Pulumi engine failed: denied"


def test_many_blank_lines_take_little_time() -> None:
    start = process_time()
    assert explain_failure(["error: denied"], "\n" * 100_000) == "the Pulumi engine failed: denied"
    assert process_time() - start < 5


def test_a_package_that_the_pack_lacks_comes_with_the_command_that_installs_it() -> None:
    text = PACK.replace("ValueError: two\n    lines", "ModuleNotFoundError: No module named 'acctgate.crossguard'")
    found = explain_failure([], text)
    assert "No module named 'acctgate.crossguard'; install it where this runs: pip install " in found
    other = PACK.replace("ValueError: two\n    lines", "ModuleNotFoundError: No module named 'numpy'")
    assert explain_failure([], other).endswith("No module named 'numpy'")
