"""Connector configurations that the tests share."""

import json

from .worker import BLACKHOLE, FILE_SINK, FILE_SOURCE, properties


def file_source(path, topic, **more):
    return {"connector.class": FILE_SOURCE, "tasks.max": "1", "file": str(path), "topic": topic,
            **more}


def file_sink(path, topics, **more):
    return {"connector.class": FILE_SINK, "tasks.max": "1", "file": str(path), "topics": topics,
            **more}


def blackhole(topics, **more):
    return {"connector.class": BLACKHOLE, "tasks.max": "1", "topics": topics, **more}


def write_properties(path, name, config):
    with open(path, "w") as file:
        file.write(properties({"name": name, **config}))
    return str(path)


def write_json(path, content):
    with open(path, "w") as file:
        json.dump(content, file)
    return str(path)
