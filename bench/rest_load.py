#!/usr/bin/env python3
"""Load on a worker's REST API: requests from many connections while its connectors run.

    rest_load.py PORT [--requests 10000] [--connections 64] [--pid PID] [--idle 50]

Prints one JSON line: errors, times in milliseconds, and with --pid the memory before and after (of
the second half: the first warms up). With --idle as many clients each send nothing, half a request
line, half a header or half a body, and one sends its headers byte by byte, while the others are answered.
Standard library only.
"""

import argparse
import asyncio
import json
import time

PATHS = ["/", "/connectors", "/connectors?expand=status&expand=info", "/connector-plugins", "/health"]
UNFINISHED = [b"", b"GET /conn", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ",
              b"POST /connectors HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              b"Content-Length: 1000\r\n\r\n{"]


def resident_kilobytes(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


async def request(reader, writer, path):
    writer.write(f"GET {path} HTTP/1.1\r\nHost: load\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    await reader.readexactly(length)
    return int(head.split()[1])


async def client(port, todo, times, errors):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    while todo:
        path = PATHS[todo.pop() % len(PATHS)]
        begin = time.perf_counter()
        try:
            status = await request(reader, writer, path)
        except (OSError, asyncio.IncompleteReadError) as error:
            errors.append(f"{path}: {error!r}")
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
            continue
        times.append((time.perf_counter() - begin) * 1000)
        if status != 200:
            errors.append(f"{path}: {status}")
    writer.close()


async def dribble(port):
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for byte in b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 100000:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)
    except OSError:
        pass


async def half(port, requests, connections):
    times, errors, todo = [], [], list(range(requests))
    begin = time.perf_counter()
    await asyncio.gather(*(client(port, todo, times, errors) for _ in range(connections)))
    return times, errors, time.perf_counter() - begin


async def run(options):
    held = []
    for i in range(options.idle):
        held.append(await asyncio.open_connection("127.0.0.1", options.port))
        held[-1][1].write(UNFINISHED[i % len(UNFINISHED)])
    slow = asyncio.create_task(dribble(options.port)) if options.idle else None
    first = await half(options.port, options.requests // 2, options.connections)
    before = resident_kilobytes(options.pid) if options.pid else 0
    second = await half(options.port, options.requests - options.requests // 2, options.connections)
    times, errors = sorted(first[0] + second[0]), first[1] + second[1]
    result = {"requests": len(times), "errors": len(errors), "seconds": round(first[2] + second[2], 2)}
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1)):
        result[name + "_ms"] = round(times[min(len(times) - 1, int(len(times) * share))], 2)
    if options.pid:
        result["resident_kb"] = [before, resident_kilobytes(options.pid)]
    if errors:
        result["first_errors"] = errors[:5]
    if slow:
        slow.cancel()
    print(json.dumps(result))
    return 1 if errors else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--requests", type=int, default=10000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--pid", type=int)
    parser.add_argument("--idle", type=int, default=0)
    raise SystemExit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()
