"""What a deploy would change: plans of Pulumi and Terraform, laid over the live account."""

from acctgate.model.other_change import OtherChange, Planned
from acctgate.model.planned_change import PlannedChange, Provider
from acctgate.plan.match import after_deploy, deployed_to
from acctgate.plan.overlay import overlay

__all__ = ["OtherChange", "Planned", "PlannedChange", "Provider", "after_deploy", "deployed_to", "overlay"]
