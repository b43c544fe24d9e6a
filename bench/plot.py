"""Draws the results of a run as SVG, without any library."""

import html
import math

OURS, LIMIT, OTHERS = "#1f6f8b", "#e0a030", "#c0c4c8"
STYLE = ("text{font-family:sans-serif;font-size:13px;fill:#222}.small{font-size:11px;fill:#666}"
         "@media(prefers-color-scheme:dark){text{fill:#ddd}.small{fill:#aaa}}")
WIDTH, LABELS, BAR = 760, 330, 22


def bars(title, tools, ours="veneer"):
    """Draws the seconds of each tool as a bar.

    `tools` is [(name, seconds)]. Bars whose name begins with `ours` are coloured.
    """
    longest = max(seconds for _, seconds in tools)
    lines = [_text(0, 16, title, weight="bold")]
    for number, (name, seconds) in enumerate(tools):
        top = 30 + number * BAR
        width = max(1.0, seconds / longest * (WIDTH - LABELS - 80))
        colour = OURS if name.startswith(ours) else LIMIT if name.startswith("limit") else OTHERS
        lines += [_text(LABELS - 8, top + 14, name, anchor="end"),
                  f'<rect x="{LABELS}" y="{top}" width="{width:.1f}" height="{BAR - 5}" '
                  f'fill="{colour}"/>',
                  _text(LABELS + width + 6, top + 14, f"{seconds:.3g} s", kind="small")]
    return _document(lines, 40 + len(tools) * BAR)


def growth(title, unit, series):
    """Draws seconds by size with logarithmic axes.

    Linear growth is a line that rises by one decade per decade. `series` is
    {name: [(size, seconds)]}.
    """
    points = [point for each in series.values() for point in each]
    xs = _decades([x for x, _ in points])
    ys = _decades([y for _, y in points])
    left, top, width, height = 60, 34, WIDTH - 240, 300

    def place(x, y):
        return (left + (math.log10(x) - xs[0]) / max(1, xs[-1] - xs[0]) * width,
                top + height - (math.log10(y) - ys[0]) / max(1, ys[-1] - ys[0]) * height)

    lines = [_text(0, 16, title, weight="bold")]
    for decade in xs:
        x, y = place(10.0 ** decade, 10.0 ** ys[0])
        lines += [_rule(x, top, x, y), _text(x, y + 16, f"{10.0 ** decade:,g}", "small", "middle")]
    for decade in ys:
        x, y = place(10.0 ** xs[0], 10.0 ** decade)
        lines += [_rule(x, y, left + width, y),
                  _text(x - 6, y + 4, f"{10.0 ** decade:g} s", "small", "end")]
    lines.append(_text(left + width / 2, top + height + 34, unit, "small", "middle"))
    for number, (name, each) in enumerate(series.items()):
        colour = (OURS, LIMIT, "#7a4f9a")[number % 3]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in each))
        lines += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
                    for x, y in (place(*point) for point in each)),
                  f'<rect x="{left + width + 20}" y="{top + 20 * number}" width="12" height="12" '
                  f'fill="{colour}"/>',
                  _text(left + width + 38, top + 11 + 20 * number, name)]
    return _document(lines, top + height + 50)


def curves(title, unit, series):
    """Draws lines through points, with a logarithmic x axis and a linear y axis.

    `series` is {name: [(x, y)]}; names that begin with "veneer" are coloured.
    """
    points = [point for each in series.values() for point in each]
    xs = [math.log10(x) for x, _ in points]
    ys = [y for _, y in points]
    left, top, width, height = 60, 34, WIDTH - 290, 340
    wide, high = max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)

    def place(x, y):
        return (left + (math.log10(x) - min(xs)) / wide * width,
                top + height - (y - min(ys)) / high * height)

    lines = [_text(0, 16, title, weight="bold")]
    for part in range(6):
        x = 10 ** (min(xs) + wide * part / 5)
        y = min(ys) + high * part / 5
        lines += [_rule(place(x, 0)[0], top, place(x, 0)[0], top + height),
                  _text(place(x, 0)[0], top + height + 16, f"{x:.3g}", "small", "middle"),
                  _rule(left, place(1, y)[1], left + width, place(1, y)[1]),
                  _text(left - 6, place(1, y)[1] + 4, f"{y:.4g}", "small", "end")]
    lines.append(_text(left + width / 2, top + height + 34, unit, "small", "middle"))
    others = iter(("#7a4f9a", "#5a8f3c", "#b0413e", "#888888", "#3c6f5a", "#a07030"))
    for number, (name, each) in enumerate(series.items()):
        ours = name.startswith("veneer")
        colour = (LIMIT if "gzip" in name else OURS) if ours else next(others, "#888888")
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in each))
        lines += [f'<polyline points="{path}" fill="none" stroke="{colour}" '
                  f'stroke-width="{2 if ours else 1}"/>',
                  *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
                    for x, y in (place(*point) for point in each)),
                  f'<rect x="{left + width + 20}" y="{top + 20 * number}" width="12" height="12" '
                  f'fill="{colour}"/>',
                  _text(left + width + 38, top + 11 + 20 * number, name)]
    return _document(lines, top + height + 50)


def _decades(values):
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return list(range(first, max(last, first + 1) + 1))


def _rule(x1, y1, x2, y2):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#8884" '
            'stroke-width="1"/>')


def _text(x, y, text, kind="", anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{html.escape(text)}</text>')


def _document(lines, height):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}"><style>{STYLE}</style>\n' + "\n".join(lines) +
            "\n</svg>\n")
