"""The policy pack. The policy that it enforces stands in policy.yaml beside this file."""

from pathlib import Path

from acctgate.crossguard.pack import serve

serve(Path(__file__).with_name("policy.yaml"))
