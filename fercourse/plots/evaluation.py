"""Figures of a `Report`: where a classifier errs, how it ranks, and whether its confidence is earned.

scikit-learn and seaborn are imported where they draw: notebooks that show no report need neither.
"""

import numpy as np

from fercourse.errors import DataError
from fercourse.plots.faces import mosaic
from fercourse.plots.picture import Picture
from fercourse.plots.style import LINES, class_color, new_figure, styled


@styled
def confusion(report, *, title: str | None = None) -> Picture:
    """Show what share of each class is taken for each class. Introduced in notebook 02.

    Parameters
    ----------
    report : fercourse.evaluation.Report
        What `evaluate` returned.
    title : str, optional
        The figure's title; by default it names the data set.
    """
    import seaborn

    counts = report.confusion
    totals = counts.sum(axis=1)
    shares = counts.div(totals.where(totals > 0), axis=0)
    title = title or f"What each class of {report.data!r} is taken for"
    figure = new_figure(title, 2.8 + 0.7 * len(counts), 1.6 + 0.5 * len(counts))
    axes = figure.subplots()
    words = shares.map(lambda share: "" if np.isnan(share) else f"{share:.0%}")
    options = {"cmap": "cividis", "vmin": 0, "vmax": 1, "linewidths": 0.5}
    scale = {"label": "share of the labeled class"}
    seaborn.heatmap(shares, ax=axes, annot=words, fmt="", cbar_kws=scale, **options)
    known = shares.to_numpy()[shares.notna().to_numpy()]
    for text, share in zip(axes.texts, known, strict=True):
        text.set_color("black" if share >= 0.5 else "white")
    named = [f"{name} (n = {total:,})" for name, total in totals.items()]
    axes.set_yticks(np.arange(len(named)) + 0.5, named, rotation=0)
    axes.tick_params(axis="x", rotation=45)
    axes.set(xlabel="predicted class", ylabel="labeled class")
    said = [_confused(name, row) for name, row in shares.iterrows() if totals[name]]
    return Picture(figure, f"{title}. Heat map of {len(report):,} faces. {'; '.join(said)}.")


@styled
def roc(report, *, title: str | None = None) -> Picture:
    """Show the ROC curve of each class against the rest. Introduced in notebook 02.

    The legend gives the area under each curve with its 95 % interval.
    """
    from sklearn.metrics import roc_curve

    title = title or f"ROC curves on {report.data!r}, one class against the rest"
    figure = new_figure(title, 8.6, 5)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, label="guessing 0.500")
    for name, style, truth, scores in _one_against_rest(report):
        passed, found, _ = roc_curve(truth, scores)
        axes.plot(passed, found, label=f"{name} {_brief(report['roc_auc', name])}", **style)
    axes.set(xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
    axes.grid(True)
    _legend(axes, "class: area (95 % interval)")
    return Picture(
        figure, f"{title} (n = {len(report):,}). Areas: {_said(report, 'roc_auc')}; guessing 0.5."
    )


@styled
def precision_recall(report, *, title: str | None = None) -> Picture:
    """Show precision over recall for each class against the rest. Introduced in notebook 02.

    The legend gives the average precision with its 95 % interval; guessing would reach the class's
    share of the faces.
    """
    from sklearn.metrics import precision_recall_curve

    title = title or f"Precision and recall on {report.data!r}, one class against the rest"
    figure = new_figure(title, 8.6, 5)
    axes = figure.subplots()
    shares = []
    for name, style, truth, scores in _one_against_rest(report):
        precision, recall, _ = precision_recall_curve(truth, scores)
        label = f"{name} {_brief(report['average_precision', name])}"
        axes.plot(recall, precision, drawstyle="steps-post", label=label, **style)
        shares.append(f"{name} {truth.mean():.2f}")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02), aspect="equal")
    axes.grid(True)
    _legend(axes, "class: average precision (95 % interval)")
    alt = (
        f"{title} (n = {len(report):,}). Average precision: {_said(report, 'average_precision')}. "
    )
    return Picture(figure, alt + f"Guessing would reach: {', '.join(shares)}.")


@styled
def reliability(report, *, title: str | None = None) -> Picture:
    """Show whether confidence is earned: accuracy over confidence. Introduced in notebook 02.

    A reliability diagram (DeGroot and Fienberg, 1983) in the 15 bins of the calibration error, with
    Wilson's 95 % intervals; below, how many faces each bin holds.
    """
    bins = report.reliability
    error = report["calibration_error"]
    title = title or f"Confidence and accuracy on {report.data!r}"
    figure = new_figure(title, 6.5, 5.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    upper.plot([0, 1], [0, 1], color="#999999", linewidth=1, label="perfectly calibrated")
    reach = (bins["accuracy"] - bins["low"], bins["high"] - bins["accuracy"])
    style = {"fmt": "o-", "color": class_color("sad"), "capsize": 2, "markersize": 4}
    upper.errorbar(bins["confidence"], bins["accuracy"], reach, label="this classifier", **style)
    upper.set(ylabel="accuracy (95 % interval)", xlim=(0, 1), ylim=(0, 1))
    upper.set_title(f"expected calibration error {error}", fontsize=10)
    upper.grid(True)
    upper.legend(loc="upper left")
    lower.bar(bins["confidence"], bins["n"], width=0.03, color="#7F7F7F")
    lower.set(xlabel="confidence (highest probability)", ylabel="faces")
    said = "; ".join(
        f"confidence {row['confidence']:.2f}, accuracy {row['accuracy']:.2f} (n = {row['n']:,.0f})"
        for _, row in bins.iterrows()
    )
    return Picture(figure, f"{title}. Expected calibration error {error}. By bin: {said}.")


def worst_mistakes(report, faces, count: int = 18, *, title: str | None = None) -> Picture:
    """Show the faces that a classifier took for another class most firmly. Introduced in notebook 02.

    Parameters
    ----------
    report : fercourse.evaluation.Report
        What `evaluate` returned for `faces`.
    faces : FaceSet
        The same faces.
    count : int
        How many, beginning with the mistake of the highest probability.
    title : str, optional
        The figure's title.

    Raises
    ------
    DataError
        If `faces` are others, or there are no mistakes.
    """
    if not np.array_equal(report.predictions.labels, faces.labels):
        raise DataError("The report is not on these faces; give the faces that were evaluated.")
    wrong = np.flatnonzero(~report.predictions.correct)
    if not len(wrong):
        raise DataError("The classifier made no mistakes on these faces.")
    confidence = report.predictions.probabilities.max(axis=1)
    chosen = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    words = [
        f"{report.classes[report.predictions.labels[row]]}, taken\n"
        f"for {report.classes[report.predictions.predicted[row]]} {confidence[row]:.0%}"
        for row in chosen
    ]
    title = title or f"The firmest of {len(wrong):,} mistakes on {report.data!r}"
    return mosaic([faces.images[row] for row in chosen], words, columns=6, title=title)


def _one_against_rest(report):
    """Give name, style, truth and scores of each class that has faces, and is not all of them."""
    for index, name in enumerate(report.classes):
        truth = report.predictions.labels == index
        if truth.any() and not truth.all():
            style = {"color": class_color(name), "linestyle": LINES[index % len(LINES)]}
            yield name, style, truth, report.predictions.probabilities[:, index]


def _legend(axes, title: str) -> None:
    axes.legend(title=title, loc="center left", bbox_to_anchor=(1.02, 0.5), handlelength=3)


def _brief(estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _said(report, metric: str) -> str:
    known = [name for name in report.classes if report[metric, name].n]
    return ", ".join(f"{name} {_brief(report[metric, name])}" for name in known)


def _confused(name: str, row) -> str:
    others = row.drop(name)
    said = f"{name}: {row[name]:.0%} right"
    if not others.max() > 0:
        return said
    return f"{said}, most often taken for {others.idxmax()} ({others.max():.0%})"
