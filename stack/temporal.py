"""A Temporal server of our own on loopback, its Web UI, and what Tempost needs to find on any Temporal server."""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from temporalio.api.enums.v1 import DescribeTaskQueueMode, TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.namespace import NamespaceError
from runtime.namespace import provide as provide_namespace
from stack.child import Child
from stack.errors import StackError
from stack.ports import LOOPBACK, listens
from stack.temporal_binary import Kind, TemporalProgram
from stack.temporal_settings import Setting, checked_in_settings, dynamic_config

NAMESPACE = "default"
CALL_LIMIT = timedelta(seconds=5)
PORTS = {
    "temporal": "FRONTEND_GRPC_PORT",
    "temporal-http": "FRONTEND_HTTP_PORT",
    "temporal-frontend-membership": "FRONTEND_MEMBERSHIP_PORT",
    "temporal-history": "HISTORY_GRPC_PORT",
    "temporal-history-membership": "HISTORY_MEMBERSHIP_PORT",
    "temporal-matching": "MATCHING_GRPC_PORT",
    "temporal-matching-membership": "MATCHING_MEMBERSHIP_PORT",
    "temporal-worker": "WORKER_GRPC_PORT",
    "temporal-worker-membership": "WORKER_MEMBERSHIP_PORT",
}
"""Every port the server listens on, and the variable that sets it."""
UI_PORT = "temporal-ui"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalServer:
    """One server with its files in a folder, or with all in memory."""

    program: TemporalProgram
    folder: Path
    """Absolute, since the server works there."""
    ports: Mapping[str, int]
    """One for each of `all_ports()`. Without one for the Web UI there is none."""
    search_attributes: Mapping[str, str]
    """Name and type, as in {"TempostUser": "Keyword"}."""
    in_memory: bool = False
    settings: Mapping[str, Setting] = field(default_factory=dict)
    """Dynamic configuration on top of the checked-in file."""

    @property
    def address(self) -> str:
        """Host and port of the frontend."""
        return f"{LOOPBACK}:{self.ports['temporal']}"

    @property
    def ui_url(self) -> str | None:
        """Where the Web UI is, if it was asked for and there is one."""
        if UI_PORT not in self.ports or (self.program.kind is Kind.SERVER and self.program.ui is None):
            return None
        return f"http://{LOOPBACK}:{self.ports[UI_PORT]}"

    def children(self) -> list[Child]:
        """Describe the server and, where it is a program of its own, the Web UI, for the supervisor."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.program.kind is Kind.CLI:
            return [self._child(self._cli_command(), {})]
        server = self._child((str(self.program.server), "start"), self._server_environment())
        return [server, self._ui(self.program.ui)] if self.program.ui and self.ui_url else [server]

    def _all_settings(self) -> dict[str, Setting]:
        return checked_in_settings() | dict(self.settings)

    def _child(self, command: tuple[str, ...], environment: Mapping[str, str]) -> Child:
        return Child(
            name="temporal",
            command=command,
            environment=environment,
            inherits=False,
            ready=lambda _: provide(self.address, self.search_attributes),
            folder=self.folder,
            # An orderly end takes it a second, which one that forgets everything need not spend.
            stop_signal=signal.SIGKILL if self.in_memory else signal.SIGTERM,
            grace=20.0,
        )

    def _server_environment(self) -> dict[str, str]:
        config = self.folder / "dynamic-config.yaml"
        config.write_text(dynamic_config(self._all_settings()), encoding="utf-8")
        place = {"SQLITE_MODE": "memory", "SQLITE_CACHE": "shared"} if self.in_memory else {}
        return {
            "DB": "sqlite",
            "DBNAME": "temporal" if self.in_memory else str(self.folder / "temporal.db"),
            "VISIBILITY_DBNAME": "visibility" if self.in_memory else str(self.folder / "visibility.db"),
            **place,
            "NUM_HISTORY_SHARDS": "4",
            "BIND_ON_IP": LOOPBACK,
            **{variable: str(self.ports[name]) for name, variable in PORTS.items()},
            "DYNAMIC_CONFIG_FILE_PATH": str(config),
            "LOG_LEVEL": "warn",
        }

    def _cli_command(self) -> tuple[str, ...]:
        place = () if self.in_memory else ("--db-filename", str(self.folder / "temporal-cli.db"))
        ui = ("--ui-port", str(self.ports[UI_PORT])) if UI_PORT in self.ports else ("--headless",)
        settings = (f"--dynamic-config-value={key}={json.dumps(value)}" for key, value in self._all_settings().items())
        return (
            *(str(self.program.server), "server", "start-dev", "--ip", LOOPBACK, "--log-level", "warn"),
            *("--port", str(self.ports["temporal"]), "--http-port", str(self.ports["temporal-http"])),
            *("--namespace", NAMESPACE, *ui, *place, *settings),
        )

    def _ui(self, program: Path) -> Child:
        """Describe the Web UI. Its settings are a file, since no variable sets the address it listens on."""
        config = self.folder / "ui"
        config.mkdir(exist_ok=True)
        settings = {
            "temporalGrpcAddress": self.address,
            "host": LOOPBACK,
            "port": self.ports[UI_PORT],
            "enableUi": True,
            "defaultNamespace": NAMESPACE,
            "disableNewsFetch": True,
            "cors": {"cookieInsecure": True, "allowOrigins": [f"http://{LOOPBACK}:{self.ports[UI_PORT]}"]},
        }
        (config / "local.yaml").write_text(json.dumps(settings, indent=1), encoding="utf-8")
        return Child(
            name="temporal-ui",
            command=(str(program), "--root", str(self.folder), "--config", "ui", "--env", "local", "start"),
            inherits=False,
            needs=("temporal",),
            ready=lambda _: listens(self.ports[UI_PORT]),
            folder=self.folder,
            essential=False,
        )


async def polls(address: str, task_queue: str, pid: int, namespace: str = NAMESPACE) -> bool:
    """Whether the process of this id asks for work on the queue: the SDK's worker names itself `pid@host`.

    All partitions of the queue are asked: the root knows of one waiting poll a partition, and where two workers come by
    the same one, the second was invisible to it for a minute.
    """
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    ask = DescribeTaskQueueRequest(
        namespace=namespace, task_queue=TaskQueue(name=task_queue), report_pollers=True, task_queue_types=[kind],
        api_mode=DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED,
    )  # fmt: skip
    try:
        client = await Client.connect(address, namespace=namespace, lazy=True)
        answer = await client.workflow_service.describe_task_queue(ask, timeout=CALL_LIMIT)
    except (RPCError, RuntimeError):
        return False
    found = [poller for each in answer.versions_info.values() for poller in each.types_info[kind].pollers]
    return any(poller.identity.startswith(f"{pid}@") for poller in found)


async def provide(address: str, search_attributes: Mapping[str, str], namespace: str = NAMESPACE) -> bool:
    """Do as `runtime.namespace.provide`, with an error of the stack where the server refuses us."""
    try:
        return await provide_namespace(address, namespace, search_attributes)
    except NamespaceError as error:
        raise StackError(str(error)) from None


def all_ports(*, with_ui: bool) -> tuple[str, ...]:
    """Return the names of the ports that a server needs."""
    return (*PORTS, UI_PORT) if with_ui else tuple(PORTS)
