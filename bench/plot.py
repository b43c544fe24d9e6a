"""The figures of a run as one picture."""

import statistics

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "veneer"  # the same picture for the same figures
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of backend)

OURS, OTHERS = "#1f6f8b", "#c0c4c8"


def draw(results, path):
    """Bars for the cases that compare tools, lines for those that show growth."""
    bars = {case: tools for case, tools in results.items() if case in ("gzip", "zstd", "rebuild")}
    growth = {case: points for case, points in results.items() if case in ("entries", "bytes")}
    figure, axes = plt.subplots(len(bars) + len(growth), 1, squeeze=False,
                                figsize=(8, 2.6 * (len(bars) + len(growth))))
    for axis, (case, tools) in zip(axes[:, 0], bars.items()):
        walls = [statistics.median(tool.wall) for tool in tools]
        colours = [OURS if tool.name.startswith("veneer") or case == "rebuild" else OTHERS
                   for tool in tools]
        axis.barh([tool.name for tool in tools], walls, color=colours)
        axis.invert_yaxis()
        axis.set_title(f"{case}: seconds, less is better", fontsize=10)
        if max(walls) > 20 * min(walls):
            axis.set_xscale("log")
    for axis, (case, points) in zip(axes[len(bars):, 0], growth.items()):
        axis.loglog([point[0] for point in points], [point[-1] for point in points], "o-",
                    color=OURS)
        axis.set_title(f"build: seconds by {case}", fontsize=10)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
