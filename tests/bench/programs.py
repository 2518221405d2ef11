"""Runs the measuring programs: one call is one cell of one round, and gives a dict of figures."""
import contextlib
import json
import os
import resource
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SHORTEST_SECONDS = 0.3  # below this, ticks of 10 ms say nothing about other programs
IDLE_SPINNER = ("import os\n"
                "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n"
                "while os.getppid() == {parent}: pass\n")


class Programs:
    """Where the programs are, and the environment of every server."""

    def __init__(self, build, work):
        self.build = build
        self.work = work
        self.product = [os.path.join(build, "ninepence"), "serve"]
        self.library = [self._own("library")]
        self.echo = [self._own("echo")]
        self.floor = [self._own("floor")]
        self.peer = ["node", os.path.join(HERE, "peer", "server.mjs")]
        self.peer_echo = ["node", os.path.join(HERE, "peer", "echo.mjs")]
        self.environment = {"PATH": os.environ["PATH"], "HOME": work, "LANG": "C.UTF-8"}
        self.others = []  # cores that other programs used, one figure per cell
        self.database = None

    def _own(self, name):
        return os.path.join(self.build, "tests", "bench", name)

    def use(self, database, **environment):
        self.database = database
        self.environment.update(DATABASE_URL=database.url, **environment)

    def workload(self, name, requests):
        """A file of requests: (expected, method, params or None)."""
        path = os.path.join(self.work, f"{name}.workload")
        with open(path, "w", encoding="utf-8") as file:
            for expected, method, params in requests:
                text = "-" if params is None else json.dumps(params, separators=(",", ":"))
                file.write(f"{expected} {method} {text}\n")
        return path

    def load(self, server, workload, in_flight=1, ms=1500, warm_up=500, count=0, rate=0,
             modern=False, pin=False):
        """The load generator on a server; wrong and strange answers end the run."""
        command = [self._own("load"), "-k", str(in_flight), "-w", str(warm_up), "-f", workload]
        command += ["-n", str(count)] if count else ["-t", str(ms)]
        command += ["-r", str(rate)] if rate else []
        command += ["-m"] if modern else []
        command += ["-p", str(self.database.pid)] if self.database else []
        return self._cell([*command, "--", *server], pin)[0]

    def spawns(self, server, workload, count, pin=False):
        command = [self._own("load"), "-s", str(count), "-f", workload, "--", *server]
        return self._cell(command, pin)

    def limit(self, script, connections=2, in_flight=16, batch=False, ms=1500, warm_up=500):
        command = [self._own("limit"), "-c", str(connections), "-k", str(in_flight), "-t", str(ms),
                   "-w", str(warm_up), "-p", str(self.database.pid), "-f", script]
        command += ["-b"] if batch else []
        return self._cell([*command, "--", self.database.url], False)[0]

    def _cell(self, command, pin):
        if pin:
            command = ["taskset", "-c", str(max(os.sched_getaffinity(0))), *command]
        before = self._clocks()
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        after = self._clocks()
        said = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode:
            sys.exit(f"bench: {' '.join(command)} failed:\n{said}")
        figures = [json.loads(line) for line in done.stdout.splitlines()]
        bad = sum(figure.get(kind, 0) for figure in figures
                  for kind in ("wrong", "strange", "unanswered", "exit"))
        if bad:
            sys.exit(f"bench: {' '.join(command)}: {bad} wrong answers:\n{said}")
        seconds = after["at"] - before["at"]
        own = after["own"] - before["own"] + after["database"] - before["database"]
        if seconds > SHORTEST_SECONDS:
            self.others.append(max(0.0, (after["busy"] - before["busy"] - own) / seconds))
        return figures

    def _clocks(self):
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        tick = os.sysconf("SC_CLK_TCK")
        with open("/proc/stat", encoding="ascii") as stat:
            fields = [int(field) for field in stat.readline().split()[1:]]
        busy = (sum(fields[:3]) + sum(fields[5:8])) / tick
        return {"at": time.monotonic(), "busy": busy, "own": used.ru_utime + used.ru_stime,
                "database": self._database_seconds() / tick}

    def _database_seconds(self):
        """CPU ticks of all backends."""
        if not self.database:
            return 0
        ticks = 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
                    fields = stat.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.database.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks


@contextlib.contextmanager
def kept_awake():
    """Idle-class spinners on every core: a virtual core that sleeps takes tens of microseconds to
    wake, which would be all that one request in flight measures."""
    text = IDLE_SPINNER.format(parent=os.getpid())
    spinners = [subprocess.Popen([sys.executable, "-c", text]) for _ in os.sched_getaffinity(0)]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()
