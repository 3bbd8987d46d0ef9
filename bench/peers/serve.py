"""What every file of peers shares: one command a line on stdin, one JSON answer a line on stdout.

The first line tells versions and what is missing, each with its reason, so that the other peers of a file still run.
Arguments come as one JSON object. Answers are milliseconds per frame, or the error.
"""

import json
import logging
import os
import sys
import time

logging.disable(logging.CRITICAL)
ARGUMENTS = json.loads(sys.argv[1])
# Libraries that print must not come between the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def milliseconds(work, frames):
    """Milliseconds per frame of work that handles so many."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3 / frames


def say(answer):
    print(json.dumps(answer), file=answers, flush=True)


def reason(error):
    return f"{type(error).__name__}: {error}"


def serve(peers):
    """`peers`: functions by the peer's name, each giving its version and its commands (no arguments, ms per frame)."""
    versions, missing, commands = {}, {}, {}
    for name, prepare in peers.items():
        try:
            versions[name], found = prepare()
            commands.update(found)
        except Exception as error:
            missing[name] = reason(error)
    say({"versions": versions, "missing": missing})
    for line in sys.stdin:
        try:
            say({"ms": commands[line.strip()]()})
        except Exception as error:
            say({"error": reason(error)})
