"""Claims that are true, or nearly: what `check` says of them, beside an oracle of its own.

    python -m benchmarks.near_true [--count N] [--kind NAME] [--seed N] [--minutes M]
        [--every N] [--undecided]

Every claim is made together with a Python function for each side, in fractions or in mpmath with 60 digits, and the
oracle is these functions: a claim that is said to be false has a point at which they differ, one that is said to be
true agrees with them at dense points, at the places where it turns and close to them.  Nothing of gradcli takes part,
except that the claims of `answers` are what `derive` prints.
Prints every false verdict (a false claim `proved` or `equal`, a true one `refuted` or in error, what must be refused
with any verdict), and the share left undecided; the totals so far every hundred claims, so that a run that is cut
short has said what it found.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from mpmath import mp

from benchmarks import near_true_extremes, near_true_kinds, near_true_names
from benchmarks.near_true_claim import DIGITS, Claim
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

KINDS: dict[str, Callable[[Random], Claim | None]] = {
    **near_true_kinds.KINDS,
    **near_true_names.KINDS,
    **near_true_extremes.KINDS,
}


@dataclass(frozen=True)
class Judged:
    """A claim with the verdict and the seconds that it took."""

    claim: Claim
    verdict: str
    reason: str
    seconds: float
    codes: tuple[str, ...] = ()

    @property
    def is_false(self) -> bool:
        """Whether the verdict says what is not so."""
        if self.claim.fault is not None:
            return self.verdict != "error" or self.claim.fault not in self.codes
        if self.claim.true:
            return self.verdict in ("refuted", "error")
        return self.verdict in ("proved", "equal", "error")


def claims(count: int, seed: int = 0, only: str | None = None) -> Iterator[Claim]:
    """Different claims, the kinds in turn; each has been confirmed by its oracle."""
    source = Random(seed)
    seen: set[str] = set()
    names = [name for name in KINDS if only is None or name == only]
    misses = dict.fromkeys(names, 0)
    while count and names:
        for name in list(names):
            with mp.workdps(DIGITS):
                claim = KINDS[name](source)
            if claim is None or claim.text in seen:
                misses[name] += 1
                if misses[name] > 400:
                    names.remove(name)
                continue
            seen.add(claim.text)
            claim.confirm()
            yield claim
            count -= 1
            if not count:
                return


def judge(claim: Claim) -> Judged:
    """What `check` says of a claim."""
    start = time.perf_counter()
    checked = check_source(Source("near_true.mc", claim.text))
    seconds = time.perf_counter() - start
    codes = tuple(said.code for said in checked.errors)
    if not checked.verdicts:
        return Judged(claim, "error", "; ".join(d.message for d in checked.errors), seconds, codes)
    verdict = checked.verdicts[-1]
    return Judged(claim, verdict.kind, verdict.reason, seconds, codes)


class Tally:
    """What was found so far; counts alone are kept, so that a long run takes no more memory than a short one."""

    def __init__(self) -> None:
        self.verdicts: Counter[tuple[str, str]] = Counter()
        self.asked = self.true = self.proved = self.false = self.undecided = 0
        self.seconds: list[float] = []

    def add(self, judged: Judged) -> None:
        """Count one more."""
        self.verdicts[judged.claim.kind, judged.verdict] += 1
        self.asked += 1
        self.true += judged.claim.true
        self.proved += judged.claim.true and judged.verdict == "proved"
        self.false += judged.is_false
        self.undecided += judged.verdict == "undecided"
        self.seconds.append(judged.seconds)

    def line(self) -> str:
        """The totals, in a line."""
        seconds = sorted(self.seconds) or [0.0]
        share = 100 * self.undecided / max(self.asked, 1)
        return (
            f"{self.asked} claims, {self.true} of them true, {self.proved} of these proved; "
            f"{self.false} false verdicts, {self.undecided} undecided ({share:.1f} %); "
            f"seconds a claim: median {seconds[len(seconds) // 2]:.3f}, largest {seconds[-1]:.2f}"
        )

    def table(self) -> str:
        """The verdicts of each kind."""
        lines = []
        for kind in sorted({kind for kind, _ in self.verdicts}):
            counts = [f"{count} {verdict}" for (name, verdict), count in sorted(self.verdicts.items()) if name == kind]
            lines.append(f"{kind:16}  " + "  ".join(counts))
        return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; the status is 1 where a verdict is false."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=sorted(KINDS))
    parser.add_argument("--undecided", action="store_true", help="print those too")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end after so much processor time")
    parser.add_argument("--every", type=int, default=100, help="print the totals so far after so many claims")
    options = parser.parse_args(arguments)
    end = time.process_time() + 60 * options.minutes
    tally = Tally()
    for claim in claims(options.count, options.seed, options.kind):
        judged = judge(claim)
        tally.add(judged)
        text = claim.text.replace("\n", "; ")
        if judged.is_false:
            print(
                f"FALSE {claim.kind}: {judged.verdict}, and it is {claim.true}: {text}  ({judged.reason})", flush=True
            )
        elif judged.verdict == "undecided" and options.undecided:
            print(f"undecided {claim.kind}: {text}  ({judged.reason})", flush=True)
        if tally.asked % options.every == 0:
            print(f"so far: {tally.line()}", flush=True)
        if time.process_time() > end:
            break
    print(tally.table())
    print(tally.line())
    return 1 if tally.false else 0


if __name__ == "__main__":
    raise SystemExit(main())
