"""Two households of known truth: most of what is planted is found, and little else. script/bench
answers scores more of them."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import households  # noqa: E402
import score  # noqa: E402

SEED = "ci"
LEAST = 0.6  # a household has only a few of each kind


class Scored(unittest.TestCase):
    def test_household_made_twice_is_the_same(self):
        one, other = households.Household(SEED), households.Household(SEED)
        self.assertEqual(list(one.statements(1, 1)), list(other.statements(1, 1)))

    def test_planted_things_are_found_and_distractors_are_not(self):
        scores = score.run(SEED, 2)
        self.assertEqual(set(scores.of), {"recurring", *score.KINDS})
        for name, one in scores.of.items():
            with self.subTest(kind=name, wrong=scores.wrong):
                self.assertGreaterEqual(one.precision(), LEAST)
                self.assertGreaterEqual(one.recall(), LEAST)


if __name__ == "__main__":
    unittest.main()
