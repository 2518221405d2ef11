"""Medians over rounds, and the tables made of them."""
import statistics


class Figures:
    """cells[name] is the list of what each round measured."""

    def __init__(self):
        self.cells = {}

    def add(self, name, figure):
        self.cells.setdefault(name, []).append(figure)

    def has(self, name):
        return name in self.cells

    def values(self, name, key):
        return [cell[key] for cell in self.cells[name]]

    def median(self, name, key):
        return statistics.median(self.values(name, key))

    def ratio(self, name, other, key):
        """Median over rounds of the ratio inside each round: what both shared cancels out."""
        return statistics.median(a / b if b else 0.0 for a, b in
                                 zip(self.values(name, key), self.values(other, key)))


def number(value):
    """Three digits that matter."""
    if value < 0:
        return "-" + number(-value)
    if value >= 1000:
        return f"{round(value, -1 if value < 100000 else -3):,.0f}".replace(",", " ")
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def spread(figures, name, key):
    """median [least..most]"""
    values = figures.values(name, key)
    text = number(statistics.median(values))
    return text if len(values) == 1 else f"{text} [{number(min(values))}..{number(max(values))}]"


class Targets:
    """Rows of the table of ratios: each a measured ratio against what is wanted."""

    def __init__(self):
        self.rows = []

    def at_least(self, what, value, wanted, unit="x"):
        self._add(what, value, f">= {number(wanted)} {unit}".strip(), value >= wanted, unit)

    def at_most(self, what, value, wanted, unit="x"):
        self._add(what, value, f"<= {number(wanted)} {unit}".strip(), value <= wanted, unit)

    def _add(self, what, value, wanted, good, unit):
        self.rows.append([what, f"{number(value)} {unit}".strip(), wanted, "yes" if good else "**no**"])

    def text(self):
        return table(["what", "measured", "wanted", "met"], self.rows)
