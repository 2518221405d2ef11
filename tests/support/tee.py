#!/usr/bin/python3
"""Stands between a client and the server and records every line for the trace checker:

    tee.py TRACE.jsonl [--] COMMAND [ARGUMENT...]
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time


def copy(source, target, file, child, direction):
    """Records whole lines and passes the bytes on at once."""
    rest = b""
    while True:
        chunk = os.read(source, 65536)
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:  # recorded first: an answer must not stand before its request
            record = {"t": int(time.time() * 1000), "child": child, "era": "?", "dir": direction,
                      "line": line.decode("utf-8", "replace")}
            os.write(file, json.dumps(record).encode() + b"\n")
        try:
            view = memoryview(chunk)
            while view:
                view = view[os.write(target, view):]
        except OSError:
            break
    os.close(target)


def main(path, command):
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _: child.send_signal(got))
    name = f"tee-{os.getpid()}-{child.pid}"
    threading.Thread(target=copy, daemon=True,
                     args=(0, os.dup(child.stdin.fileno()), file, name, "in")).start()
    child.stdin.close()
    copy(child.stdout.fileno(), 1, file, name, "out")
    return child.wait()


if __name__ == "__main__":
    # Some clients take the dashes for their own.
    rest = sys.argv[2:]
    sys.exit(main(sys.argv[1], rest[1:] if rest[0] == '--' else rest))
