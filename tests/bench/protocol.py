"""What the protocol alone costs: calls that never reach a database, at 16 in flight. Server and load
share one core here, so that a figure is the work of both and not the waking of a second core; rates
are per second of CPU time of the two, which other programs on the machine do not change."""
import json
import os
import subprocess

import workloads
from figures import Figures

IN_FLIGHT = 16
REQUESTS = {"ping": workloads.PING, "tools/list": workloads.LIST, "invalid": workloads.INVALID,
            "echo": workloads.ECHO}


class ProtocolBench:
    """mcp/ alone and the whole product, beside the TypeScript SDK and a trivial C program."""

    def __init__(self, programs, sizes, has_peer):
        self.programs = programs
        self.sizes = sizes
        self.figures = Figures()
        self.servers = {"library": programs.library, "C": programs.echo}
        if has_peer:
            self.servers["peer"] = programs.peer_echo
        self.workloads = {name: programs.workload(name.replace("/", "-"), requests)
                          for name, requests in REQUESTS.items()}
        self.invalid_product = programs.workload("invalid-product", workloads.INVALID_PRODUCT)
        self.long_list = self._list_of_product()

    def _list_of_product(self):
        """The product's list of tools in a file, for the trivial server to say."""
        hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "bench", "version": "1"}}}
        ask = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
        done = subprocess.run(self.programs.product, env=self.programs.environment, check=True,
                              input="".join(json.dumps(line) + "\n" for line in (hello, ask)),
                              stdout=subprocess.PIPE, text=True)
        answer = next(line for line in map(json.loads, done.stdout.splitlines())
                      if line.get("id") == 2)
        path = os.path.join(self.programs.work, "tools.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(answer["result"], file, ensure_ascii=False, separators=(",", ":"))
        return path

    def _cells(self):
        for name, path in self.workloads.items():
            for server, command in self.servers.items():
                yield f"{name}/{server}", command, path, False
        for name in ("tools/list", "echo", "invalid"):
            yield f"{name}/library, modern", self.programs.library, self.workloads[name], True
        product = self.programs.product
        yield "ping/product", product, self.workloads["ping"], False
        yield "invalid/product", product, self.invalid_product, False
        yield "invalid/product, modern", product, self.invalid_product, True
        yield "long list/product", product, self.workloads["tools/list"], False
        yield "long list/product, modern", product, self.workloads["tools/list"], True
        yield ("long list/C", self.programs.echo + [self.long_list], self.workloads["tools/list"],
               False)

    def run(self, say):
        cells = list(self._cells())
        for number in range(self.sizes.rounds):
            say(f"protocol: round {number + 1} of {self.sizes.rounds}")
            turn = number * 5 % len(cells)
            for name, command, path, modern in cells[turn:] + cells[:turn]:
                warm_up = self.sizes.peer_warm_up if "peer" in name else self.sizes.warm_up
                figure = self.programs.load(command, path, in_flight=IN_FLIGHT,
                                            ms=self.sizes.ms // 2, warm_up=warm_up,
                                            modern=modern, pin=True)
                # What the core would do if nothing else ran on it.
                both_us = figure["server_cpu_us"] + figure["own_cpu_us"]
                figure["core_rate"] = 1e6 / both_us if both_us else 0.0
                self.figures.add(name, figure)
