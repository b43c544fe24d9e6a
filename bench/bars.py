"""The goals for veneer, compared with the measurements."""

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
    """A goal, with the measured value."""
    what: str
    asked: str
    measured: str
    met: bool


def at_least(what, asked, measured):
    """Makes a bar for a speed that must be at least `asked` times as high."""
    return Bar(what, f"at least {asked:g} times faster", f"{measured:.2f} times", measured >= asked)


def at_most(what, asked, measured, form="{:.2f}"):
    """Makes a bar for a value that must be at most `asked`."""
    return Bar(what, f"at most {form.format(asked)}", form.format(measured), measured <= asked)


def below_part(what, part, measured):
    """Makes a bar for a fraction that must be less than 1/`part`."""
    return Bar(what, f"under 1/{part}", f"1/{1 / measured:.1f}", measured < 1 / part)


def below_megabytes(what, asked, peak):
    """Makes a bar for peak memory."""
    return Bar(what, f"below {asked} MB", f"{peak / 1e6:.0f} MB", peak < asked * 1e6)


def table(bars):
    """Returns a table of the bars. Cases that were not run have no bars."""
    rows = [f"| {each.what} | {each.asked} | {each.measured} | "
            f"{'met' if each.met else '**not met**'} |" for each in bars]
    return "\n".join([HEADER, *rows, "", ELSEWHERE])
