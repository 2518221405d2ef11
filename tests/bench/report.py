"""The tables: ratios against the targets first, then what was measured."""
import os
import statistics

from figures import Targets, number, spread, table

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(ROOT, "docs", "performance.md")
BEGIN = "<!-- tables made by script/bench --save -->"
END = "<!-- end of the tables -->"

# Question: least share of the raw pipeline, least multiple of the peer.
WANTED = {"summary": (0.90, 5), "newest 10": (0.95, 8), "100 rows": (0.85, 8)}
ONE_IN_FLIGHT_US = 15
MIB = 1024


def protocol(figures, has_peer):
    targets = Targets()
    for name in ("ping", "tools/list", "invalid"):
        if has_peer:
            targets.at_least(f"{name}: library, times the TypeScript SDK",
                             figures.ratio(f"{name}/library", f"{name}/peer", "core_rate"), 20)
        targets.at_least(f"{name}: library, share of the C echo",
                         figures.ratio(f"{name}/library", f"{name}/C", "core_rate"), 0.5)
    for name in ("ping", "invalid"):
        targets.at_least(f"{name}: product, share of the C echo",
                         figures.ratio(f"{name}/product", f"{name}/C", "core_rate"), 0.5)
    targets.at_least("the product's own list: share of a C echo that says the same",
                     figures.ratio("long list/product", "long list/C", "core_rate"), 0.5)
    for name in ("echo/library", "tools/list/library", "invalid/library", "invalid/product",
                 "long list/product"):
        targets.at_most(f"{name}: CPU of a modern request, times a legacy one",
                        figures.ratio(f"{name}, modern", name, "server_cpu_us"), 1.3)
    rows = [[name, spread(figures, name, "core_rate"), spread(figures, name, "server_cpu_us"),
             number(figures.median(name, "bytes"))] for name in sorted(figures.cells)]
    return ("### Protocol alone (16 in flight, server and load on one core)\n\n" + targets.text() +
            "\n" + table(["calls/server", "requests per CPU second", "server CPU us", "bytes"], rows))


def database(figures, statements, has_peer):
    targets = Targets()
    for question, (share, times) in WANTED.items():
        targets.at_least(f"{question}, 32 in flight: share of the raw pipeline, same SQL",
                         figures.ratio(f"{question}/product", f"{question}/limit of product",
                                       "rate"), share)
        if has_peer:
            targets.at_least(f"{question}: times the TypeScript peer",
                             figures.ratio(f"{question}/product", f"{question}/peer", "rate"),
                             times)
    if has_peer:
        targets.at_most("summary: server CPU, share of the TypeScript peer",
                        figures.ratio("summary/product", "summary/peer", "server_cpu_us"), 1 / 12)
    for question in WANTED:
        targets.at_most(f"{question}, one in flight: p50 above the raw pipeline",
                        statistics.median(
                            a - b for a, b in zip(
                                figures.values(f"one/{question}/product", "p50_us"),
                                figures.values(f"one/{question}/limit of product", "p50_us"))),
                        ONE_IN_FLIGHT_US, "us")
    targets.at_most("start to first answer, times a C program with the same libraries",
                    figures.ratio("spawn/product", "spawn/floor", "first_answer_ms"), 1.5)
    targets.at_most("start to first summary, times the same",
                    figures.ratio("spawn/product", "spawn/floor", "first_call_ms"), 1.5)
    calls = figures.median("mixed", "answered")
    targets.at_most(f"peak memory after {number(calls)} mixed calls",
                    figures.median("mixed", "peak_rss_kib") / MIB, 10, "MiB")
    if figures.has("mixed, long"):
        targets.at_most(f"peak memory after {number(figures.median('mixed, long', 'answered'))}",
                        figures.ratio("mixed, long", "mixed", "peak_rss_kib"), 1.01)
    targets.at_most("wrong or missing answers with 64 in flight",
                    figures.median("mixed at 64", "wrong"), 0, "")
    return ("### Questions to one ledger of 1,000 (1e6 expenses)\n\n" + targets.text() + "\n" +
            _throughput(figures, statements) + "\n" + _latency(figures) + "\n" + _spawns(figures) +
            "\n" + _mixed(figures))


def _throughput(figures, statements):
    rows = []
    for name in sorted(name for name in figures.cells if name.split("/")[0] in WANTED):
        served = "server_cpu_us" in figures.cells[name][0]
        rows.append([name, spread(figures, name, "rate"),
                     number(figures.median(name, "p50_us")), number(figures.median(name, "p99_us")),
                     number(figures.median(name, "server_cpu_us" if served else "own_cpu_us")),
                     number(figures.median(name, "database_cpu_us")),
                     number(figures.median(name, "bytes")) if served else "",
                     number(statements[name]) if served else ""])
    return table(["32 in flight", "requests/s", "p50 us", "p99 us", "CPU us", "database CPU us",
                  "bytes", "statements"], rows)


def _latency(figures):
    rows = [[name, number(figures.median(name, "p50_us")), number(figures.median(name, "p95_us")),
             number(figures.median(name, "p99_us"))]
            for name in sorted(figures.cells) if name.startswith(("one/", "open/"))]
    return table(["one in flight; open loop, 500 summaries/s", "p50 us", "p95 us", "p99 us"], rows)


def _spawns(figures):
    rows = [[name, spread(figures, name, "first_answer_ms"), spread(figures, name, "first_call_ms"),
             number(figures.median(name, "first_rss_kib") / MIB),
             number(figures.median(name, "call_rss_kib") / MIB)]
            for name in sorted(figures.cells) if name.startswith("spawn/")]
    return table(["start", "first answer ms", "first summary ms", "memory MiB", "then MiB"], rows)


def _mixed(figures):
    rows = [[name, number(figures.median(name, "answered")), number(figures.median(name, "rate")),
             number(figures.median(name, "server_cpu_us")),
             number(figures.median(name, "peak_rss_kib") / MIB),
             number(figures.median(name, "end_ms"))]
            for name in ("mixed", "mixed at 64", "mixed, long") if figures.has(name)]
    return table(["calls of every kind", "calls", "calls/s", "server CPU us", "peak MiB",
                  "end of input to exit ms"], rows)


def importing(figures, sizes):
    targets = Targets()
    rows = []
    for count, _ in sizes:
        ours, theirs, reader = f"import/{count}", f"copy/{count}", f"reader/{count}"
        targets.at_least(f"{number(count)} rows from file to books: share of \\copy",
                         figures.ratio(theirs, ours, "s"), 0.75)
        rows.append([number(count), spread(figures, ours, "s"), spread(figures, theirs, "s"),
                     number(figures.ratio(theirs, ours, "s")), number(figures.median(ours, "database")),
                     number(figures.median(theirs, "database")), number(figures.median(ours, "cpu")),
                     number(figures.median(ours, "kib") / MIB), number(figures.median(reader, "survey_ms")),
                     number(figures.median(reader, "read_ms")), number(figures.median(reader, "peak_kib") / MIB)])
    targets.at_most("memory of the readers alone, the largest file",
                    figures.median(f"reader/{sizes[-1][0]}", "peak_kib") / MIB, 16, "MiB")
    targets.at_most("a known bank's statement is recognised", figures.median("known", "survey_ms"), 10, "ms")
    return ("### A bank's file into the books\n\n" + targets.text() + "\n" +
            table(["rows", "import s", "\\copy s", "ratio", "database CPU s, import", "\\copy", "server CPU s", "server MiB",
                   "survey ms", "reading ms", "readers MiB"], rows))


def conditions(machine, sizes, others):
    busy = (f"{statistics.median(others):.2f} (median), {max(others):.2f} (most)" if others
            else "not known")
    return (f"{machine}. Medians of {sizes.rounds} interleaved rounds of {sizes.ms} ms each, "
            f"[least..most]; a ratio is the median of the ratios inside each round. Cores used by "
            f"other programs meanwhile: {busy}.\n")


def _by_heading(text):
    """The parts of a text by their first lines."""
    parts = ["### " + part for part in ("\n" + text).split("\n### ")[1:]]
    return {part.partition("\n")[0]: part.strip() for part in parts}


def save(text):
    """What was measured takes the place of what was there under the same heading; the rest stays."""
    with open(DOCUMENT, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    old, _, after = rest.partition(END)
    parts = {**_by_heading(old), **_by_heading("\n".join(text))}
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write("\n\n".join([before + BEGIN, *parts.values(), END + after]))
