"""Drives the shipped binary over its pipe, in either protocol era.

A Server is one process. Every line that it writes is checked at once (UTF-8, one JSON value, an
answer only to what was asked and only once) and, when NINEPENCE_TRACE names a folder, recorded in
the form that the trace checker of tests/conformance reads. Nothing here sleeps: callers wait for a
condition, with a limit that NINEPENCE_TEST_TIMEOUT_MULTIPLIER stretches on slow machines.

Environment: NINEPENCE_BIN (the binary), NINEPENCE_VALGRIND=1 (run it under valgrind),
NINEPENCE_TRACE, NINEPENCE_TEST_TIMEOUT_MULTIPLIER.
"""
import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("NINEPENCE_BIN") or os.path.join(ROOT, "build", "dev", "ninepence")
VALGRIND = os.environ.get("NINEPENCE_VALGRIND") == "1"
VALGRIND_EXIT = 99

LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN = "2026-07-28"
META_VERSION = "io.modelcontextprotocol/protocolVersion"
META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
META_CLIENT = "io.modelcontextprotocol/clientInfo"
META_SERVER = "io.modelcontextprotocol/serverInfo"
FIRST_OWN_ID = 1_000_000  # leaves the small ids to transcripts and tests
CLIENT = {"name": "ninepence-tests", "version": "1.0"}


def _binary_has(marker):
    try:
        with open(BIN, "rb") as binary:
            return marker in binary.read()
    except OSError:
        raise SystemExit(f"no binary at {BIN}: build it, or name it by NINEPENCE_BIN") from None


SANITIZED = _binary_has(b"__asan_init")
SCALE = float(os.environ.get("NINEPENCE_TEST_TIMEOUT_MULTIPLIER") or
              (20 if VALGRIND else 4 if SANITIZED else 1))


class Timeout(AssertionError):
    """A condition did not come true in its time."""


def wait_until(condition, seconds=10.0, what="the condition"):
    """Returns the first true value of condition(); polls without ever waiting long, and leaves the
    cores to others for as long as a look took."""
    end = time.monotonic() + seconds * SCALE
    pause = threading.Event()
    while True:
        begin = time.monotonic()
        value = condition()
        if value:
            return value
        now = time.monotonic()
        if now > end:
            raise Timeout(f"waited {seconds * SCALE:.0f} s for {what}")
        pause.wait(max(0.005, now - begin))


def claim(version=MODERN, capabilities=None, client=CLIENT, **more):
    """The `_meta` by which a request of 2026-07-28 carries its own context."""
    meta = {META_VERSION: version, META_CAPABILITIES: capabilities or {}}
    if client is not None:
        meta[META_CLIENT] = client
    meta.update(more)
    return meta


def processes_with(tag):
    """Ids of living processes whose environment holds NINEPENCE_TEST_TAG=tag."""
    needle = f"NINEPENCE_TEST_TAG={tag}".encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as environ:
                if needle in environ.read().split(b"\0"):
                    found.append(int(name))
        except OSError:
            continue
    return found


def command_line(args=("serve",), valgrind=VALGRIND):
    command = [BIN, *args]
    if valgrind:
        log = os.path.join(_valgrind_folder(), "valgrind.%p.log")
        command = [shutil.which("valgrind"), "--quiet", f"--suppressions={SUPPRESSIONS}",
                   f"--error-exitcode={VALGRIND_EXIT}", "--leak-check=full",
                   "--read-inline-info=no",  # a twelfth of the time to start
                   "--show-leak-kinds=definite,indirect,possible",
                   "--errors-for-leak-kinds=definite,indirect,possible",
                   "--child-silent-after-fork=yes", f"--log-file={log}", *command]
    return command


_folder = None
SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "valgrind.supp")


def _valgrind_folder():
    global _folder
    if _folder is None:
        _folder = tempfile.mkdtemp(prefix="ninepence-valgrind-")
        os.chmod(_folder, 0o777)
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    return _folder


# Debian's valgrind does not know pidfd_open; it says so, answers ENOSYS, and that is handled.
_UNKNOWN_CALL = re.compile(r"--\d+-- WARNING: unhandled amd64-linux syscall: 434\n(?:--\d+-- .*\n){4}")


def valgrind_report(pid):
    try:
        with open(os.path.join(_valgrind_folder(), f"valgrind.{pid}.log"), encoding="utf-8",
                  errors="replace") as log:
            return _UNKNOWN_CALL.sub("", log.read())
    except OSError:
        return ""


def base_environment(**more):
    """The caller's environment without anything that would point a server at a real database."""
    keep = {k: v for k, v in os.environ.items()
            if not k.startswith("PG") and not k.startswith("NINEPENCE_") and k != "DATABASE_URL"}
    keep["NINEPENCE_TEST_TAG"] = uuid.uuid4().hex
    keep["NINEPENCE_FULL_SCHEMAS"] = "1"  # answers are held to every column that is declared
    if SANITIZED:
        keep.setdefault("ASAN_OPTIONS", "detect_leaks=1:strict_string_checks=1")
        keep.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    for key, value in more.items():
        if value is None:
            keep.pop(key, None)
        else:
            keep[key] = value
    return keep


class Trace:
    """Lines of one process, in the format of the trace checker."""

    def __init__(self, name, era, record):
        folder = os.environ.get("NINEPENCE_TRACE") if record else None
        self.era = era
        self.file = None
        self.lock = threading.Lock()
        self.name = name
        if folder:
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, f"{name}.jsonl")
            self.file = open(path, "a", encoding="utf-8")

    def add(self, direction, line):
        if self.file is None:
            return
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        record = {"t": int(time.time() * 1000), "child": self.name, "era": self.era,
                  "dir": direction, "line": text}
        with self.lock:
            if not self.file.closed:
                self.file.write(json.dumps(record) + "\n")

    def close(self):
        with self.lock:
            if self.file is not None and not self.file.closed:
                self.file.close()


class Server:
    """One process of the server.

    era: a legacy revision (the handshake is made), "2026-07-28" (each request carries its claim),
    or None (nothing is said beforehand). env: see base_environment(). stdin and stdout may be
    replaced by descriptors; then the caller speaks for itself. record=False leaves the lines out of
    the trace: the checker has no schema for what is said before any revision is agreed.
    """

    def __init__(self, env=None, era=MODERN, args=("serve",), cwd=None, stdin=None, stdout=None,
                 capabilities=None, preexec=None, record=True):
        self.env = base_environment() if env is None else dict(env)
        self.env.setdefault("NINEPENCE_TEST_TAG", uuid.uuid4().hex)
        self.era = era
        self.capabilities = capabilities or {}
        self.lock = threading.Condition()
        self.lines = []
        self.answers = {}
        self.asked = {}
        self.strangers = []
        self.notifications = []
        self.requests = []
        self.problems = []
        self.stdout_ended = False
        self.next_id = FIRST_OWN_ID
        self.instructions = None
        self.handshake = None
        self.expect_answers = True
        self.process = subprocess.Popen(
            command_line(args), stdin=subprocess.PIPE if stdin is None else stdin,
            stdout=subprocess.PIPE if stdout is None else stdout, stderr=subprocess.PIPE,
            env=self.env, cwd=cwd, bufsize=0, preexec_fn=preexec)
        self.pid = self.process.pid
        self.trace = Trace(f"server-{os.getpid()}-{self.pid}-{uuid.uuid4().hex[:6]}", era or "?",
                           record)
        self.unfinished = b""
        self.errors = bytearray()
        self.threads = [threading.Thread(target=self._read_stderr, daemon=True)]
        if stdout is None:
            self.threads.append(threading.Thread(target=self._read_stdout, daemon=True))
        for thread in self.threads:
            thread.start()
        if era in LEGACY:
            self._shake_hands(era)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.kill()
        else:
            self.close()

    # --- reading ---------------------------------------------------------------------------------

    def _read_stderr(self):
        while True:
            chunk = os.read(self.process.stderr.fileno(), 65536)
            if not chunk:
                return
            with self.lock:
                self.errors += chunk
                self.lock.notify_all()

    def _read_stdout(self):
        rest = b""
        descriptor = self.process.stdout.fileno()
        while True:
            try:
                chunk = os.read(descriptor, 1 << 20)
            except OSError:
                chunk = b""
            if not chunk:
                break
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._take_line(line)
        with self.lock:
            if rest:
                self.problems.append(f"unfinished line on stdout: {rest[:200]!r}")
            self.stdout_ended = True
            self.lock.notify_all()

    def _take_line(self, line):
        self.trace.add("out", line)
        with self.lock:
            self.lines.append(line)
            try:
                text = line.decode("utf-8")
                message = json.loads(text, parse_constant=_refuse_constant,
                                     object_pairs_hook=_refuse_repeats)
            except ValueError as error:
                self.problems.append(f"not a line of JSON ({error}): {line[:200]!r}")
            else:
                for one in message if isinstance(message, list) else [message]:
                    self._take_message(one)
            self.lock.notify_all()

    def _take_message(self, message):
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self.problems.append(f"not a JSON-RPC message: {message!r:.200}")
        elif "method" in message:
            (self.requests if "id" in message else self.notifications).append(message)
        else:
            self._take_answer(message)

    def _take_answer(self, message):
        if ("result" in message) == ("error" in message):
            self.problems.append(f"neither or both of result and error: {message!r:.200}")
        if "error" in message:
            error = message["error"]
            if not isinstance(error.get("code"), int) or not error.get("message"):
                self.problems.append(f"error without code or message: {message!r:.200}")
        key = _key(message.get("id"))
        if message.get("id") is None:
            self.strangers.append(message)
        elif self.asked.get(key, 0) == 0:
            self.problems.append(f"answer to nothing: {message!r:.200}")
        else:
            self.asked[key] -= 1
            self.answers.setdefault(key, []).append(message)

    def stderr(self):
        with self.lock:
            return bytes(self.errors).decode("utf-8", "replace")

    # --- writing ---------------------------------------------------------------------------------

    def write(self, data):
        """Raw bytes to the server's stdin; answers to them must be announced in `asked`."""
        *lines, self.unfinished = (self.unfinished + data).split(b"\n")
        for line in lines:
            self.trace.add("in", line)
        view = memoryview(data)
        while view:
            sent = os.write(self.process.stdin.fileno(), view)
            view = view[sent:]

    def send_line(self, line, answers=()):
        """One line as it is; `answers` lists the ids that it may be answered with."""
        if isinstance(line, str):
            line = line.encode("utf-8")
        with self.lock:
            for one in answers:
                self.asked[_key(one)] = self.asked.get(_key(one), 0) + 1
        self.write(line + b"\n")

    def send(self, message):
        """One message; a request is expected to be answered."""
        ids = [message["id"]] if isinstance(message, dict) and "id" in message and \
            "method" in message else []
        self.send_line(json.dumps(message, ensure_ascii=False), ids)

    def notify(self, method, params=None):
        self.send(_message(method, params))

    def fresh_id(self):
        with self.lock:
            self.next_id += 1
            return self.next_id

    def start(self, method, params=None, id=None, meta=None):
        """Sends a request and returns its id."""
        id = self.fresh_id() if id is None else id
        self.send({**_message(method, self._with_claim(params, meta)), "id": id})
        return id

    def _with_claim(self, params, meta):
        if self.era != MODERN and meta is None:
            return params
        params = dict(params or {})
        own = claim(capabilities=self.capabilities) if self.era == MODERN else {}
        params["_meta"] = {**own, **params.get("_meta", {}), **(meta or {})}
        return params

    # --- waiting ---------------------------------------------------------------------------------

    def wait(self, condition, seconds=10.0, what="an answer"):
        """Waits under the lock until condition() holds or the server is gone."""
        end = time.monotonic() + seconds * SCALE
        with self.lock:
            while True:
                value = condition()
                if value:
                    return value
                left = end - time.monotonic()
                if self.stdout_ended:
                    raise AssertionError(f"the server ended before {what}; it said: "
                                         f"{bytes(self.errors).decode('utf-8', 'replace')}"
                                         f"{valgrind_report(self.pid)}")
                if left <= 0:
                    raise Timeout(f"waited {seconds * SCALE:.0f} s for {what}; the server said: "
                                  f"{bytes(self.errors).decode('utf-8', 'replace')}")
                self.lock.wait(min(left, 1.0))

    def wait_answer(self, id, seconds=30.0):
        return self.wait(lambda: self.answers.get(_key(id), []), seconds, f"the answer to {id!r}")[-1]

    def wait_stranger(self, count=1, seconds=10.0):
        """Answers with id null, which belong to lines whose id could not be read."""
        self.wait(lambda: len(self.strangers) >= count, seconds, f"answer {count} with id null")
        return self.strangers[count - 1]

    def request(self, method, params=None, id=None, meta=None, seconds=30.0):
        """Sends a request and waits for the whole message that answers it."""
        return self.wait_answer(self.start(method, params, id, meta), seconds)

    def result(self, method, params=None, **more):
        answer = self.request(method, params, **more)
        if "result" not in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def call(self, tool, arguments=None, seconds=60.0, **more):
        """The result of tools/call; JSON-RPC errors raise."""
        params = {"name": tool}
        if arguments is not None:
            params["arguments"] = arguments
        return self.result("tools/call", params, seconds=seconds, **more)

    def ask(self, tool, arguments=None, **more):
        """structuredContent of a call that must succeed."""
        result = self.call(tool, arguments, **more)
        if result.get("isError"):
            raise AssertionError(f"{tool} {arguments}: {text_of(result)}")
        return result["structuredContent"]

    def refusal(self, tool, arguments=None, **more):
        """Text of a call that must be refused."""
        result = self.call(tool, arguments, **more)
        if not result.get("isError"):
            raise AssertionError(f"{tool} {arguments} was not refused: {text_of(result)[:500]}")
        return text_of(result)

    def _shake_hands(self, revision):
        self.handshake = self.result("initialize", {
            "protocolVersion": revision, "capabilities": self.capabilities, "clientInfo": CLIENT})
        self.instructions = self.handshake.get("instructions")
        self.notify("notifications/initialized")

    # --- ending ----------------------------------------------------------------------------------

    def end_input(self):
        if self.process.stdin and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass

    def wait_exit(self, seconds=10.0):
        try:
            code = self.process.wait(seconds * SCALE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Timeout(f"the server did not end within {seconds * SCALE:.0f} s; it said: "
                          f"{self.stderr()}") from None
        self._finish()
        return code

    def close(self, code=0, seconds=10.0):
        """Ends the input and checks everything that must hold of an ended server."""
        self.end_input()
        self.check_end(self.wait_exit(seconds), code)

    def check_end(self, seen, code=0):
        report = valgrind_report(self.pid) if VALGRIND else ""
        said = self.stderr()
        if seen == VALGRIND_EXIT or report.strip():
            raise AssertionError(f"valgrind: {report}")
        if "ERROR: AddressSanitizer" in said or "ERROR: LeakSanitizer" in said or \
                "runtime error:" in said:
            raise AssertionError(f"sanitizer: {said}")
        if seen != code:
            raise AssertionError(f"exit status {seen}, not {code}; stderr: {said}")
        if self.problems:
            raise AssertionError("; ".join(self.problems))
        unanswered = [key for key, count in self.asked.items() if count]
        if unanswered and self.expect_answers:
            raise AssertionError(f"never answered: {unanswered}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._finish()

    def _finish(self):
        """After the process: what the threads read, the descriptors, the record."""
        self.end_input()
        for thread in self.threads:
            thread.join(5 * SCALE)
        if not any(thread.is_alive() for thread in self.threads):
            for stream in (self.process.stdout, self.process.stderr):
                if stream is not None:
                    stream.close()
        self.trace.close()

    def signal(self, number):
        self.process.send_signal(number)

    def terminate(self):
        self.signal(signal.SIGTERM)

    def leftovers(self):
        return [pid for pid in processes_with(self.env["NINEPENCE_TEST_TAG"]) if pid != self.pid]

    def rss_kib(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        raise AssertionError("no VmRSS")


def _message(method, params):
    message = {"jsonrpc": "2.0", "method": method}
    if params is not None:
        message["params"] = params
    return message


def _key(id):
    """1 and "1" are different ids, and so are 1 and True."""
    return f"{type(id).__name__}:{id}"


def _refuse_constant(text):
    raise ValueError(f"{text} is not JSON")


def _refuse_repeats(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key comes twice")
    return value


def text_of(result):
    """All text blocks of a tool result."""
    return "\n".join(block["text"] for block in result["content"] if block["type"] == "text")


def run(args, env=None, timeout=60, stdin=subprocess.DEVNULL, cwd=None, valgrind=VALGRIND):
    """Runs the binary to its end: CompletedProcess with text output."""
    done = subprocess.run(command_line(args, valgrind), env=base_environment() if env is None else env,
                          stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                          timeout=timeout * SCALE, check=False)
    done.stdout = done.stdout.decode("utf-8", "replace")
    done.stderr = done.stderr.decode("utf-8", "replace")
    return done
