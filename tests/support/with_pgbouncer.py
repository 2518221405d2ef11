#!/usr/bin/python3
"""Runs a command behind PgBouncer in transaction mode.

    with_postgres.py with_pgbouncer.py command [argument...]

DATABASE_URL is replaced by that of the pooler (a unix socket beside the server's); DIRECT_URL keeps
the server's, TEST_POOLED is set. The exit code is the command's.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import with_postgres as postgres

PORT = 6432
CONFIGURATION = """
[databases]
* = host={server} port=5432 user=postgres
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {home}
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
ignore_startup_parameters =
query_wait_timeout = 15
server_idle_timeout = 2
logfile = {home}/log
pidfile =
"""


def wait_for(path, process):
    limit = time.monotonic() + postgres.START_SECONDS
    while not os.path.exists(path):
        if process.poll() is not None or time.monotonic() > limit:
            return False
        time.sleep(0.005)  # lint-ok: sleeps (looks again)
    return True


class Pooler:
    """A PgBouncer before all databases of the server whose socket lies in `server`."""

    def __init__(self, server):
        program = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not program:
            sys.exit("with_pgbouncer: no pgbouncer found; on Debian: apt install pgbouncer")
        user = postgres.server_user()
        self.home = tempfile.mkdtemp(prefix="npb-", dir="/tmp")
        os.chmod(self.home, 0o755)
        with open(self.home + "/ini", "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(server=server, port=PORT, home=self.home))
        os.chmod(self.home + "/ini", 0o644)
        postgres.give(self.home, user)
        self.process = subprocess.Popen([program, self.home + "/ini"], cwd="/",
                                        preexec_fn=postgres.become(user), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not wait_for("%s/.s.PGSQL.%d" % (self.home, PORT), self.process):
            with open(self.home + "/log", encoding="utf-8", errors="replace") as log:
                sys.exit("with_pgbouncer: it did not start:\n" + log.read())

    def url(self, database):
        return "postgresql:///%s?host=%s&port=%d&user=postgres" % (database, self.home, PORT)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def main(command):
    pooler = Pooler(os.environ["TEST_PG_SOCKET_DIR"])
    try:
        environment = dict(os.environ, TEST_POOLED="1", DIRECT_URL=os.environ["DATABASE_URL"],
                           DATABASE_URL=pooler.url("postgres"))
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        pooler.stop()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.exit(code if code >= 0 else 128 - code)
