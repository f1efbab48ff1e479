"""What came of many pairs, as the table that the documentation shows."""

from __future__ import annotations

from collections import Counter

from tests.convergence.laws import FALSE_NEGATIVE, FALSE_POSITIVE, Broken

COLUMNS = ("pairs", "false positives", "false negatives", "not convergent", "not taken back")


class Tally:
    """Count what came of pairs, by what their schemas differ in.

    Attributes:
        broken: What was found, in words; the first of each kind of thing.
    """

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self.broken: dict[str, str] = {}

    def note(self, kind: str, taken_back: bool, broken: Broken | None, pair: str) -> None:
        counts = self._counts.setdefault(kind.partition(":")[0], Counter())
        counts["pairs"] += 1
        if not taken_back:
            counts["not taken back"] += 1
        if broken is None:
            return
        counts[
            {FALSE_POSITIVE: "false positives", FALSE_NEGATIVE: "false negatives"}.get(
                broken.law, "not convergent"
            )
        ] += 1
        self.broken.setdefault(f"{kind}: {broken.law}", f"{pair}\n{broken.detail}")

    def shown(self) -> str:
        """Return what was found, in words."""
        return "".join(f"{what}\n{pair}\n" for what, pair in self.broken.items())

    def table(self, dialect: str) -> str:
        """Return a table in Markdown: a row for each kind of thing, and one for all."""
        total: Counter[str] = sum(self._counts.values(), Counter())
        rows = [*sorted(self._counts.items()), ("all", total)]
        lines = [f"| {dialect} | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
        lines += [f"| {kind} | {' | '.join(str(counts[one]) for one in COLUMNS)} |" for kind, counts in rows]
        return "\n".join(lines)
