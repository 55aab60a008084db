"""repertoire.py CLIENT URL FILE TOPIC: everything that a public client can ask, against one worker.

Prints a JSON list of [what was called, its outcome]: the value that the client gave, or its exception. Runs in the
environment that requirements.txt describes; knows nothing of the tests. FILE is an input for the file source.
"""

import json
import sys
import time
import urllib.request

SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"


class Script:
    def __init__(self, url, file, topic):
        self.url = url
        self.source = {"connector.class": SOURCE, "tasks.max": "1", "file": file, "topic": topic}
        self.topic = topic
        self.outcomes = []
        self.seen = None

    def call(self, what, function, *arguments, **options):
        try:
            outcome = function(*arguments, **options)
            if isinstance(outcome, str) and outcome[:1] in ("{", "["):
                outcome = json.loads(outcome)
        except Exception as error:  # whatever a client makes of an answer is to be compared
            response = getattr(error, "response", None)
            outcome = {"raised": type(error).__name__, "says": str(error),
                       "body": None if response is None else response.text}
        self.outcomes.append([what, outcome])

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.loads(answer.read())

    def wait(self, name, state, tasks):
        """What was asked for is done later: the next call must find it done."""
        def reached():
            status = self.get(f"/connectors/{name}/status")
            self.seen = status
            return [status["connector"]["state"]] + [task["state"] for task in status["tasks"]] == [state] * (1 + tasks)
        self.until(reached, f"{name} to be {state}")

    def wait_topic(self, name):
        self.until(lambda: self.get(f"/connectors/{name}/topics")[name]["topics"] == [self.topic], "the topic")

    def until(self, reached, what):
        deadline = time.monotonic() + 60
        while not reached():
            if time.monotonic() > deadline:
                sys.exit(f"waited in vain for {what} after {self.outcomes[-1]}: {self.seen}")
            time.sleep(0.05)


def kafka_connect_py(script):
    from kafka_connect import KafkaConnect
    client, call, wait = KafkaConnect(url=script.url), script.call, script.wait
    source = script.source
    call("info", client.get_cluster_info)
    call("plugins", client.list_connector_plugins)
    call("validate", client.validate_connector_config, "FileStreamSourceConnector", source)
    call("validate what is wrong", client.validate_connector_config, "FileStreamSourceConnector",
         {"connector.class": SOURCE, "tasks.max": "many"})
    call("validate an unknown class", client.validate_connector_config, "no.such.Class", source)
    call("create", client.create_connector, {"name": "one", "config": source})
    wait("one", "RUNNING", 1)
    call("create again", client.create_connector, {"name": "one", "config": source})
    call("create what is wrong", client.create_connector, {"name": "bad", "config": {"connector.class": SOURCE}})
    call("create by update", client.update_connector, "two", {**source, "name": "two"})
    call("update", client.update_connector, "two", {**source, "name": "two", "batch.size": "10"})
    wait("two", "RUNNING", 1)
    for options in ({}, {"expand": "status"}, {"expand": "info"}, {"pattern": "^o"}, {"state": "RUNNING"},
                    {"expand": "status", "state": "paused"}, {"expand": "info", "state": "running"}):
        call(f"list {options}", client.list_connectors, **options)
    for name in ("one", "missing"):
        call(f"get {name}", client.get_connector, name)
        call(f"config of {name}", client.get_connector_config, name)
        call(f"status of {name}", client.get_connector_status, name)
        call(f"tasks of {name}", client.list_connector_tasks, name)
        call(f"task of {name}", client.get_connector_task_status, name, 0)
    script.wait_topic("one")
    for name in ("one", "missing"):
        call(f"topics of {name}", client.list_connector_topics, name)
        call(f"reset topics of {name}", client.reset_connector_topics, name)
        call(f"restart task of {name}", client.restart_connector_task, name, 0)
    wait("one", "RUNNING", 1)
    for include_tasks in (False, True):
        for only_failed in (False, True):
            call(f"restart {include_tasks} {only_failed}", client.restart_connector, "one", include_tasks, only_failed)
            wait("one", "RUNNING", 1)
    call("restart missing", client.restart_connector, "missing")
    call("restart all", client.restart_all_connectors, include_tasks=True)
    wait("one", "RUNNING", 1)
    for verb, state, tasks in (("pause", "PAUSED", 1), ("resume", "RUNNING", 1), ("stop", "STOPPED", 0),
                               ("resume", "RUNNING", 1)):
        call(verb, getattr(client, verb + "_connector"), "one")
        wait("one", state, tasks)
        call(f"status after {verb}", client.get_connector_status, "one")
        call(f"{verb} missing", getattr(client, verb + "_connector"), "missing")
        call(f"{verb} all", getattr(client, verb + "_all_connectors"), pattern="one|two")
        wait("two", state, tasks)
    call("delete", client.delete_connector, "one")
    call("delete again", client.delete_connector, "one")
    # Late: the Java worker shows such a task, FAILED, from now on.
    call("restart a task that is not there", client.restart_connector_task, "two", 7)
    call("delete all", client.delete_all_connectors)
    call("list nothing", client.list_connectors)


def kafkaconnect(script):
    from kafkaconnect.connect import Connect
    client, call, wait = Connect(script.url), script.call, script.wait
    source = json.dumps({**script.source, "name": "one"})
    wrong = json.dumps({"connector.class": SOURCE, "name": "one", "tasks.max": "0"})
    call("list", client.list)
    call("plugins", client.plugins)
    call("validate", client.validate, SOURCE, source)
    call("validate and create what is wrong", client.validate_and_create, "one", wrong)
    call("validate and create", client.validate_and_create, "one", source)
    wait("one", "RUNNING", 1)
    call("create or update", client.create_or_update, "one", source)
    wait("one", "RUNNING", 1)
    call("create or update what is wrong", client.create_or_update, "one", wrong)
    script.wait_topic("one")
    call("list one", client.list)
    for name in ("one", "missing"):
        for what in ("info", "status", "config", "tasks", "topics"):
            call(f"{what} of {name}", getattr(client, what), name)
    for what, state in (("restart", "RUNNING"), ("pause", "PAUSED"), ("resume", "RUNNING")):
        call(what, getattr(client, what), "one")
        wait("one", state, 1)
        call(f"status after {what}", client.status, "one")
        call(f"{what} missing", getattr(client, what), "missing")
    call("remove", client.remove, "one")
    call("remove again", client.remove, "one")
    call("list nothing", client.list)


def kafka_connect_api(script):
    from kafka_connect_api.kafka_connect_api import Api, Cluster, Connector
    cluster, call, wait = Cluster(Api(url=script.url)), script.call, script.wait
    one = Connector(cluster, "one")
    missing = Connector(cluster, "missing")
    call("version", lambda: cluster.version)
    call("id of the cluster", lambda: cluster.kafka_cluster)
    call("exists before", one.exists)
    call("create by its config", setattr, one, "config", {**script.source, "name": "one"})
    wait("one", "RUNNING", 1)
    call("exists", one.exists)
    call("connectors", lambda: sorted(cluster.connectors))
    for name, connector in (("one", one), ("missing", missing)):
        for what in ("connector_class", "config", "status", "state", "tasks"):
            call(f"{what} of {name}", lambda: plain(getattr(connector, what)))
    task = one.tasks[0]
    call("a task's config", lambda: task.config)
    call("a task's status", lambda: task.status)
    call("a task runs", task.is_running)
    call("restart a task", task.restart)
    wait("one", "RUNNING", 1)
    for what, state in (("restart", "RUNNING"), ("pause", "PAUSED"), ("resume", "RUNNING"),
                        ("restart_all_tasks", "RUNNING"), ("cycle_connector", "RUNNING")):
        call(what, lambda: plain(getattr(one, what)()))
        wait("one", state, 1)
        call(f"{what} missing", lambda: plain(getattr(missing, what)()))
    call("change its config", setattr, one, "config", {**script.source, "name": "one", "batch.size": "7"})
    call("its changed config", lambda: one.config)
    call("a wrong config", setattr, one, "config", {"connector.class": SOURCE, "name": "one"})
    call("set the root's level", setattr, cluster, "root_logger", "WARN")
    call("the root's level", lambda: cluster.root_logger["level"])
    call("set a logger's level", lambda: "root" in cluster.set_logger_log_level("root", "INFO"))
    call("set an unknown logger's level", lambda: raised(cluster.set_logger_log_level, "no.such.logger", "INFO"))
    call("delete", one.delete)
    call("delete again", one.delete)
    call("exists after", one.exists)


def raised(function, *arguments):
    """Only the class: the message lists every logger of the worker."""
    try:
        return function(*arguments)
    except ValueError as error:
        return type(error).__name__


def plain(value):
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value if isinstance(value, (dict, str, int, bool, type(None))) else repr(value)


def main():
    client, url, file, topic = sys.argv[1:]
    script = Script(url, file, topic)
    {"kafka-connect-py": kafka_connect_py, "kafkaconnect": kafkaconnect, "kafka-connect-api": kafka_connect_api}[client](
        script)
    json.dump(script.outcomes, sys.stdout, default=repr)


if __name__ == "__main__":
    main()
