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
postgres = host={server} port=5432 dbname=postgres user=postgres
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


def main(command):
    program = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not program:
        sys.exit("with_pgbouncer: no pgbouncer found; on Debian: apt install pgbouncer")
    user = postgres.server_user()
    home = tempfile.mkdtemp(prefix="npb-", dir="/tmp")
    pooler = None
    try:
        with open(home + "/ini", "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(server=os.environ["TEST_PG_SOCKET_DIR"], port=PORT, home=home))
        os.chmod(home + "/ini", 0o644)
        postgres.give(home, user)
        pooler = subprocess.Popen([program, home + "/ini"], cwd="/", preexec_fn=postgres.become(user),
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        if not wait_for("%s/.s.PGSQL.%d" % (home, PORT), pooler):
            with open(home + "/log", encoding="utf-8", errors="replace") as log:
                sys.exit("with_pgbouncer: it did not start:\n" + log.read())
        environment = dict(os.environ, TEST_POOLED="1", DIRECT_URL=os.environ["DATABASE_URL"],
                           DATABASE_URL="postgresql:///postgres?host=%s&port=%d&user=postgres" % (home, PORT))
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        if pooler and pooler.poll() is None:
            pooler.terminate()
            pooler.wait()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.exit(code if code >= 0 else 128 - code)
