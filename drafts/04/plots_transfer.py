"""Figures of transfer learning."""

import numpy as np
import pandas as pd

from fercourse.plots.picture import Picture
from fercourse.plots.style import new_figure, series_style


def label_curves(curve: pd.DataFrame, *, title: str = "Scores over label budgets") -> Picture:
    """Show the mean score of each way of learning, and Student's interval over the draws.

    Introduced in notebook 04.

    Parameters
    ----------
    curve : DataFrame
        What `fercourse.training.label_curve` returns.
    title : str
        The figure's title.
    """
    from fercourse.training import mean_over_draws

    figure = new_figure(title, 7.0, 3.8)
    axes, said = figure.subplots(), []
    for index, (way, rows) in enumerate(curve.groupby("way", sort=False)):
        labels = sorted(rows["labels"].unique())
        ends = np.array([mean_over_draws(rows["score"][rows["labels"] == one]) for one in labels])
        style = series_style(index)
        axes.plot(labels, ends[:, 0], marker="o", label=way, **style)
        axes.fill_between(labels, ends[:, 1], ends[:, 2], color=style["color"], alpha=0.15)
        said.append(
            f"{way} from {ends[0, 0]:.3f} with {labels[0]} labels a class to {ends[-1, 0]:.3f} with "
            f"{labels[-1]}"
        )
    draws, budgets = curve["draw"].nunique(), sorted(curve["labels"].unique())
    axes.set(
        xlabel="labels a class",
        ylabel=f"score (mean of {draws} draws, 95 % interval)",
        xscale="log",
    )
    axes.set_xticks(budgets, [str(one) for one in budgets])
    axes.minorticks_off()
    axes.grid(True)
    axes.legend()
    return Picture(figure, f"{title}. Means of {draws} draws: {'; '.join(said)}.")
