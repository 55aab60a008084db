"""What a worker's GET /metrics tells of what its tasks have done."""


def has_read(worker, connector):
    """A sink has records in its hands: they were read, whether or not its put has ended."""
    for text in worker.rest.get("/metrics").splitlines():
        if text.startswith("kafka_connect_sink_task_metrics_sink_record_read_total{") \
                and f'connector="{connector}"' in text:
            return float(text.rpartition(" ")[2]) > 0
    return False
