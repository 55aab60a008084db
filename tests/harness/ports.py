"""Free ports on loopback, below the range from which the system takes ports for outgoing
connections: a server that is restarted finds its port free again."""

import os
import socket

_FIRST, _LAST = 21000, 29999
_next = _FIRST + (os.getpid() * 37) % (_LAST - _FIRST)


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    global _next
    for _ in range(_LAST - _FIRST):
        _next = _FIRST + (_next + 1 - _FIRST) % (_LAST - _FIRST)
        if is_free(_next):
            return _next
    raise AssertionError("no free port on loopback")


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
