"""Figures that set scores side by side: classes, classifiers, groups of faces, training sizes."""

from collections.abc import Mapping, Sequence

import numpy as np

from fercourse.errors import DataError
from fercourse.plots.charts import embedding
from fercourse.plots.picture import Picture
from fercourse.plots.style import class_color, new_figure, series_style, styled

_WORDS = {"f1": "F1", "roc_auc": "ROC-AUC"}
# t-SNE keeps neighbors; the last components are noise that makes it slow.
_COMPONENTS = 50


def class_scores(report, metric: str = "f1", *, title: str | None = None) -> Picture:
    """Show one metric of each class as bars with 95 % intervals.

    Parameters
    ----------
    report : fercourse.evaluation.Report
        What `evaluate` returned.
    metric : str
        precision, recall, f1, roc_auc or average_precision.
    title : str, optional
        The figure's title.
    """
    estimates = {name: report[metric, name] for name in report.classes}
    named = {
        f"{name} (n = {estimate.n:,})": estimate
        for name, estimate in estimates.items()
        if estimate.n
    }
    colors = [class_color(name) for name, estimate in estimates.items() if estimate.n]
    title = title or f"{_title(metric)} of each class of {report.data!r}"
    return _bars(named, colors, title, _metric(metric), "class")


def scores(
    reports: Mapping[str, object], metric: str = "accuracy", *, title: str | None = None
) -> Picture:
    """Show one metric of several classifiers as bars with 95 % intervals. Introduced in notebook 02.

    Parameters
    ----------
    reports : mapping of str to Report
        What each classifier is called, and its report.
    metric : str
        Any metric of a report.
    title : str, optional
        The figure's title.
    """
    if not reports:
        raise DataError("There are no reports to show.")
    estimates = {name: report[metric] for name, report in reports.items()}
    title = title or f"{_title(metric)} of each classifier"
    named = {f"{name} (n = {one.n:,})": one for name, one in estimates.items()}
    return _bars(named, ["#0072B2"] * len(named), title, _metric(metric), "classifier")


def group_scores(report, aspect: str, *, title: str | None = None) -> Picture:
    """Show the accuracy in each group of faces with 95 % intervals.

    Parameters
    ----------
    report : fercourse.evaluation.Report
        What `evaluate` returned.
    aspect : str
        What parts the groups, such as ``"yaw"``, ``"tone"``, ``"subject"`` or ``"action unit"``.
    title : str, optional
        The figure's title.
    """
    from fercourse.evaluation import Estimate

    named = {
        f"{group} (n = {row['n']:,.0f})": Estimate(
            row["accuracy"], row["low"], row["high"], int(row["n"])
        )
        for group, row in report.by(aspect).iterrows()
    }
    title = title or f"Accuracy on {report.data!r} by {aspect.replace('_', ' ')}"
    return _bars(named, ["#0072B2"] * len(named), title, "accuracy", aspect.replace("_", " "))


def estimates(named: Mapping[str, object], *, title: str, xlabel: str, ylabel: str) -> Picture:
    """Show numbers as bars with their 95 % intervals. Introduced in notebook 02.

    Parameters
    ----------
    named : mapping of str to Estimate
        What each number is called, and the number.
    title, xlabel, ylabel : str
    """
    if not named:
        raise DataError("There are no numbers to show.")
    return _bars(named, ["#0072B2"] * len(named), title, xlabel, ylabel)


@styled
def learning_curves(
    sizes: Sequence[int],
    train_scores: np.ndarray,
    validation_scores: np.ndarray,
    *,
    title: str = "Learning curves",
    metric: str = "accuracy",
) -> Picture:
    """Show how a score grows with the training faces.

    Takes what ``sklearn.model_selection.learning_curve`` returns.

    Parameters
    ----------
    sizes : sequence of int, length S
        Faces that were trained on.
    train_scores, validation_scores : ndarray, float, shape (S, F)
        The score on the training faces and on held-out faces, in each of F folds.
    title : str
        The figure's title.
    metric : str
        What the score is.
    """
    sizes = np.asarray(sizes)
    figure = new_figure(title, 7.5, 3.8)
    axes = figure.subplots()
    said = []
    both = {"faces trained on": train_scores, "held-out faces": validation_scores}
    for index, (name, values) in enumerate(both.items()):
        values = np.asarray(values, float)
        if values.ndim != 2 or len(values) != len(sizes):
            raise DataError(
                f"Scores must have shape ({len(sizes)}, folds), one row a size, not {values.shape}."
            )
        mean, style = values.mean(axis=1), series_style(index)
        axes.plot(sizes, mean, marker="o", label=name, **style)
        axes.fill_between(
            sizes, values.min(axis=1), values.max(axis=1), color=style["color"], alpha=0.15
        )
        said.append(
            f"on {name} from {mean[0]:.3f} at {sizes[0]:,} faces to {mean[-1]:.3f} at {sizes[-1]:,}"
        )
    folds = np.asarray(validation_scores).shape[1]
    axes.set(xlabel="faces to train on", ylabel=f"{metric} (mean and range of {folds} folds)")
    axes.grid(True)
    axes.legend()
    return Picture(figure, f"{title}. Mean {metric} of {folds} folds: {'; '.join(said)}.")


def t_sne(
    features: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    *,
    seed: int = 0,
    perplexity: float = 30.0,
    title: str = "Features in two dimensions (t-SNE)",
) -> Picture:
    """Show features so that near neighbors stay near (t-SNE).

    Features are standardized and reduced to 50 principal components first. Distances between far
    groups, and the sizes of groups, mean nothing (van der Maaten and Hinton, 2008).

    Parameters
    ----------
    features : ndarray, float, shape (N, D)
        One row a face.
    labels : ndarray, int, shape (N,)
        The class of each face.
    classes : sequence of str
        The classes, in the order of their indices.
    seed : int
        The map depends on it.
    perplexity : float
        About how many neighbors count; a third of the faces at most.
    title : str
        The figure's title.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from sklearn.preprocessing import StandardScaler

    features = np.asarray(features, float)
    if len(features) != len(labels):
        raise DataError(f"There are {len(features)} rows of features but {len(labels)} labels.")
    if (
        features.ndim != 2
        or len(features) < 4
        or features.shape[1] < 2
        or not np.isfinite(features).all()
    ):
        raise DataError(
            "t-SNE needs finite features of shape (faces, features), at least four faces and two "
            f"features, not {features.shape}."
        )
    # scikit-learn's code ends the whole program where all points are one.
    if not np.ptp(features, axis=0).any():
        raise DataError("All faces have the same features; t-SNE needs features that differ.")
    if not 0 < perplexity < np.inf:
        raise DataError(f"The perplexity must be a number above 0, not {perplexity!r}.")
    scaled = StandardScaler().fit_transform(features)
    reduced = PCA(min(_COMPONENTS, *scaled.shape), random_state=seed).fit_transform(scaled)
    perplexity = min(perplexity, (len(features) - 1) / 3)
    points = TSNE(perplexity=perplexity, random_state=seed).fit_transform(reduced)
    return embedding(points, labels, classes, title=title)


@styled
def _bars(
    estimates: Mapping, colors: Sequence[str], title: str, xlabel: str, ylabel: str
) -> Picture:
    figure = new_figure(title, 8, 0.36 * len(estimates) + 1.2)
    axes = figure.subplots()
    values, low, high = np.array([one[:3] for one in estimates.values()], float).T
    # The interval of a resampled score need not hold the score: by rounding, or of very few faces.
    reach = np.clip((values - low, high - values), 0, None)
    places = np.arange(len(values))
    # Shares are shown up to 1, unless they are so small that nothing could be seen of them.
    top = np.nanmax(high, initial=0)
    most = max(1.0, top) if top > 0.5 else 1.1 * top or 1.0
    axes.barh(places, values, color=colors, alpha=0.75)
    axes.errorbar(values, places, xerr=reach, fmt="none", ecolor="#1A1A1A", capsize=3)
    for place, (value, end) in enumerate(zip(values, high, strict=True)):
        axes.text(end, place, f"  {value:.3f}", va="center", fontsize=9)
    axes.set_yticks(places, list(estimates))
    axes.set(
        ylabel=ylabel,
        xlabel=f"{xlabel} (95 % interval)",
        xlim=(np.nanmin(low, initial=0), most * 1.08),
    )
    axes.invert_yaxis()
    said = ", ".join(
        f"{name} {one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
        for name, one in estimates.items()
    )
    return Picture(figure, f"{title}. Bars of {xlabel} with 95 % intervals: {said}.")


def _metric(name: str) -> str:
    return _WORDS.get(name, name.replace("_", " "))


def _title(name: str) -> str:
    words = _metric(name)
    return words[0].upper() + words[1:]
