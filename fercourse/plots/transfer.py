"""Figures of transfer learning."""

import numpy as np
import pandas as pd

from fercourse.plots.picture import Picture
from fercourse.plots.style import new_figure, series_style, styled

# Of the budget, from one way to the next.
_BESIDE = 1.03


@styled
def label_curves(
    curve: pd.DataFrame, *, title: str = "Scores over label budgets", score: str = "score"
) -> Picture:
    """Show the mean score of each way of learning, and Student's interval over the draws.

    Introduced in notebook 04. The ways stand a little beside each other, so that their intervals
    can be told apart.

    Parameters
    ----------
    curve : DataFrame
        What `fercourse.training.label_curve` returns.
    title : str
        The figure's title.
    score : str
        What the scores are.
    """
    from fercourse.training import mean_over_draws

    figure = new_figure(title, 9.5, 3.8)
    axes, said = figure.subplots(), []
    ways = list(curve["way"].unique())
    for index, way in enumerate(ways):
        rows = curve[curve["way"] == way]
        labels = np.sort(rows["labels"].unique())
        ends = np.array([mean_over_draws(rows["score"][rows["labels"] == one]) for one in labels])
        mean, low, high = ends.T
        beside = labels * _BESIDE ** (index - (len(ways) - 1) / 2)
        axes.errorbar(
            beside, mean, (mean - low, high - mean), marker="o", capsize=3, label=way,
            **series_style(index),
        )  # fmt: skip
        said.append(
            f"{way} from {mean[0]:.3f} with {labels[0]} labels a class to {mean[-1]:.3f} "
            f"({low[-1]:.3f} to {high[-1]:.3f}) with {labels[-1]}"
        )
    draws, budgets = curve["draw"].nunique(), sorted(curve["labels"].unique())
    axes.set(
        xlabel=f"labels a class (means of {draws} draws, 95 % intervals)",
        ylabel=score,
        xscale="log",
    )
    axes.set_xticks(budgets, [str(one) for one in budgets])
    axes.minorticks_off()
    axes.grid(True)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return Picture(figure, f"{title}. Means of {draws} draws: {'; '.join(said)}.")
