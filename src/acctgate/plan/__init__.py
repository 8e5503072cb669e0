"""What a deploy would change: plans of Pulumi and Terraform, laid over the live account."""
