"""Send the verdict of a run to a chat. A message that cannot be sent never changes the verdict."""

from acctgate.notify.digest import Digest
from acctgate.notify.link import find_link, is_link
from acctgate.notify.services import SERVICES
from acctgate.notify.webhook import NotifyError, Webhook, find_webhook, send

__all__ = ["SERVICES", "Digest", "NotifyError", "Webhook", "find_link", "find_webhook", "is_link", "send"]
