"""Fits straight lines to points, and computes growth per doubling."""

import math
import statistics
from dataclasses import dataclass


@dataclass
class Line:
    """y = intercept + slope * x, by least squares."""
    slope: float
    intercept: float
    r_squared: float

    def describe(self, unit, scale=1.0, quantity="s", places=3):
        """Returns a text such as "0.012 s + 0.004 s a MB, R² = 0.998"."""
        return (f"{self.intercept:.{places}f} {quantity} + "
                f"{_significant(self.slope * scale)} {quantity} a {unit}, "
                f"R² = {self.r_squared:.4f}")


def line(points):
    """Fits a line to the points. It is flat, with R² = 0, if all points have the same x."""
    xs, ys = zip(*points)
    if len(set(xs)) == 1:
        return Line(0.0, statistics.fmean(ys), 0.0)
    slope, intercept = statistics.linear_regression(xs, ys)
    r_squared = statistics.correlation(xs, ys) ** 2 if len(set(ys)) > 1 else 1.0
    return Line(slope, intercept, r_squared)


def per_doubling(before, after):
    """Returns the factor by which y grows when x doubles, between two points. 2 is linear."""
    doublings = math.log2(after[0] / before[0])
    return (after[1] / before[1]) ** (1 / doublings)


def _significant(value):
    """Returns a number with three significant digits and no exponent."""
    if value == 0:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{places}f}"
