"""What a deploy would change: plans of Pulumi and Terraform, laid over the live account."""

from acctgate.plan.change import PlannedPreference, Provider
from acctgate.plan.match import after_deploy
from acctgate.plan.overlay import overlay

__all__ = ["PlannedPreference", "Provider", "after_deploy", "overlay"]
