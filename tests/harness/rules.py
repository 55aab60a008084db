"""Rules of a broker that has an authorizer: one CreateAcls request, for which a tool of Kafka's
would start a JVM, and which older Python clients do not have."""

import socket
import struct

_CREATE_ACLS, _VERSION, _LITERAL, _ALLOW = 30, 1, 3, 3
_KINDS = {"TOPIC": 2, "GROUP": 3, "CLUSTER": 4}
_OPERATIONS = {"READ": 3, "WRITE": 4, "CREATE": 5, "DELETE": 6, "ALTER": 7, "DESCRIBE": 8}


def _text(value):
    return struct.pack(">h", len(value.encode())) + value.encode()


def allow(bootstrap, user, rules):
    """rules: (TOPIC or GROUP, name, operation ...), for User:`user` from anywhere."""
    entries = [struct.pack(">b", _KINDS[kind]) + _text(name) + struct.pack(">b", _LITERAL) + _text(f"User:{user}")
               + _text("*") + struct.pack(">bb", _OPERATIONS[operation], _ALLOW)
               for kind, name, *operations in rules for operation in operations]
    request = (struct.pack(">hhi", _CREATE_ACLS, _VERSION, 1) + _text("tests")
               + struct.pack(">i", len(entries)) + b"".join(entries))
    host, port = bootstrap.rsplit(":", 1)
    with socket.create_connection((host, int(port)), 30) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        stream = connection.makefile("rb")
        (size,) = struct.unpack(">i", stream.read(4))
        answer = stream.read(size)
    # correlation id, throttle time, then for each rule an error code and its text
    (count,), place = struct.unpack(">i", answer[8:12]), 12
    assert count == len(entries), answer
    for _ in range(count):
        code, length = struct.unpack(">hh", answer[place:place + 4])
        place += 4 + max(length, 0)
        assert code == 0, f"CreateAcls: error {code}: {answer[place - max(length, 0):place]}"
