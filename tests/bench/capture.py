"""What a server really sends to its database for a workload, as a script for the limit program: the
same statements with the same values, overheard from PostgreSQL's log. Transaction control and
session settings are left out, so a server pays for those against the limit."""
import json
import re
import subprocess

CONTROL = re.compile(r"\s*(BEGIN|START|SET|COMMIT|ROLLBACK|DISCARD|DEALLOCATE|SHOW|END|LISTEN|"
                     r"SELECT (pg_catalog\.)?set_config)\b", re.IGNORECASE)
EXECUTED = re.compile(r"duration: \S+ ms\s+(?:execute [^:]*|statement): (.*)", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


def _talk(server, environment, requests, between):
    """One request after the other; between() runs after each answer."""
    process = subprocess.Popen(server, env=environment, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)

    def ask(number, method, params):
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        process.stdin.write(json.dumps(message).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        if "error" in answer or answer["result"].get("isError"):
            raise RuntimeError(f"{method} {params} was refused: {answer}")
        return answer["result"]

    ask(0, "initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                          "clientInfo": {"name": "bench", "version": "1"}})
    process.stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
    ask(1, requests[0][1], requests[0][2])
    between()
    answers = []
    for number, (_, method, params) in enumerate(requests, 2):
        answers.append(ask(number, method, params))
        between()
    process.stdin.close()
    process.wait()
    return answers


def _values(detail):
    """The parameters of a log record, in order."""
    found = {int(number): None if text == "NULL" else text[1:-1].replace("''", "'")
             for number, text in PARAMETER.findall(detail or "")}
    return [found[number] for number in sorted(found)]


def _executed(records, marker):
    """Statements between the marks: one list of (sql, values) per request."""
    requests = []
    for record in records:
        match = EXECUTED.match(record.get("message", ""))
        if not match:
            continue
        sql = match.group(1)
        if marker in sql:
            requests.append([])
        elif requests and not CONTROL.match(sql):
            requests[-1].append((sql, _values(record.get("detail"))))
    return requests[:-1]  # behind the last mark the server only ends


class Captured:
    """Statements of a workload, one list per request; and the answers."""

    def __init__(self, database, server, environment, requests):
        marker = "SELECT 'mark of the bench'"
        with database.listening() as records:
            self.answers = _talk(server, environment, requests,
                                 lambda: database.psql("-c", marker))
        self.requests = _executed(records, marker)
        if len(self.requests) != len(requests) or not all(self.requests):
            raise RuntimeError(f"{len(requests)} requests, statements of {len(self.requests)} seen")

    @property
    def statements_per_request(self):
        return sum(map(len, self.requests)) / len(self.requests)

    def write(self, path):
        names = {}
        with open(path, "w", encoding="utf-8") as file:
            for request in self.requests:
                for sql, _ in request:
                    if sql not in names:
                        names[sql] = f"s{len(names)}"
                        file.write(f"S\t{names[sql]}\t{_escape(sql)}\n")
            for request in self.requests:
                file.write("R\n")
                for sql, values in request:
                    file.write("\t".join(["Q", names[sql], *map(_escape, values)]) + "\n")
        return path

    def as_text(self):
        """The last statement of the first request with its values in place."""
        sql, values = self.requests[0][-1]
        return re.sub(r"\$(\d+)", lambda m: _quote(values[int(m.group(1)) - 1]), sql)


def _escape(value):
    if value is None:
        return "\\N"
    return (value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            .replace("\r", "\\r"))


def _quote(value):
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"
