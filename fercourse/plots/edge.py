"""Figures of networks on small machines."""

import numpy as np
import pandas as pd
from matplotlib.ticker import LogFormatter

from fercourse.errors import DataError
from fercourse.plots.picture import Picture
from fercourse.plots.style import new_figure, series_style, styled


@styled
def pareto(
    table: pd.DataFrame,
    *,
    cost: str,
    worth: str = "accuracy",
    title: str = "What each network costs and what it is worth",
    xlabel: str | None = None,
) -> Picture:
    """Show cost against worth, and the front: the networks that no other one beats at both.

    Introduced in notebook 06.

    Parameters
    ----------
    table : DataFrame
        A row for each network, named by the index, such as `fercourse.edge.bench` returns. Columns
        ``low`` and ``high``, if there, are the interval of `worth`.
    cost, worth : str
        Columns: what should be small, and what should be large.
    title : str
    xlabel : str, optional
        What the cost is; by default its column's name.
    """
    is_known = table[[cost, worth]].notna().all(axis=1)
    unknown, table = table.index[~is_known], table[is_known].astype({cost: float})
    if table.empty:
        raise DataError(f"There are no networks to show whose {cost} and {worth} are known.")
    figure = new_figure(title, 8, 4.2)
    axes = figure.subplots()
    best = on_front(table[cost].to_numpy(), table[worth].to_numpy())
    if {"low", "high"} <= set(table.columns):
        reach = np.abs(table[["low", "high"]].to_numpy().T - table[worth].to_numpy())
        axes.errorbar(
            table[cost], table[worth], yerr=reach, fmt="none", ecolor="#888888", elinewidth=1,
            label="95 % interval",
        )  # fmt: skip
    front, beaten = table[best].sort_values(cost), table[~best]
    axes.plot(front[cost], front[worth], drawstyle="steps-post", label="front", **series_style(0))
    axes.scatter(front[cost], front[worth], color="#0072B2", zorder=3)
    axes.scatter(beaten[cost], beaten[worth], color="#D55E00", marker="x", zorder=3, label="beaten")
    for name, row in table.iterrows():
        axes.annotate(
            str(name), (row[cost], row[worth]), xytext=(5, 4), textcoords="offset points", size=9
        )
    axes.set(xscale="log", xlabel=xlabel or cost, ylabel=worth)
    # Plain numbers: the style reads no formulas, which matplotlib would write here.
    axes.xaxis.set_major_formatter(LogFormatter())
    axes.xaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.4)))
    axes.margins(x=0.15)
    axes.grid(True, which="both", axis="x", alpha=0.5)
    axes.legend(loc="lower right")
    alt = f"{title}. {worth} over {xlabel or cost}; on the front, cheapest first: "
    alt += f"{_told(front, cost, worth)}."
    if len(beaten):
        alt += f" Beaten: {_told(beaten.sort_values(cost), cost, worth)}."
    if len(unknown):
        alt += f" Left out, since their cost or worth is not known: {', '.join(map(str, unknown))}."
    return Picture(figure, alt)


def _told(table: pd.DataFrame, cost: str, worth: str) -> str:
    intervals = {"low", "high"} <= set(table.columns)
    return ", ".join(
        f"{name} {row[cost]:,.6g} for {row[worth]:.3f}"
        + (f" ({row['low']:.3f} to {row['high']:.3f})" if intervals else "")
        for name, row in table.iterrows()
    )


def on_front(costs: np.ndarray, worths: np.ndarray) -> np.ndarray:
    """Return which networks no other one beats: at most as dear and better, or cheaper and at least as good."""
    cheaper = (costs[:, None] < costs) & (worths[:, None] >= worths)
    better = (costs[:, None] <= costs) & (worths[:, None] > worths)
    return ~(cheaper | better).any(axis=0)
