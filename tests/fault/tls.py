#!/usr/bin/python3
"""The TLS matrix: servers with certificates of every kind against every way to ask for protection.
A remote host is connected to only when its certificate proves that it is that host; anything less
happens only when it was set. Certificates are made by openssl for this run.

    tls.py      FAULT_CLIENT names the built client; uses with_postgres.py by itself
"""
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import bench
import with_postgres as postgres
from bench import Wrong
from fake_postgres import FakePostgres

HOST = "books.example"
ASKED = ("", "sslmode=require", "sslmode=disable", "sslmode=verify-ca", "tls=verify-ca", "tls=require",
         "tls=off")
UNVERIFIED = "tls_unverified"
# What a server of each kind may be reached by; everything else must fail with UNVERIFIED.
ALLOWED = {
    "good": ("", "sslmode=require", "sslmode=disable", "sslmode=verify-ca", "tls=verify-ca",
             "tls=require", "tls=off"),
    "wrong name": ("tls=verify-ca", "tls=require", "tls=off"),
    "self-signed": ("tls=require-without-ca", "tls=off"),
    "unknown authority": ("tls=require-without-ca", "tls=off"),
    "expired": ("tls=require-without-ca", "tls=off"),
    "no TLS": ("tls=off",),
}


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Certificates:
    """An authority, and servers that it vouches for or not."""

    def __init__(self, home):
        self.home = home
        self.authority("ca")
        self.authority("other")
        self.issue("good", "ca", HOST)
        self.issue("wrong name", "ca", "elsewhere.example")
        self.issue("unknown authority", "other", HOST)
        self.issue("expired", "ca", HOST, days=0)
        openssl("req", "-x509", *NEW_KEY, "-days", "2", "-subj", "/CN=" + HOST,
                "-addext", "subjectAltName=DNS:" + HOST, "-keyout", self.path("self-signed", "key"),
                "-out", self.path("self-signed", "crt"))

    def path(self, name, kind):
        return os.path.join(self.home, name.replace(" ", "-") + "." + kind)

    def authority(self, name):
        openssl("req", "-x509", *NEW_KEY, "-days", "2", "-subj", "/CN=" + name,
                "-keyout", self.path(name, "key"), "-out", self.path(name, "crt"))

    def issue(self, name, authority, host, days=2):
        request, names = self.path(name, "csr"), self.path(name, "ext")
        with open(names, "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:%s\n" % host)
        openssl("req", *NEW_KEY, "-subj", "/CN=" + host, "-keyout",
                self.path(name, "key"), "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.path(authority, "crt"), "-CAkey",
                self.path(authority, "key"), "-CAcreateserial", "-days", str(days), "-extfile", names,
                "-out", self.path(name, "crt"))


def free_port():
    """Below those that the kernel hands out by itself: several servers start at a time."""
    while True:
        port = random.randrange(20000, 30000)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue


def ask(port, asked, authority):
    """The name is that of another machine, the address is this one's: as remote as it gets here."""
    parameters = ["hostaddr=127.0.0.1", "connect_timeout=3"]
    if authority and not asked.endswith("-without-ca"):
        parameters.append("sslrootcert=" + authority)
    settings = []
    asked = asked.removesuffix("-without-ca")
    (settings if asked.startswith("tls=") else parameters).append(asked)
    url = "postgresql://postgres@%s:%d/postgres?%s" % (HOST, port, "&".join(filter(None, parameters)))
    client = bench.Client(url, *filter(None, settings))
    try:
        return client.ask("read", "hello")
    finally:
        client.close()


def check(kind, port, authority):
    """Inside with_postgres.py: all ways to ask one server."""
    count = 0
    for asked in ASKED + ("tls=require-without-ca",):
        allowed = asked in ALLOWED[kind] or (asked == "tls=require-without-ca" and kind in ("good", "wrong name"))
        got = ask(port, asked, authority)
        wanted = ["ok", "hello"] if allowed else ["fail", UNVERIFIED]
        if got[:2] != wanted:
            raise Wrong("%s, %s: %s instead of %s" % (kind, asked or "nothing asked", got, wanted))
        count += 1
    print("%s: %d right" % (kind, count))


def strip(authority):
    """Somebody in the middle says that the server has no TLS, and would take the password."""
    middle = FakePostgres()
    middle.start()
    for asked in ASKED:
        got = ask(middle.port, asked, authority)
        allowed = asked == "tls=off"
        if (got[0] == "ok") != allowed or (not allowed and got[1] != UNVERIFIED):
            raise Wrong("stripped, %s: %s" % (asked, got))
        if not allowed and middle.startups:
            raise Wrong("stripped, %s: something was said in plain text" % asked)
    print("stripped: %d right" % len(ASKED))


def run_server(kind, certificates, user):
    port = free_port()
    settings = ["listen_addresses=127.0.0.1", "port=%d" % port]
    if kind != "no TLS":
        key = certificates.path(kind, "key")
        os.chmod(key, 0o600)
        postgres.give(key, user)
        settings += ["ssl=on", "ssl_cert_file=" + certificates.path(kind, "crt"), "ssl_key_file=" + key]
    words = [word for setting in settings for word in ("--set", setting)]
    starter = os.path.join(os.path.dirname(bench.HERE), "support", "with_postgres.py")
    return subprocess.run([sys.executable, starter, *words, sys.executable, __file__, kind, str(port),
                           certificates.path("ca", "crt")], check=False).returncode


def main():
    os.environ["HOME"] = "/nonexistent"  # no root.crt of the person who runs this
    if len(sys.argv) == 4:
        check(sys.argv[1], int(sys.argv[2]), sys.argv[3])
        return
    user = postgres.server_user()
    home = tempfile.mkdtemp(prefix="npt-", dir="/tmp")
    try:
        certificates = Certificates(home)
        os.chmod(home, 0o755)
        with ThreadPoolExecutor(len(ALLOWED)) as threads:
            codes = threads.map(lambda kind: run_server(kind, certificates, user), ALLOWED)
            failed = [kind for kind, code in zip(ALLOWED, codes) if code != 0]
        strip(certificates.path("ca", "crt"))
        if failed:
            raise Wrong("see above: %s" % ", ".join(failed))
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        sys.exit("FAILED: %s" % error)
