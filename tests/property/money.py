#!/usr/bin/python3
"""Random questions about money, answered by the program's functions (PROGRAM, made from money.c) and
by Python's Decimal: no cent may differ.

    money.py PROGRAM [COUNT [SEED]]      20,000 questions, seed 1
"""
import decimal
import random
import subprocess
import sys
from decimal import ROUND_HALF_EVEN, Decimal

decimal.getcontext().prec = 120
CHUNK = 20000


def rounded(number, decimals):
    number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    return f"{abs(number) if number == 0 else number:f}"


def number(chance, digits=12, decimals=4):
    """Often small, often at an edge, often a half."""
    kind = chance.random()
    units = chance.choice((0, 1, 5, 50, 15, 25, 99, 100, 10 ** digits - 1)) if kind < 0.3 else \
        chance.randrange(10 ** chance.randint(1, digits))
    return Decimal(chance.choice((1, 1, -1)) * units).scaleb(-chance.randint(0, decimals))


def text(value):
    return f"{value:f}"


def ask_format(chance):
    value, decimals = number(chance), chance.choice((0, 2, 2, 3, 4))
    return f"format {text(value)} {decimals}", rounded(value, decimals)


def ask_average(chance):
    total, count, decimals = number(chance), chance.randint(1, 5000), chance.choice((0, 2, 2, 3))
    return f"average {text(total)} {count} {decimals}", rounded(total / count, decimals)


def ask_percent(chance):
    part, whole = number(chance), number(chance)
    return f"percent {text(part)} {text(whole)}", rounded(100 * part / whole, 1) if whole else ""


def ask_difference(chance):
    one, other, decimals = number(chance), number(chance), chance.choice((2, 2, 3, 4))
    return f"difference {text(one)} {text(other)} {decimals}", rounded(one - other, decimals)


def ask_divide(chance):
    one, other, decimals = number(chance), number(chance, 9), chance.randint(0, 8)
    return f"divide {text(one)} {text(other)} {decimals}", rounded(one / other, decimals) if other else "refused"


def ask_sign(chance):
    value = number(chance)
    return f"sign {text(value)}", str((value > 0) - (value < 0))


def largest_remainders(units, percents):
    exact = [units * percent / 100 for percent in percents]
    parts = [int(part) for part in exact]
    for i in sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))[:units - sum(parts)]:
        parts[i] += 1
    return parts


def cut(chance, whole, count):
    """A whole number in so many parts, of which none is nothing."""
    edges = sorted(chance.sample(range(1, whole), count - 1)) if whole > count else []
    return [b - a for a, b in zip([0, *edges], [*edges, whole])] if whole > count else None


def ask_split(chance):
    decimals, count = chance.choice((0, 2, 2, 3)), chance.randint(2, 8)
    units = chance.randint(1, 10 ** chance.randint(2, 9))
    by_percent = chance.random() < 0.6
    places = chance.choice((0, 1, 2, 4))
    shares = cut(chance, 100 * 10 ** places if by_percent else units, count) or [units]
    rest = chance.randrange(len(shares)) if chance.random() < 0.3 else None
    scale, sign = (places, "%") if by_percent else (decimals, "")
    said = ["-" if i == rest else text(Decimal(share).scaleb(-scale)) + sign for i, share in enumerate(shares)]
    if rest is not None and len(shares) == 1:
        said = [text(Decimal(units).scaleb(-decimals))]
        by_percent, shares = False, [units]
    parts = largest_remainders(units, [Decimal(share).scaleb(-places) for share in shares]) if by_percent else shares
    if all(word == "-" for word in said):
        parts = [units]
    question = f"split {decimals} {text(Decimal(units).scaleb(-decimals))} {' '.join(said)}"
    return question, [Decimal(part).scaleb(-decimals) for part in parts] if all(parts) else "refused"


ASKS = (ask_format, ask_average, ask_percent, ask_difference, ask_divide, ask_sign, ask_split, ask_split)


def agrees(said, wanted):
    if isinstance(wanted, str):
        return said == wanted
    return [Decimal(word) for word in said.split()] == wanted if said != "refused" else False


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chance, wrong = random.Random(seed), 0
    for first in range(0, count, CHUNK):
        asked = [chance.choice(ASKS)(chance) for _ in range(min(CHUNK, count - first))]
        done = subprocess.run([sys.argv[1]], input="\n".join(question for question, _ in asked) + "\n", text=True,
                              stdout=subprocess.PIPE, check=True)
        answers = done.stdout.split("\n")[:-1]
        if len(answers) != len(asked):
            sys.exit(f"{len(answers)} answers to {len(asked)} questions")
        for (question, wanted), said in zip(asked, answers):
            if not agrees(said, wanted):
                wrong += 1
                print(f"{question}: {said!r}, not {wanted}")
    print(f"money: {count} questions, seed {seed}: {wrong} answers differ")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
