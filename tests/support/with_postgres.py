#!/usr/bin/python3
"""Runs a command with a throw-away PostgreSQL of its own.

    with_postgres.py [--set name=value]... command [argument...]

The command finds DATABASE_URL (a unix socket, no password, superuser) and, for tests that are rough
with the server, TEST_PG_PID (the postmaster), TEST_PG_DATA and TEST_PG_SOCKET_DIR; TEST_HOMES is where
it makes homes of its own. Everything is stopped and removed afterwards; the exit code is the
command's. A cluster made by initdb once is kept in the temporary folder and copied, which takes a
tenth of the time; the copies live in memory where there is plenty, which takes a fifth of that.
"""
import ctypes
import fcntl
import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

START_SECONDS = 30
STOP_SECONDS = 20
MEMORY = "/dev/shm"
MEMORY_BYTES = 4 << 30  # that nobody uses; what two cores run side by side takes an eighth
PR_SET_PDEATHSIG = 1


def bin_dir():
    """The folder of the newest PostgreSQL."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda p: float(p.split("/")[4]))
    program = found[-1] if found else shutil.which("postgres")
    named = os.environ.get("NINEPENCE_PG_BINDIR")
    if not named and not program:
        sys.exit("with_postgres: no PostgreSQL found; on Debian: apt install postgresql")
    return named or os.path.dirname(program)


def server_user():
    """PostgreSQL refuses root: then somebody else must own the cluster."""
    names = [entry.pw_name for entry in pwd.getpwall()]
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody") if os.geteuid() == 0 else None


def become(user):
    """A preexec_fn: drops root, and asks the kernel for SIGINT when this script dies."""
    def prepare():
        if user:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)

    return prepare


def give(path, user):
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def run_as(user, *command):
    done = subprocess.run(command, preexec_fn=become(user), stdin=subprocess.DEVNULL, cwd="/",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit("with_postgres: %s failed:\n%s" % (command[0], done.stdout.decode("utf-8", "replace")))


def homes():
    """The folder for homes of clusters, with a short path: socket names end at 107 bytes."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            unused = int(re.search(r"^MemAvailable: +(\d+) kB", file.read(), re.M)[1]) << 10
        room = os.statvfs(MEMORY)
        unused = min(unused, room.f_bavail * room.f_frsize)
    except (OSError, TypeError):
        unused = 0
    usable = os.path.ismount(MEMORY) and os.access(MEMORY, os.W_OK)
    return MEMORY if usable and unused >= MEMORY_BYTES else "/tmp"


def new_home(prefix):
    """An empty folder of this process's own in homes(). What a process that was killed left in memory
    is taken away first."""
    for left in glob.glob(MEMORY + "/np-*.*-*"):
        pid = left.split(".")[-1].split("-")[0]
        if pid.isdigit() and not os.path.exists("/proc/" + pid):
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.mkdtemp(prefix="%s.%d-" % (prefix, os.getpid()), dir=homes())


def template(binaries, user):
    """The path of a cluster to copy, made under a lock when there is none."""
    uid = user.pw_uid if user else os.getuid()
    version = binaries.replace("/", "_").strip("_")
    home = os.path.join(tempfile.gettempdir(), "ninepence-test-cluster-%d-%s" % (uid, version))
    os.makedirs(home, mode=0o700, exist_ok=True)
    if os.lstat(home).st_uid not in (os.getuid(), uid):
        sys.exit("with_postgres: %s belongs to somebody else" % home)
    give(home, user)
    with open(os.path.join(home, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = os.path.join(home, "data")
        if not os.path.isdir(ready):
            fresh = os.path.join(home, "data.new")
            shutil.rmtree(fresh, ignore_errors=True)
            run_as(user, binaries + "/initdb", "-D", fresh, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                   "--locale=C.UTF-8", "--wal-segsize=1", "--no-sync", "--no-instructions")
            os.rename(fresh, ready)
        return ready


def wait_until_ready(server, data):
    """The postmaster writes its state into line 8 of postmaster.pid."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        try:
            with open(data + "/postmaster.pid", encoding="ascii") as pid_file:
                lines = pid_file.read().split("\n")
            if len(lines) > 7 and lines[7].strip() == "ready" and int(lines[0]) == server.pid:
                return True
        except (OSError, ValueError):
            pass
        if server.poll() is not None:
            return False
        time.sleep(0.005)  # lint-ok: sleeps (looks again)
    return False


def stop(server):
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def main(arguments):
    settings = ["listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
                "shared_buffers=32MB", "max_connections=60", "log_min_messages=fatal",
                "client_connection_check_interval=1s", "jit=off"]
    while arguments[:1] == ["--set"]:
        settings.append(arguments[1])
        arguments = arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    binaries, user = bin_dir(), server_user()
    home = new_home("np-test")
    server, command = None, None
    try:
        give(home, user)
        data = home + "/data"
        run_as(user, "cp", "-a", template(binaries, user), data)
        options = [word for setting in settings for word in ("-c", setting)]
        with open(home + "/log", "wb") as log:
            server = subprocess.Popen([binaries + "/postgres", "-D", data, "-k", home] + options, cwd="/",
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=True,
                                      preexec_fn=become(user), start_new_session=True)
        if not wait_until_ready(server, data):
            with open(home + "/log", encoding="utf-8", errors="replace") as log:
                sys.exit("with_postgres: the server did not start:\n" + log.read())
        threading.Thread(target=server.wait, daemon=True).start()  # a zombie would look alive
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        port = dict(setting.split("=", 1) for setting in settings).get("port", "5432")
        environment.update(DATABASE_URL="postgresql:///postgres?host=%s&port=%s&user=postgres" % (home, port),
                           TEST_PG_PID=str(server.pid), TEST_PG_DATA=data, TEST_PG_SOCKET_DIR=home,
                           TEST_HOMES=os.path.dirname(home))
        command = subprocess.Popen(arguments, env=environment)
        return command.wait()
    finally:
        if command and command.poll() is None:
            command.terminate()
            command.wait()
        if server:
            stop(server)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.exit(code if code >= 0 else 128 - code)
