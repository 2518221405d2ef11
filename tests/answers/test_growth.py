"""A question about one month costs no more when the years around it fill up (growth.py, small)."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import growth  # noqa: E402


class Bounded(unittest.TestCase):
    def test_questions_about_a_month_do_not_grow_with_the_years(self):
        found = growth.run((2000, 12000), growth.BOUNDED)
        for number, (tool, args) in enumerate(growth.BOUNDED):
            with self.subTest(f"{tool} {args}"):
                self.assertGreater(found[number][0][0], 0)
                self.assertFalse(growth.grows(found[number]), found[number])


if __name__ == "__main__":
    unittest.main()
