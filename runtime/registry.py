"""The one list of workflows and activities: what a worker serves, and what tests serve in its place."""

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from activities.allocator import AllocatorActivities
from activities.attempt import Limits, Means
from activities.campaign import CampaignActivities
from activities.connection import Connections
from activities.contact_import import ContactImportActivities
from activities.delivery import DeliveryActivities
from activities.letter import Letters
from activities.metric import MetricActivities
from activities.signing import Signers
from activities.task import TaskActivities
from activities.webhook import WebhookActivities
from database.ledger import Ledger
from mail.dkim import SigningKeyError
from mail.errors import AuthFailedError
from mail.smtp import SmtpTransport
from mail.transport import Account, Timeouts, Transport
from runtime.orders import gently
from runtime.resources import Resources
from runtime.secrets import SealBrokenError
from workflows.allocator import ServiceAllocatorWorkflow
from workflows.campaign import CampaignWorkflow
from workflows.contact_import import ContactImportWorkflow
from workflows.metric import MeasureWorkflow, UpkeepWorkflow
from workflows.task import TaskWorkflow
from workflows.webhook import WebhookWorkflow

WORKFLOWS = (
    CampaignWorkflow, TaskWorkflow, ServiceAllocatorWorkflow, ContactImportWorkflow, MeasureWorkflow, UpkeepWorkflow,
    WebhookWorkflow,
)  # fmt: skip

DECIDING = ("contracts", "scheduling", "workflows")


def build_id() -> str:
    """Name the code by which workflows decide, for their histories.

    The SDK would do so for all code of the process, and read every loaded module for it: 1.7 s of each start.
    """
    checkout = Path(__file__).parents[1]
    files = sorted(path for folder in DECIDING for path in (checkout / folder).rglob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


class Activities:
    """All activities of one process, with what they share."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        pool, smtp = resources.ledger_pool, resources.settings.smtp
        self.worker = worker_name()
        """This process, as the ledger knows it."""
        ledger = Ledger(pool, self.worker, smtp.upload_limit)
        limits = Limits(upload=smtp.upload_limit, patience=smtp.patience, reply=smtp.reply_timeout)
        means = Means(
            ledger,
            Connections(ledger, self._dial, self._unseal),
            Letters(pool, resources.mail_links, resources.return_paths),
            Signers(pool, self._unseal_key),
            limits,
            tracer=resources.tracer,
        )
        tell_task = gently(resources.orders.ledger_changed)
        self.deliveries = DeliveryActivities(pool, means, tell_task)
        wakes = resources.orders.wakes
        self._campaigns = CampaignActivities(pool, tell_task)
        self._tasks = TaskActivities(pool, wakes, gently(resources.campaign_orders.ledger_changed))
        self._allocators = AllocatorActivities(pool, resources.temporal_client, wakes)
        self._imports = ContactImportActivities(pool)
        self._metrics = MetricActivities(pool)
        self._webhooks = WebhookActivities(
            pool, self._unseal_webhook, resources.tls, allow_private=smtp.allow_private_hosts
        )

    def all(self) -> Sequence[Callable[..., Any]]:
        """Every activity a worker serves."""
        campaigns, tasks, allocators = self._campaigns, self._tasks, self._allocators
        return (
            campaigns.survey,
            campaigns.begin_round,
            campaigns.pause,
            campaigns.resume,
            campaigns.cancel,
            campaigns.close,
            tasks.survey,
            tasks.begin,
            tasks.prepare,
            tasks.pause,
            tasks.resume,
            tasks.cancel,
            tasks.change_priority,
            tasks.release_retries,
            tasks.close,
            allocators.wake,
            allocators.exchange,
            self.deliveries.deliver,
            self._imports.merge,
            self._metrics.measure,
            self._metrics.upkeep,
            self._webhooks.deliver,
        )

    def _dial(self, account: Account) -> Transport:
        smtp = self._resources.settings.smtp
        timeouts = Timeouts(connect=smtp.connect_timeout, command=smtp.command_timeout, upload=smtp.upload_limit)
        return SmtpTransport(account, timeouts, self._resources.tls, smtp.local_hostname or socket.gethostname())

    def _unseal(self, service_id: UUID, sealed: bytes) -> str:
        try:
            return self._resources.seal.open(sealed, service_id)
        except SealBrokenError as error:
            raise AuthFailedError(str(error)) from error

    def _unseal_webhook(self, webhook_id: UUID, sealed: bytes) -> str | None:
        try:
            return self._resources.seal.open(sealed, webhook_id)
        except SealBrokenError:
            return None

    def _unseal_key(self, domain_id: UUID, sealed: bytes) -> str:
        try:
            return self._resources.seal.open(sealed, domain_id)
        except SealBrokenError as error:
            raise SigningKeyError(str(error)) from error


def worker_name() -> str:
    """Name this process in the ledger: host, process id, and a random part, for ids are used again."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
