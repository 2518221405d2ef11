#!/usr/bin/python3
"""checklist.md names, for each of the 148 statements of the wire contract, a test that exists."""
import os
import re

from wire import HERE, ROOT, unittest

ROW = re.compile(r"^\| (\d+) \| .* \| ([^|]*) \|$", re.M)
NAME = re.compile(r"`(server/)?([a-z_]+)\.(test_\w+|\*)`")


def tests_of(folder, module):
    path = os.path.join(folder, module if module.startswith("test_") else f"test_{module}") + ".py"
    with open(path, encoding="utf-8") as source:
        return set(re.findall(r"^    def (test_\w+)\(", source.read(), re.M))


class Checklist(unittest.TestCase):
    def test_each_statement_is_covered_by_tests_that_exist(self):
        with open(os.path.join(HERE, "checklist.md"), encoding="utf-8") as table:
            rows = ROW.findall(table.read())
        self.assertEqual([int(number) for number, _ in rows], list(range(1, 149)))
        for number, cell in rows:
            names = NAME.findall(cell)
            self.assertTrue(names, number)
            for server, module, name in names:
                known = tests_of(os.path.join(ROOT, "tests", "server") if server else HERE, module)
                self.assertTrue(known if name == "*" else name in known, f"{number}: {module}.{name}")


if __name__ == "__main__":
    unittest.main()
