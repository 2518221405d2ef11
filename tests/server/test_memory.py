"""Memory stays where it is: 12 MiB after 10,000 calls."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import BIN, SANITIZED, VALGRIND, Server  # noqa: E402

CALLS = 10_000
IN_FLIGHT = 16
LARGEST_KIB = 12 * 1024

MIX = [
    ("summarize_spending", {"period": "2026", "group_by": "category"}),
    ("summarize_spending", {"period": "2026-10", "group_by": "merchant", "compare_to": "previous"}),
    ("query_expenses_by_category", {"category": "Groceries", "period": "2026", "limit": 20}),
    ("read_expenses", {"period": "all", "limit": 100}),
    ("monthly_summary", {"month": "2026-10"}),
    ("get_context", {}),
    ("check_health", {}),
    ("summarize_spending", {"period": "2026-13"}),
]


class Memory(unittest.TestCase):
    @unittest.skipIf(SANITIZED or VALGRIND, "a sanitizer or valgrind needs memory of its own")
    def test_server_after_ten_thousand_calls_stays_under_twelve_mib(self):
        with Server(ledger.small().env()) as server:
            under_way = []
            for n in range(CALLS):
                tool, arguments = MIX[n % len(MIX)]
                under_way.append(server.start("tools/call", {"name": tool, "arguments": arguments}))
                if len(under_way) == IN_FLIGHT:
                    self.settle(server, under_way)
            self.settle(server, under_way)
            used = server.rss_kib()
            print(f"resident after {CALLS} calls: {used} KiB", file=sys.stderr)
            self.assertLess(used, LARGEST_KIB)

    def test_gnutls_does_not_get_ready_at_the_start(self):
        """The dynamic linker tells whom the library asks; a library that is not there asks nobody."""
        said = subprocess.run([BIN, "--version"], env={**os.environ, "LD_DEBUG": "bindings"},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, text=True)
        asked = re.findall(r"libgnutls\S* \[0\] to (\S+) .*_gnutls_global_init_skip", said.stdout)
        self.assertEqual(asked, [BIN] if "libgnutls" in said.stdout else [])

    def settle(self, server, under_way):
        for id in under_way:
            self.assertIn("result", server.wait_answer(id))
        under_way.clear()
        with server.lock:
            server.lines.clear()
            server.answers.clear()


if __name__ == "__main__":
    unittest.main()
