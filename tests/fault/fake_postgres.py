"""A PostgreSQL server that is none: it speaks just enough of protocol 3.0 for the pool, and does
what a script says at each step. PostgreSQL manual, chapter "Frontend/Backend Protocol".

Steps: startup, greeting, prepare, begin, local, read, write, commit, rollback, ping.
Actions, given as script[step] = action or a list of them (one per visit, the last one stays):
    OK                      answers as a server would
    Error(state, fatal)     an ErrorResponse; a fatal one ends the connection
    Raw(bytes, close)       these bytes instead of the answer
    Before(bytes)           these bytes, then the answer
    Close(reset)            ends the connection
    Silence()               never answers
    Late(seconds)           answers after that, as one that sleeps when idle
    Tag(text)               answers with this command tag
    Text(bytes)             answers with this value
"""
import dataclasses
import socket
import struct
import threading
import time

OK = None
SSL_REQUEST = 80877103
CANCEL_REQUEST = 80877102
BACKEND_PID = 4242


@dataclasses.dataclass
class Error:
    state: str = "XX000"
    fatal: bool = False


@dataclasses.dataclass
class Raw:
    data: bytes
    close: bool = False


@dataclasses.dataclass
class Before:
    data: bytes


@dataclasses.dataclass
class Close:
    reset: bool = False


class Silence:
    pass


@dataclasses.dataclass
class Late:
    seconds: float


@dataclasses.dataclass
class Tag:
    text: str


@dataclasses.dataclass
class Text:
    data: bytes


class Over(Exception):
    pass


def message(kind, body=b""):
    return kind + struct.pack("!i", len(body) + 4) + body


def text(value):
    return value.encode() + b"\0"


def error(state, fatal=False, what="it is broken"):
    severity = "FATAL" if fatal else "ERROR"
    body = b"S" + text(severity) + b"V" + text(severity)
    if state:
        body += b"C" + text(state)
    return message(b"E", body + b"M" + text(what) + b"\0")


def row_description(names):
    body = struct.pack("!h", len(names))
    for name in names:
        body += text(name) + struct.pack("!ihihih", 0, 0, 25, -1, -1, 0)
    return message(b"T", body)


def data_row(values):
    body = struct.pack("!h", len(values))
    for value in values:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return message(b"D", body)


def step_of(sql):
    for start, step in (("SELECT direct", "greeting"), ("BEGIN", "begin"), ("SET LOCAL", "local"),
                        ("COMMIT", "commit"), ("ROLLBACK", "rollback"), ("INSERT", "write")):
        if sql.startswith(start):
            return step
    return "read" if sql else "ping"


class Session(threading.Thread):
    def __init__(self, server, connection):
        super().__init__(daemon=True)
        self.server, self.connection = server, connection
        self.out = b""
        self.statements = {}
        self.sql, self.values = "", []
        self.status = b"I"
        self.is_skipping = False

    def run(self):
        try:
            self.start_up()
            while True:
                self.handle(*self.read_message())
        except (Over, OSError, struct.error):
            pass
        finally:
            self.close()

    def close(self):
        """What was said last must arrive: bytes that nobody reads would turn the end into a reset."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1)
            while self.connection.recv(65536):
                pass
        except OSError:
            pass
        self.connection.close()

    # --- reading

    def read(self, size):
        data = b""
        while len(data) < size:
            piece = self.connection.recv(size - len(data))
            if not piece:
                raise Over
            data += piece
        return data

    def read_message(self):
        kind = self.read(1)
        (length,) = struct.unpack("!i", self.read(4))
        return kind, self.read(length - 4)

    def flush(self):
        self.connection.sendall(self.out)
        self.out = b""

    # --- steps

    def start_up(self):
        while True:
            (length,) = struct.unpack("!i", self.read(4))
            body = self.read(length - 4)
            (code,) = struct.unpack("!i", body[:4])
            if code == CANCEL_REQUEST:
                self.server.cancels += 1
                raise Over
            if code != SSL_REQUEST:
                break
            if self.server.forks_missing > 0:  # as a postmaster says that cannot start a session
                self.server.forks_missing -= 1
                self.connection.sendall(b"Ecould not fork new process for connection\n\0")
                raise Over
            self.connection.sendall(b"N")
            if self.server.resets > 0:
                self.server.resets -= 1
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                raise Over
        self.server.startups += 1
        answer = message(b"R", struct.pack("!i", 0))
        for name, value in self.server.parameters.items():
            answer += message(b"S", text(name) + text(value))
        answer += message(b"K", struct.pack("!ii", BACKEND_PID, 77)) + message(b"Z", b"I")
        self.answer("startup", answer)
        self.flush()

    def handle(self, kind, body):
        if kind == b"X":
            raise Over
        if kind == b"S":
            self.is_skipping = False
            self.out += message(b"Z", self.status)
            self.flush()
        elif not self.is_skipping:
            {b"P": self.parse, b"B": self.bind, b"D": lambda _: None, b"E": self.execute,
             b"H": lambda _: self.flush(), b"C": lambda _: None}[kind](body)

    def parse(self, body):
        name, sql = body.split(b"\0")[:2]
        self.statements[name] = sql.decode()
        if name:
            self.answer("prepare", message(b"1"))
        else:
            self.out += message(b"1")

    def bind(self, body):
        _, name, rest = body.split(b"\0", 2)
        self.sql = self.statements.get(name, "")
        (formats,) = struct.unpack("!h", rest[:2])
        at = 2 + 2 * formats
        (count,) = struct.unpack("!h", rest[at:at + 2])
        at += 2
        self.values = []
        for _ in range(count):
            (length,) = struct.unpack("!i", rest[at:at + 4])
            at += 4
            self.values.append(None if length < 0 else rest[at:at + max(0, length)])
            at += max(0, length)
        self.out += message(b"2")

    def execute(self, _):
        step = step_of(self.sql)
        if self.status == b"E" and step not in ("commit", "rollback"):
            self.fail("25P02", False)
            return
        tags = {"begin": "BEGIN", "local": "SET", "rollback": "ROLLBACK", "write": "INSERT 0 1",
                "commit": "ROLLBACK" if self.status == b"E" else "COMMIT"}
        if step in ("read", "greeting"):
            values = [b"t"] + [None] * 4 if step == "greeting" else self.values[:1]
            self.answer(step, self.rows(values))
        elif step == "ping":
            self.answer(step, message(b"n") + message(b"I"))
        elif self.answer(step, message(b"n") + message(b"C", text(tags[step]))):
            self.status = {"begin": b"T", "commit": b"I", "rollback": b"I"}.get(step, self.status)

    @staticmethod
    def rows(values):
        return (row_description(["c%d" % i for i in range(len(values))]) + data_row(values)
                + message(b"C", text("SELECT 1")))

    # --- the script

    def answer(self, step, normal):
        """True when the step went as a server would have it."""
        action = self.server.next_action(step)
        if isinstance(action, Error):
            self.fail(action.state, action.fatal)
        elif isinstance(action, (Raw, Before)):
            self.out += action.data + (normal if isinstance(action, Before) else b"")
            if getattr(action, "close", False):
                self.flush()
                raise Over
        elif isinstance(action, Close):
            if action.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            raise Over
        elif isinstance(action, Silence):
            while True:
                self.read(1)
        elif isinstance(action, Late):
            time.sleep(action.seconds)  # lint-ok: sleeps (the delay is the fault)
            self.out += normal
            return True
        elif isinstance(action, Tag):
            self.out += message(b"n") + message(b"C", text(action.text))
        elif isinstance(action, Text):
            self.out += self.rows([action.data])
        else:
            self.out += normal
            return True
        return False

    def fail(self, state, fatal):
        self.out += error(state, fatal)
        if fatal:
            self.flush()
            raise Over
        self.is_skipping = True
        if self.status == b"T":
            self.status = b"E"


class FakePostgres(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.script = {}
        self.visits = {}
        self.parameters = {"server_version": "15.8", "server_encoding": "UTF8",
                           "client_encoding": "UTF8", "integer_datetimes": "on",
                           "standard_conforming_strings": "on"}
        self.cancels = self.startups = 0
        self.resets = 0  # so many connections are reset right after "no TLS here"
        self.forks_missing = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = "postgresql://postgres@127.0.0.1:%d/postgres" % self.port

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Session(self, connection).start()

    def next_action(self, step):
        with self.lock:
            actions = self.script.get(step, OK)
            if not isinstance(actions, list):
                return actions
            visit = self.visits.get(step, 0)
            self.visits[step] = visit + 1
            return actions[min(visit, len(actions) - 1)]

    def play(self, **script):
        with self.lock:
            self.script, self.visits = script, {}

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
