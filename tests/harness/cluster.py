"""A Connect cluster: workers of either kind with one group id, over one Kafka."""

import os
import re

from .rest import RestError
from .wait import wait_until
from .worker import JavaWorker, MillraceWorker


class _Member:
    """What makes a standalone worker of the harness a member of a cluster."""

    def join(self, group, config):
        del self.config["offset.storage.file.filename"]
        self.config.update({
            "group.id": group,
            **{f"{kind}.storage.topic": f"{group}-{kind}s" for kind in ("config", "offset", "status")},
            **{f"{kind}.storage.replication.factor": "1" for kind in ("config", "offset", "status")},
            "scheduled.rebalance.max.delay.ms": "0", "session.timeout.ms": "6000",
            "heartbeat.interval.ms": "500", "rebalance.timeout.ms": "10000",
            "offset.flush.interval.ms": "500", "worker.unsync.backoff.ms": "1000", **config})
        return self

    @property
    def id(self):
        return f"127.0.0.1:{self.port}"


class MillraceMember(_Member, MillraceWorker):
    def _command(self, arguments):
        return [self.build.binary, "distributed", *arguments]


class JavaMember(_Member, JavaWorker):
    def _command(self, arguments):
        return self.kafka.command("org.apache.kafka.connect.cli.ConnectDistributed", arguments,
                                  self.folder, flags=self.flags, level=self.level)


class Cluster:
    def __init__(self, folder, bootstrap, group, build, kafka, config=None):
        self.folder, self.bootstrap, self.group = str(folder), bootstrap, group
        self.build, self.kafka, self.config = build, kafka, config or {}
        self.members = []

    def millrace(self, **config):
        made = MillraceMember(os.path.join(self.folder, f"millrace{len(self.members)}"),
                              self.bootstrap, self.build)
        return self._add(made, config)

    def java(self, **config):
        made = JavaMember(os.path.join(self.folder, f"java{len(self.members)}"), self.bootstrap,
                          self.kafka)
        return self._add(made, config)

    def _add(self, member, config):
        self.members.append(member.join(self.group, {**self.config, **config}))
        mixed = any(isinstance(each, JavaMember) for each in self.members)
        for each in self.members:
            each.rest.patient = mixed
        return member

    def running(self):
        return [m for m in self.members if m.process is not None and m.process.running()]

    def owners(self, connectors, by=None):
        """{name: worker id} of connectors and {name-N: worker id} of tasks, as a worker shows them."""
        rest = (by or self.running()[0]).rest
        owners = {}
        for name in connectors:
            status = rest.status(name)
            owners[name] = status["connector"]["worker_id"]
            for task in status["tasks"]:
                owners[f"{name}-{task['id']}"] = task["worker_id"]
        return owners

    def wait_running(self, connectors, tasks=1, timeout=60, on=None):
        """All connectors and tasks RUNNING, on workers that run (or those of `on`), as each worker sees it."""
        seen = {}

        def settled():
            alive = {m.id for m in (on or self.running())}
            for member in self.running():
                try:
                    all_of_them = member.rest.get("/connectors?expand=status")
                except (OSError, RestError) as error:
                    seen[member.id] = str(error)
                    return False
                for name in connectors:
                    status = all_of_them.get(name, {}).get("status")
                    if status is None:
                        seen.clear()
                        seen[name] = f"{member.id} does not know it"
                        return False
                    parts = [status["connector"], *status["tasks"]]
                    if len(parts) != tasks + 1 or any(
                            p["state"] != "RUNNING" or p["worker_id"] not in alive for p in parts):
                        seen.clear()
                        seen[name] = status
                        return False
            return True
        wait_until(settled, timeout, lambda: f"{len(connectors)} connectors to run; seen {seen}")

    @staticmethod
    def tasks_of(member):
        """Names of the connectors of which a Millrace worker runs tasks now, by its own metrics."""
        return set(re.findall(r'connector_task_metrics_[a-z_]+\{connector="([^"]+)"',
                              str(member.rest.get("/metrics"))))

    def leader(self):
        """The Millrace worker that leads, by the metrics of any."""
        def find():
            for member in self.running():
                try:
                    text = str(member.rest.get("/metrics"))
                except (OSError, RestError):
                    continue
                found = re.search(r'leader_name[^\n]*"http://127\.0\.0\.1:(\d+)/', text)
                leading = [m for m in self.running() if found and m.port == int(found[1])]
                if leading:
                    return leading[0]
            return None
        return wait_until(find, 30, "a worker to name the leader")

    def close(self):
        for member in self.members:
            member.close()
