"""The REST API of a worker, Java's or Millrace."""

import json
import urllib.error
import urllib.request

from .wait import wait_until


class RestError(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Rest:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        self.patient = False  # a Java worker refuses requests while it expects a rebalance: ask again

    def call(self, method, path, body=None, timeout=95):
        """Gives the parsed JSON, text that is not JSON, or None for an empty answer."""
        answers = []

        def served():
            try:
                answers.append(self._call(method, path, body, timeout))
            except RestError as error:
                if not self.patient or "rebalance" not in str(error.body):
                    raise
            return answers
        wait_until(served, 60, f"{method} {path} to be served")
        return answers[0]

    def _call(self, method, path, body, timeout):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"},
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            try:
                text = json.loads(text).get("message", text)
            except ValueError:
                pass
            raise RestError(error.code, text) from None
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            return text

    def get(self, path):
        return self.call("GET", path)

    def answers(self):
        try:
            self.call("GET", "/", timeout=5)
            return True
        except (OSError, RestError):
            return False

    def create(self, name, config):
        return self.call("POST", "/connectors", {"name": name, "config": config})

    def put_config(self, name, config):
        return self.call("PUT", f"/connectors/{name}/config", config)

    def delete(self, name):
        return self.call("DELETE", f"/connectors/{name}")

    def status(self, name):
        return self.get(f"/connectors/{name}/status")

    def task_states(self, name):
        return [task["state"] for task in self.status(name)["tasks"]]

    def trace(self, name, task=0):
        return self.status(name)["tasks"][task].get("trace", "")

    def wait_state(self, name, state, tasks=None, timeout=30):
        """Waits until the connector and all its tasks are in `state`; of FAILED, until a task is."""
        seen = None

        def reached():
            nonlocal seen
            try:
                seen = self.status(name)
            except RestError as error:
                seen = error
                return False
            states = [task["state"] for task in seen["tasks"]]
            if state == "FAILED":
                return state in states or seen["connector"]["state"] == state
            enough = len(states) > 0 if tasks is None else len(states) == tasks
            return enough and set(states) == {state} and seen["connector"]["state"] == state

        wait_until(reached, timeout, lambda: f"{name} to be {state}; it is {seen}")
        return seen
