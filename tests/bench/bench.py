#!/usr/bin/python3
"""Measures the server beside what is possible and beside what others would build; see
docs/performance.md. Started by script/bench, which builds everything first.

Every comparison is made inside one run: a round measures each program once, in another order than
the round before, and a ratio is the median of the rounds' ratios."""
import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

import capture
import database
import importing
import protocol
import report
import workloads
from figures import Figures
from programs import Programs, kept_awake

HERE = os.path.dirname(os.path.abspath(__file__))
QUESTIONS = {"summary": workloads.summary, "newest 10": workloads.newest_10,
             "100 rows": workloads.rows_100}
SERVERS = ("product", "peer")
OPEN_RATE = 500
MIXED_CALLS = 100000
MIXED_CALLS_LONG = 1000000


class Sizes:
    """How much is measured: for figures, or only to see that everything runs."""

    def __init__(self, quick, rounds, mixed, long):
        self.rounds = 1 if quick else rounds
        self.books = (10, 1000) if quick else (1000, 1000)
        self.ms = 100 if quick else 1200
        self.warm_up = 50 if quick else 400
        self.peer_warm_up = 50 if quick else 1000  # its compiler needs longer
        self.spawns = 2 if quick else 8
        self.mixed = 1000 if quick else mixed
        self.mixed_long = MIXED_CALLS_LONG if long else 0
        # Rows of a file, and rounds.
        self.imports = ((1000, 1),) if quick else ((20000, rounds), (100000, min(rounds, 3)), (1000000, 1))


class DatabaseBench:
    """The questions, answered from one ledger of a thousand."""

    def __init__(self, programs, sizes, has_peer):
        self.programs = programs
        self.sizes = sizes
        self.figures = Figures()
        self.servers = SERVERS if has_peer else SERVERS[:1]
        self.workloads = {name: programs.workload(name.replace(" ", "-"), make())
                          for name, make in QUESTIONS.items()}
        self.scripts = {}
        self.statements = {}
        self.floor = None
        self._capture()

    def _server(self, name):
        return {"product": self.programs.product, "peer": self.programs.peer}[name]

    def _capture(self):
        """Overhears the statements, and sees that both servers give the same figures."""
        for question, make in QUESTIONS.items():
            totals = {}
            for server in self.servers:
                heard = capture.Captured(self.programs.database, self._server(server),
                                         self.programs.environment, make())
                name = f"{question}/{server}"
                self.scripts[name] = heard.write(
                    os.path.join(self.programs.work, name.replace("/", "-").replace(" ", "-")))
                self.statements[name] = heard.statements_per_request
                totals[server] = [(float(answer["structuredContent"]["total"]),
                                   answer["structuredContent"]["count"])
                                  for answer in heard.answers]
                if name == "summary/product":
                    self.floor = self.programs.floor + [self.programs.database.url,
                                                        heard.as_text()]
            if any(other != totals["product"] for other in totals.values()):
                sys.exit(f"bench: {question}: the servers do not agree: {totals}")

    def _cells(self):
        """Name and function of everything that a round measures."""
        ms, warm_up = self.sizes.ms, self.sizes.warm_up
        for question in QUESTIONS:
            for server in self.servers:
                script = self.scripts[f"{question}/{server}"]
                yield (f"{question}/limit of {server}",
                       lambda s=script: self.programs.limit(s, ms=ms, warm_up=warm_up))
                yield (f"{question}/batch limit of {server}",
                       lambda s=script: self.programs.limit(s, batch=True, ms=ms, warm_up=warm_up))
                yield (f"{question}/{server}",
                       lambda q=question, v=server: self._load(v, q, in_flight=32))

    def _load(self, server, question, **more):
        warm_up = self.sizes.peer_warm_up if server == "peer" else self.sizes.warm_up
        return self.programs.load(self._server(server), self.workloads[question], ms=self.sizes.ms,
                                  warm_up=warm_up, **more)

    def _one_in_flight(self):
        with kept_awake():
            for question in QUESTIONS:
                for server in self.servers:
                    self.figures.add(f"one/{question}/limit of {server}", self.programs.limit(
                        self.scripts[f"{question}/{server}"], connections=1, in_flight=1,
                        ms=self.sizes.ms // 2, warm_up=self.sizes.warm_up))
                    self.figures.add(f"one/{question}/{server}",
                                     self._load(server, question, in_flight=1))

    def _open_loop(self):
        for server in self.servers:
            self.figures.add(f"open/{server}", self._load(server, "summary", rate=OPEN_RATE))

    def _spawns(self):
        servers = {"product": self.programs.product, "floor": self.floor,
                   "echo": self.programs.echo}
        if "peer" in self.servers:
            servers["peer"] = self.programs.peer
        for name, server in servers.items():
            path = self.workloads["summary"] if name != "echo" else self.programs.workload(
                "echo", workloads.ECHO)
            lives = self.programs.spawns(server, path, self.sizes.spawns)
            self.figures.add(f"spawn/{name}", {
                key: statistics.median(life[key] for life in lives)
                for key in ("first_answer_ms", "first_call_ms", "first_rss_kib", "call_rss_kib")})

    def run(self, say):
        cells = list(self._cells())
        for number in range(self.sizes.rounds):
            say(f"database: round {number + 1} of {self.sizes.rounds}")
            turn = number * 5 % len(cells)
            for name, measure in cells[turn:] + cells[:turn]:
                self.figures.add(name, measure())
            self._one_in_flight()
            self._open_loop()
            self._spawns()
        say("database: mixed calls")
        mixed = self.programs.workload("mixed", workloads.mixed())
        for name, count, in_flight in (("mixed", self.sizes.mixed, 32),
                                       ("mixed at 64", self.sizes.mixed // 10, 64),
                                       ("mixed, long", self.sizes.mixed_long, 32)):
            if count:
                self.figures.add(name, self.programs.load(
                    self.programs.product, mixed, in_flight=in_flight, count=count, warm_up=0))


def parse():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="all", choices=["protocol", "database", "import", "all"])
    parser.add_argument("--quick", action="store_true",
                        help="tiny data, one round: only whether everything runs without errors")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mixed", type=int, default=MIXED_CALLS,
                        help="calls of every kind before memory is read (%(default)s)")
    parser.add_argument("--long", action="store_true", help="also 1e6 mixed calls, for memory")
    parser.add_argument("--save", action="store_true", help="put the tables into docs/performance.md")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.partition(":")[2].strip() for line in info
                      if line.startswith("model name")), platform.machine())
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], stdout=subprocess.PIPE, check=True,
                             text=True).stdout.strip() if node else "none"
    return (f"{time.strftime('%Y-%m-%d')}, {len(os.sched_getaffinity(0))} cores of {model}, "
            f"Linux {platform.release()}, node {version}")


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    options = parse()
    work = os.path.join(options.build, "bench-work")
    os.makedirs(work, exist_ok=True)
    programs = Programs(options.build, work)
    sizes = Sizes(options.quick, options.rounds, options.mixed, options.long)
    has_peer = shutil.which("node") is not None and os.path.isdir(
        os.path.join(HERE, "peer", "node_modules"))
    if not has_peer:
        say("bench: not run: everything that needs the TypeScript peer (no node, or npm ci failed)")
    text = []

    def add(table):
        """With the conditions under which it was measured."""
        text.append(f"{table}\n{report.conditions(machine(), sizes, programs.others)}")
        programs.others = []

    if options.what in ("protocol", "all"):
        bench = protocol.ProtocolBench(programs, sizes, has_peer)
        bench.run(say)
        add(report.protocol(bench.figures, has_peer))
    if options.what in ("database", "all"):
        books = database.start(os.path.join(options.build, "bench-data"), sizes.books,
                               migrate=lambda db: migrate(programs, db), say=say)
        try:
            programs.use(books, NINEPENCE_LEDGER=workloads.LEDGER, NINEPENCE_NOW=database.TODAY)
            bench = DatabaseBench(programs, sizes, has_peer)
            bench.run(say)
            add(report.database(bench.figures, bench.statements, has_peer))
        finally:
            books.stop()
    if options.what in ("import", "all"):
        books = database.start(os.path.join(options.build, "bench-data"), (1, 1),
                               migrate=lambda db: migrate(programs, db), say=say)
        try:
            programs.use(books, NINEPENCE_LEDGER="Household 1", NINEPENCE_NOW=database.TODAY)
            figures = Figures()
            importing.ImportBench(programs, books, sizes.imports).run(say, figures)
            add(report.importing(figures, sizes.imports))
        finally:
            books.stop()
    print("\n".join(text))
    if options.save:
        report.save(text)


def migrate(programs, books):
    subprocess.run([programs.product[0], "db", "migrate"], check=True, stdin=subprocess.DEVNULL,
                   env={**programs.environment, "DATABASE_URL": books.url})


if __name__ == "__main__":
    main()
