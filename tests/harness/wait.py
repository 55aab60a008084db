"""Waiting for a condition, never for a time."""

import time


def wait_until(condition, timeout, what, alive=None):
    """Calls `condition` until it gives something true, and gives that.

    timeout: seconds. what: for the message, as in "the connector to run"; may be a callable, asked
    when the time is over. alive: checked in between, raises when waiting has become pointless.
    """
    deadline = time.monotonic() + timeout
    pause = 0.005
    while True:
        result = condition()
        if result:
            return result
        if alive is not None:
            alive()
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise AssertionError(f"waited {timeout} s in vain for {text}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
