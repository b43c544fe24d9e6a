"""What is asked of veneer, beside what was measured."""

from dataclasses import dataclass

HEADER = "| | asked | measured | |\n|---|---|---|---|"
ELSEWHERE = (
    "That many processes may share a store, that none is broken by `kill -9`, and that bytes are "
    "equal cold and warm, with and without a store and at any number of jobs, is not a question of "
    "time: `tests/store_stress.py --kills 1000`, `tests/store_test.py` and "
    "`tests/reproducible_test.py` answer it. Here, what a rebuild wrote is compared with what a "
    "build without a store writes.")


@dataclass
class Bar:
    """One demand."""
    what: str
    asked: str
    measured: str
    met: bool


def at_least(what, asked, measured):
    """So many times faster."""
    return Bar(what, f"at least {asked:g} times faster", f"{measured:.2f} times", measured >= asked)


def at_most(what, asked, measured, form="{:.2f}"):
    """No more than that."""
    return Bar(what, f"at most {form.format(asked)}", form.format(measured), measured <= asked)


def below_part(what, part, measured):
    """Less than one part-th; `measured` is the fraction."""
    return Bar(what, f"under 1/{part}", f"1/{1 / measured:.1f}", measured < 1 / part)


def below_megabytes(what, asked, peak):
    """Peak memory."""
    return Bar(what, f"below {asked} MB", f"{peak / 1e6:.0f} MB", peak < asked * 1e6)


def table(bars):
    """All of them; who did not run a case did not measure its bars."""
    rows = [f"| {each.what} | {each.asked} | {each.measured} | "
            f"{'met' if each.met else '**not met**'} |" for each in bars]
    return "\n".join([HEADER, *rows, "", ELSEWHERE])
