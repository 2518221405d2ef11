#!/usr/bin/python3
"""Clients that say too much at once, or take nothing of what they are told. The memory of the server
stays within its limits meanwhile, and afterwards everything has its answer.

NINEPENCE_LONG=1: a client that takes nothing for a minute, and a line of a GiB on every build."""
import json
import os
import re
import select
import subprocess
import time

from wire import L4, SCALE, Wire, base_environment, code_of, unittest

LONG = os.environ.get("NINEPENCE_LONG") == "1"
REQUESTS = 10000
STALL_SECONDS = 60 if LONG else 1
LINE_BYTES = (1 << 30) if LONG or SCALE == 1 else 1 << 25
PEAK_KIB = 16 * 1024  # a line of 4 MiB, an output queue of 1 MiB, waiting calls, the program


def peak_kib(pid):
    """The most memory that the process ever had."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1))


def requests():
    """Pings, with a list or a call now and then; ids are numbers and texts in turn."""
    lines = [{"method": "initialize", "id": "hello", "params": {
        "protocolVersion": L4, "capabilities": {}, "clientInfo": {"name": "stalled", "version": "1"}}}]
    for i in range(REQUESTS):
        line = {"id": i if i % 2 else f"text {i}", "method": "ping"}
        if i % 10 == 3:
            line["method"] = "tools/list"
        elif i % 10 == 7:
            line.update(method="tools/call", params={"name": "test_simple_text", "arguments": {}})
        lines.append(line)
    return [json.dumps({"jsonrpc": "2.0", **line}).encode() + b"\n" for line in lines]


class Stalled:
    """A client that writes as long as it can, and reads only when told to."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ["NINEPENCE_BIN"]], env=base_environment(),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.unsent = memoryview(b"".join(requests()))
        self.received = bytearray()
        self.to_server = self.process.stdin.fileno()
        self.from_server = self.process.stdout.fileno()
        os.set_blocking(self.to_server, False)

    def write_some(self):
        self.unsent = self.unsent[os.write(self.to_server, self.unsent[:65536]):]

    def write_until_refused(self, seconds):
        """Until the server has taken nothing for so long. False: it took everything."""
        while self.unsent:
            if not select.select([], [self.to_server], [], seconds)[1]:
                return True
            self.write_some()
        return False

    def write_and_read_everything(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            readable, writable, _ = select.select([self.from_server],
                                                  [self.to_server] if self.unsent else [], [], 1)
            if writable:
                self.write_some()
            if readable:
                piece = os.read(self.from_server, 1 << 20)
                if not piece:
                    return
                self.received += piece
            if not self.unsent and not self.process.stdin.closed:
                self.process.stdin.close()
        raise AssertionError(f"no end after {seconds} s")


class Pressure(Wire):
    def check_memory(self, pid):
        """Sanitizers and valgrind keep what was freed, so that their figures say nothing."""
        if SCALE == 1:
            self.assertLess(peak_kib(pid), PEAK_KIB)

    def test_ten_thousand_requests_of_a_stalled_client_are_all_answered_once(self):
        client = Stalled()
        self.addCleanup(client.process.kill)
        self.assertTrue(client.write_until_refused(STALL_SECONDS), "the server took everything")
        self.check_memory(client.process.pid)
        client.write_and_read_everything(60 * SCALE)
        self.assertEqual(client.process.wait(10 * SCALE), 0)
        client.process.stdout.close()
        answers = [json.loads(line) for line in client.received.splitlines()]
        self.assertEqual([answer for answer in answers if "result" not in answer], [])
        self.assertCountEqual([answer["id"] for answer in answers],
                              ["hello", *(i if i % 2 else f"text {i}" for i in range(REQUESTS))])

    def test_line_of_a_gibibyte_takes_no_memory_and_is_answered_once(self):
        server = self.serve(L4)
        self.check_alive(server)
        chunk = b"x" * (1 << 20)
        sent = 0
        while sent < LINE_BYTES:  # past the trace, which keeps whole lines
            sent += os.write(server.process.stdin.fileno(), chunk)
        self.assertEqual(code_of(self.said(server, b"")), -32600)
        self.check_alive(server)
        self.assertEqual(len(server.strangers), 1)
        self.check_memory(server.pid)


if __name__ == "__main__":
    unittest.main()
