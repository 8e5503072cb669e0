"""Unit tests for policies and rules: examples in folders. Add a file, get a test.

`DIR/<rule>/<outcome>/*.yaml` are examples of one rule, `DIR/<verdict>/*.yaml` of a whole policy.
"""

from acctgate.testing.examples import Example, ExampleError, find_examples, read_example, stray_examples
from acctgate.testing.run import Result, run_example
from acctgate.testing.told import Told, renderings

__all__ = [
    "Example",
    "ExampleError",
    "Result",
    "Told",
    "find_examples",
    "read_example",
    "renderings",
    "run_example",
    "stray_examples",
]
