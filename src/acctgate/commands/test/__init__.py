"""Unit tests for policies and rules: examples in folders. Add a file, get a test.

`DIR/<rule>/<outcome>/*.yaml` are examples of one rule, `DIR/<verdict>/*.yaml` of a whole policy.
"""

from acctgate.commands.test.examples import Example, ExampleError, find_examples, read_example, stray_examples
from acctgate.commands.test.report import TestReport, renderings
from acctgate.commands.test.run import Result, run_example

__all__ = [
    "Example",
    "ExampleError",
    "Result",
    "TestReport",
    "find_examples",
    "read_example",
    "renderings",
    "run_example",
    "stray_examples",
]
