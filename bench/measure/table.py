"""Medians and ratios as a Markdown table."""

import statistics

TITLES = {"source": "file -> topic", "sink": "topic -> file",
          "json": "JSON with schema -> counting sink", "smt": "JSON, three transforms -> counting sink",
          "start": "start, idle",
          "thousand": "idle file sources"}
FIGURES = {"cpu": "CPU s", "wall": "wall s", "peak": "peak MiB", "rest": "s to GET /",
           "idle": "idle MiB", "threads": "threads", "connectors": "connectors",
           "kib each": "KiB each", "threads each": "threads each", "idle cpu %": "idle CPU %"}
# What must hold: (case, figure) -> smallest ratio Java worker / Millrace; the largest Millrace / bare;
# the largest figure of Millrace itself.
GOALS = {("source", "cpu"): 8, ("sink", "cpu"): 5, ("json", "cpu"): 6, ("smt", "cpu"): 6,
         ("start", "rest"): 15,
         ("start", "idle"): 8, ("source", "peak"): 8, ("sink", "peak"): 3}
BARE_GOAL = 1.6
LIMITS = {("thousand", "kib each"): 100, ("thousand", "threads each"): 1.2, ("thousand", "wall"): 30}


def number(value):
    if value is None:
        return "-"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def medians(results):
    """results: {(case, contestant): [figures of each run]}; gives {(case, contestant): figures}."""
    return {key: {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            for key, runs in results.items() if runs}


def table(results, records):
    found = medians(results)
    rows = [("case", "figure", "Java worker", "Millrace", "Java / Millrace", "goal",
             "bare librdkafka", "Millrace / bare"), ("---",) * 8]
    for case in TITLES:
        ours, java, bare = (found.get((case, name), {}) for name in
                            ("Millrace", "Java worker", "bare librdkafka"))
        for figure, title in FIGURES.items():
            if figure not in ours and figure not in java:
                continue
            per_million = 1e6 / records if figure == "cpu" and case in ("source", "sink", "json", "smt") else 1
            values = [None if figures.get(figure) is None else figures[figure] * per_million
                      for figures in (java, ours, bare)]
            ratio = values[0] / values[1] if values[0] is not None and values[1] else None
            beside = values[1] / values[2] if values[1] is not None and values[2] else None
            goal = GOALS.get((case, figure))
            mark = ""
            if goal is not None and ratio is not None:
                mark = f"≥ {goal} " + ("ok" if ratio >= goal else "MISSED")
            if figure == "cpu" and beside is not None:
                mark += (", " if mark else "") + f"≤ {BARE_GOAL} " + ("ok" if beside <= BARE_GOAL else "MISSED")
            limit = LIMITS.get((case, figure))
            if limit is not None and values[1] is not None:
                mark = f"at most {limit} " + ("ok" if values[1] <= limit else "MISSED")
            rows.append((TITLES[case], title + (" per million" if per_million != 1 or
                         (figure == "cpu" and case != "start") else ""), number(values[0]),
                         number(values[1]), number(ratio), mark, number(values[2]), number(beside)))
    widths = [max(len(row[column]) for row in rows) for column in range(8)]
    return "\n".join("| " + " | ".join(cell.ljust(width) if cell != "---" else "-" * width
                     for cell, width in zip(row, widths)) + " |" for row in rows)
