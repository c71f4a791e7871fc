# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 04 · Transfer learning
#
# You have twenty labeled faces of each class, and no time to label more. Somewhere else there are thousands,
# but of other people, in other light, before another camera. Can a network that has learned from those help
# with yours? Often it can, sometimes it does not, and now and then it does harm. This notebook is about
# telling which.
#
# **Afterwards you can**
#
# - ask a trained network what it already sees, and train a new head on top of it in seconds;
# - fine-tune in stages, and say what goes wrong without them;
# - draw a curve of accuracy over labels, with intervals, and say from it whether transfer helped;
# - recognize negative transfer;
# - measure the gap between two domains, and try to narrow it in three ways;
# - choose a backbone for faces of 48x48 pixels, and say when not to transfer at all.
#
# **You need** notebook 03, or some experience with training a network in Keras.
#
# Nothing is downloaded here. The network that we start from is one that you pretrain yourself, on the
# built-in faces. As before: where it says **Predict**, write your guess down before you run the cell.

# %%
import keras
import numpy as np
import pandas as pd

import fercourse
from fercourse import models, plots
from fercourse.datasets.builtin import load_builtin

course = fercourse.setup("04")

# %% [markdown]
# ## 1. Two domains
#
# The **source** has many labels: the built-in faces, in all kinds of light. The **target** is what we care
# about. It shows the same classes, but the lamp stands at the side, the camera is poor, and heads are turned
# further. (If you chose a data set of your own, such as FER2013, that is the target.)

# %%
source = fercourse.load("builtin").sample(course.profile.faces, seed=course.seed)
if course.dataset == "builtin":
    target = load_builtin(max(1260, course.profile.faces // 2), seed=1, variant="shifted")
else:
    target = course.load()
training, validation = source.split("train"), source.split("validation")
pool = target.split("train")
tested = target[(target.table["split"] != "train").to_numpy()]
shown = plots.mosaic(
    [*training.images[:8], *pool.images[:8]],
    columns=8,
    title="Above: the source. Below: the target",
)
shown

# %% [markdown]
# `pool` is what we may draw labels from, `tested` is where we measure. Nobody stands in both.
#
# ### Pretraining
#
# The network is `tiny`: three convolutions, each followed by batch normalization, and one dense layer, the
# **head**. It trains in seconds, so that you can repeat every experiment here.
#
# **Predict.** After training on the source it will be right on so many of the source's validation faces. And
# on the target's? As many, fewer, or no more than by guessing (one in seven)?

# %%
from fercourse.training import Config, fit

network = models.build("tiny", seed=course.seed)
untrained = network.get_weights()
how = Config(
    epochs=course.profile.epochs,
    batch_size=32,
    learning_rate=2e-3,
    augmentation=None,
    seed=course.seed,
)
fit(network, training, validation, how, progress=False)
pretrained = network.get_weights()


def accuracy(model, faces):
    """Return the share of the faces that a network recognizes."""
    probabilities = model.predict(np.asarray(faces.images)[..., None], batch_size=256, verbose=0)
    return np.mean(probabilities.argmax(axis=1) == faces.labels)


on_source, on_target = accuracy(network, validation), accuracy(network, tested)
course.record("accuracy_on_source", on_source)
course.record("accuracy_on_target", on_target)

# %% [markdown]
# What is lost between the two numbers is the price of another lamp, camera and pose: the **domain gap**.
# Nothing about expressions has changed.

# %% [markdown]
# ## 2. What does it see already?
#
# Before you use somebody's network, look into it. Here is what the first convolution makes of one target face.

# %%
first = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
maps = keras.Model(network.inputs, first.output).predict(
    np.asarray(pool.images[:1])[..., None], verbose=0
)[0]
plots.mosaic(
    [pool.images[0], *np.moveaxis(maps, 2, 0)[:7]],
    ["a face"] + [f"filter {number}" for number in range(1, 8)],
    columns=8,
    title="One target face, and what seven filters of the first layer see in it",
)

# %% [markdown]
# Edges of one direction or another, bright sides, dark sides. None of it belongs to the source alone, and
# that is why transfer can work at all: the lower layers of most networks for pictures learn much the same
# (Yosinski and others, 2014).
#
# The *last* layer before the head gives each face a list of numbers, its **features**. Two faces with similar
# features should show similar expressions. Do they? For each target face we ask for its nearest neighbor, by
# pixels, by the features of a network that has learned nothing, and by those of the pretrained one.
#
# **Predict.** In what share of cases has the neighbor the same class? One in seven is chance.

# %%
body = keras.Model(network.inputs, network.get_layer("logits").input)


def features_by_hand(faces):
    """Return what the head sees of each face: float32 (N, F)."""
    return body.predict(np.asarray(faces.images)[..., None], batch_size=256, verbose=0)


def neighbor_agrees(features):
    """Return how often the most similar other face has the same class."""
    centered = features - features.mean(axis=0)
    unit = centered / np.linalg.norm(centered, axis=1, keepdims=True)
    similar = unit @ unit.T
    np.fill_diagonal(similar, -1)
    return np.mean(tested.labels[similar.argmax(axis=1)] == tested.labels)


network.set_weights(untrained)
by_lot = neighbor_agrees(features_by_hand(tested))
network.set_weights(pretrained)
agreement = {
    "pixels": neighbor_agrees(tested.images.reshape(len(tested), -1).astype(float)),
    "features, not trained": by_lot,
    "features, pretrained": neighbor_agrees(features_by_hand(tested)),
}
course.record("neighbor_by_pixels", agreement["pixels"])
course.record("neighbor_by_pretrained_features", agreement["features, pretrained"])
plots.bars(
    agreement,
    title="How often the nearest neighbor shows the same class",
    xlabel="share of the target's faces",
    ylabel="neighbors by",
)

# %% [markdown]
# The bar in the middle is the **control**: the same network with weights drawn by lot. Whatever pretraining
# is worth is what the third bar has over the second, not over nothing.

# %% [markdown]
# ## 3. The linear probe
#
# The simplest transfer of all: freeze the body, and train a new head, a weighted sum, on its features. How
# many numbers is that?
#
# **Exercise 1.** Predict it, and put the number into `learning_parameters`: how many parameters learn when
# only the head of this network does? Every feature has a weight for each of the seven classes, and each class
# has a bias.

# %%
width = features_by_hand(pool[:1]).shape[1]
print(f"{width} features; {network.count_params():,} parameters in the whole network")

# %% tags=["exercise"]
# BEGIN SOLUTION
learning_parameters = width * 7 + 7
# END SOLUTION

# %% tags=["check"]
course.check("learning_parameters", learning_parameters, width, network.count_params())

# %% [markdown]
# A frozen body gives a face the same features in every epoch. So compute them **once**, and train the head on
# the list. The idea in a few lines:

# %%
from fercourse.training import draw_labels

few = draw_labels(pool, 20, seed=0)
seen = features_by_hand(few)
weights, bias = np.zeros((width, 7)), np.zeros(7)
scale = seen.std()
for _ in range(200):
    scores = seen @ weights / scale + bias
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    error = (shares - np.eye(7)[few.labels]) / len(few)
    weights -= 0.1 * seen.T @ error / scale
    bias -= 0.1 * error.sum(axis=0)
answers = (features_by_hand(tested) @ weights / scale + bias).argmax(axis=1)
course.record("probe_by_hand", np.mean(answers == tested.labels))

# %% [markdown]
# `fercourse.training.train_head` does it with Keras, and in the network itself. How much faster than running
# the whole network in every epoch? We time one epoch of each. (A second is no result, so nothing is recorded.
# `fercourse benchmark transfer` measures it with care.)

# %%
import time

from fercourse.training import train_head, unfreeze

start = time.perf_counter()
features_by_hand(few)
once = time.perf_counter() - start
start = time.perf_counter()
train_head(network, few, epochs=20, seed=course.seed)
cached = time.perf_counter() - start
print(f"the body, once: {once:.2f} s; 20 epochs of the head, cache included: {cached:.2f} s")
course.record("probe_with_20_labels", accuracy(network, tested))
network.set_weights(pretrained)

# %%
course.quiz("cache", "b")

# %% [markdown]
# ## 4. Fine-tuning, and forgetting
#
# Why stop at the head? Let the whole network learn from the 140 labeled target faces. There are two ways to
# go about it, a rash one and a careful one.
#
# - **Rash**: all layers at once, at the rate of pretraining, batch normalization included.
# - **Careful**: the head first; then the other layers as well, at a small rate; batch normalization frozen.
#
# **Exercise 2.** Which layers learn in a stage? Write `learning_layers(names, share)`. `names` are the layers
# with weights, from the pixels up, the head last. Return the list of those that learn: the head always, and
# of the layers below it the upper `share` (0 to 1, rounded to whole layers), in the order of `names`.


# %% tags=["exercise"]
def learning_layers(names, share):
    """Return the names of the layers that learn: the head, and the upper share of the others."""
    # BEGIN SOLUTION
    below = names[:-1]
    count = round(share * len(below))
    return below[len(below) - count :] + names[-1:]
    # END SOLUTION


# %% tags=["check"]
course.check("learning_layers", learning_layers)

# %% [markdown]
# `unfreeze(network, share)` does this to a network, and freezes batch normalization throughout: its running
# means are those that the layers above have learned to expect, and means of 32 new faces would shake them.
#
# **Predict.** Afterwards we go back to the *source* with both networks. Which one still knows it?

# %%
from fercourse.training import learn_briefly

careful = keras.models.clone_model(network)
unfreeze(careful, 0.0)
learn_briefly(careful, pretrained, few, steps=40, learning_rate=1e-3, seed=course.seed)
head_first = careful.get_weights()
careful = keras.models.clone_model(network)
unfreeze(careful, 1.0)
learn_briefly(careful, head_first, few, steps=40, learning_rate=2e-4, seed=course.seed)
rash = network
learn_briefly(rash, pretrained, few, steps=80, learning_rate=1e-2, seed=course.seed)
fates = pd.DataFrame(
    {
        "on the target": [on_target, accuracy(careful, tested), accuracy(rash, tested)],
        "on the source": [on_source, accuracy(careful, validation), accuracy(rash, validation)],
    },
    index=["before", "careful", "rash"],
)
course.record("careful_on_target", fates.loc["careful", "on the target"])
course.record("rash_on_target", fates.loc["rash", "on the target"])
course.record("careful_on_source", fates.loc["careful", "on the source"])
course.record("rash_on_source", fates.loc["rash", "on the source"])
plots.heat_map(
    fates,
    title="Accuracy before and after fine-tuning on 20 labels a class",
    xlabel="faces of",
    ylabel="fine-tuning",
    scale="accuracy",
)

# %% [markdown]
# The rash one has paid for what it learned with what it knew. This is **catastrophic forgetting** (McCloskey
# and Cohen, 1989): nothing in the loss asks it to remember. Careful stages keep more, and with so few labels
# what is kept is most of what there is.
#
# For a real run the package has `fine_tune(model, train, validation, stages)`: each stage is a training run
# with its own rate. `gradual(4)` gives stages in which the network thaws from the top down (Howard and Ruder,
# 2018), and `layer_rates` lets lower layers learn more slowly than upper ones. On the command line:
#
# ```text
# fercourse train transfer --backbone mobilenet_v2 --weights synthetic --stages 2
# ```

# %%
course.quiz("stages", "c")

# %%
course.quiz("forgetting", "a")

# %% [markdown]
# **Exercise 3. Find the mistake.** A colleague feeds faces to a network of this course, whose first layer
# divides gray levels by 255:
#
# ```python
# def prepared(faces):
#     return faces[..., None] / 255
# ```
#
# The network says *neutral* to everything. Write `prepared(faces)` as it should be: from uint8 faces (N, H, W)
# to what the network takes, float32 (N, H, W, 1).


# %% tags=["exercise"]
def prepared(faces):
    """Return faces as a network of this course takes them: float32 (N, H, W, 1)."""
    # BEGIN SOLUTION
    return faces[..., None].astype(np.float32)
    # END SOLUTION


# %% tags=["check"]
course.check("prepared", prepared)

# %% [markdown]
# ## 5. Does it help? A curve over labels
#
# One number from one draw of 140 faces proves nothing. So we draw the labels several times, and let three ways
# of learning have *the same* draws:
#
# - **scratch**: the network begins with weights drawn by lot, and gets more steps than the others;
# - **linear probe**: the pretrained body is frozen;
# - **fine-tuned**: all of it learns, at a smaller rate, normalization frozen.
#
# **Predict.** Sketch all three over 5, 20, 50 and 200 labels a class. Where do they meet?

# %%
from fercourse.training import label_curve

smallest = np.bincount(pool.labels, minlength=7).min()
budgets = [
    labels
    for labels in (5, 20, 50, 200)
    if labels <= smallest and 6 * 7 * labels <= course.profile.faces
]
scratch, tuned = keras.models.clone_model(network), keras.models.clone_model(network)
unfreeze(tuned, 1.0)


def from_scratch(faces, draw):
    """Learn from weights drawn by lot, and return the accuracy on the target."""
    learn_briefly(scratch, untrained, faces, steps=100, learning_rate=2e-3, seed=draw)
    return accuracy(scratch, tested)


def probe(faces, draw):
    """Train a head on the pretrained, frozen body, and return the accuracy on the target."""
    network.set_weights(pretrained)
    train_head(network, faces, epochs=20, seed=draw)
    return accuracy(network, tested)


def fine_tuned(faces, draw):
    """Go on from the pretrained weights, and return the accuracy on the target."""
    learn_briefly(tuned, pretrained, faces, steps=60, learning_rate=5e-4, seed=draw)
    return accuracy(tuned, tested)


ways = {"scratch": from_scratch, "linear probe": probe, "fine-tuned": fine_tuned}
curve = label_curve(ways, pool, budgets, draws=course.profile.seeds)
plots.label_curves(curve, title="The target, by labels a class")

# %% [markdown]
# Bands that do not overlap are convincing; bands that do may still hide a difference, for the three ways had
# the same draws. So compare **draw by draw**.
#
# **Exercise 4.** Write `paired_gain(pretrained, scratch)`. Both are arrays of scores, one a draw, in the same
# order. Return three numbers: the mean difference, and the two ends of Student's 95 % interval around it. Its
# half width is `t * s / sqrt(n)`, with `s` the standard deviation of the differences (`ddof=1`) and `t` from
# `scipy.stats.t.ppf(0.975, n - 1)`.


# %% tags=["exercise"]
def paired_gain(pretrained, scratch):
    """Return (mean, low, high) of the differences of scores, draw by draw."""
    # BEGIN SOLUTION
    from scipy import stats

    differences = np.asarray(pretrained, float) - np.asarray(scratch, float)
    n = len(differences)
    half = stats.t.ppf(0.975, n - 1) * differences.std(ddof=1) / np.sqrt(n)
    return differences.mean(), differences.mean() - half, differences.mean() + half
    # END SOLUTION


# %% tags=["check"]
course.check("paired_gain", paired_gain)

# %% [markdown]
# And the verdict, from the record and not from belief:

# %%
from fercourse.training import gain

mean, low, high = gain(curve, "fine-tuned", over="scratch", labels=20)
course.record("gain_20_labels", mean)
course.record("gain_20_labels_low", low)
course.record("transfer_helps_at_20_labels", bool(low > 0))
verdict = "beats" if low > 0 else "does not reliably beat"
print(
    f"With 20 labels a class, transfer {verdict} training from scratch: by {100 * mean:.1f} points, "
    f"95 % interval {100 * low:.1f} to {100 * high:.1f} over {course.profile.seeds} draws."
)

# %% [markdown]
# The interval tells how another draw of *labels* may turn out. The test faces and the pretrained network
# were the same in each draw; other ones would widen it.

# %%
course.quiz("interval", "d")

# %% [markdown]
# ## 6. Negative transfer
#
# Pretraining helps when the old task needs what the new one needs. Here is an old task that does not: *from
# which side does the light come?* Left, front or right, the same faces, the same network.
#
# **Predict.** A head on features that were learned for lamps: better than on those of a network that has
# learned nothing, or worse?

# %%
from dataclasses import replace

azimuth = training.table["light_azimuth"].to_numpy()
sides = np.digitize(azimuth, np.quantile(azimuth, [1 / 3, 2 / 3]))
lamps = replace(training, labels=sides.astype(np.int64), classes=("left", "front", "right"))
for_lamps = models.build("tiny", classes=3, seed=course.seed)
learn_briefly(for_lamps, for_lamps.get_weights(), lamps, steps=150, learning_rate=2e-3)

# %% [markdown]
# All but the head is carried over: the head of a network for three sides is of no use for seven classes.

# %%
of_lamps = for_lamps.get_weights()[:-2] + untrained[-2:]
starts = {"expressions": pretrained, "lamps": of_lamps, "nothing": untrained}
probes = {}
for name, start in starts.items():
    network.set_weights(start)
    train_head(network, few, epochs=20, seed=course.seed)
    probes[name] = accuracy(network, tested)
course.record("probe_on_features_for_expressions", probes["expressions"])
course.record("probe_on_features_for_lamps", probes["lamps"])
course.record("probe_on_features_for_nothing", probes["nothing"])
plots.bars(
    probes,
    title="A head with 20 labels a class, on a body that was pretrained for ...",
    xlabel="accuracy on the target",
    ylabel="pretrained for",
)

# %% [markdown]
# A network that was trained for lamps has learned to look away from expressions. When the bar in the middle
# is no longer than the last one, or shorter, the pretraining was worth nothing, or less than nothing:
# **negative transfer**. You find it only by having the control. Most reports do not.

# %%
course.quiz("negative", "b")

# %% [markdown]
# ## 7. Seeing and narrowing the gap
#
# Now assume that *no* target face has a label. What can be done with pictures alone? First look at the gap.
# Both domains, through the pretrained body, in the two directions in which the features differ most:

# %%
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

network.set_weights(pretrained)
count = min(250, len(tested), len(validation))
both = np.concatenate([features_by_hand(validation)[:count], features_by_hand(tested)[:count]])
domain = np.repeat((0, 1), count)
points = PCA(2, random_state=course.seed).fit_transform(both)
plots.embedding(
    points, domain, ("source", "target"), title="Two domains in feature space", legend="domain"
)

# %% [markdown]
# How well can a simple classifier tell the domains apart? At 0.5 there is no gap, at 1 there is nothing else.


# %%
def domains_told_apart(features):
    """Return how well logistic regression tells source from target, in five-fold validation."""
    model = make_pipeline(
        StandardScaler(), PCA(20, random_state=0), LogisticRegression(C=0.1, max_iter=300)
    )
    return cross_val_score(model, features, domain, cv=5).mean()


course.record("domains_told_apart", domains_told_apart(both))

# %% [markdown]
# Three remedies, from cheap to dear. None of them sees a target label.
#
# 1. **Adapted batch normalization** (Li and others, 2017): every normalization layer keeps a mean and a
#    deviation of the source. Replace them by the target's. No weight changes.
# 2. **CORAL** (Sun, Feng and Saenko, 2016): give the source's features the target's mean and covariance, and
#    train the head anew on them.
# 3. **Domain-adversarial training** (Ganin and others, 2016): a second head learns to tell the domains apart,
#    and the body is trained to make that impossible. The trick is a layer that does nothing on the way up and
#    *turns the gradient round* on the way down.
#
# **Exercise 5.** Write the simple core of the first two: `matched(source, target)` returns the source's
# features (N, F), shifted and scaled so that each *feature* has the target's mean and standard deviation. (A
# feature that is constant in the source stays constant: divide by 1 there.)


# %% tags=["exercise"]
def matched(source, target):
    """Return the source's features with the mean and standard deviation of the target's."""
    # BEGIN SOLUTION
    spread = source.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    return (source - source.mean(axis=0)) / spread * target.std(axis=0) + target.mean(axis=0)
    # END SOLUTION


# %% tags=["check"]
course.check("matched", matched)

# %% [markdown]
# The gradient reversal of the third remedy, in Keras, is one line: `stop_gradient(2 * x) - x` has the value
# of `x` and the gradient of `-x`.
#
# **Predict.** Which of the three narrows the gap, and does a narrower gap mean a better accuracy?

# %%
from fercourse.training import adapt_adversarially, adapt_batch_norm, adapt_coral

unlabeled = np.asarray(pool.images[:1000])
remedies = {
    "none": lambda: None,
    "batch normalization": lambda: adapt_batch_norm(network, unlabeled),
    "CORAL": lambda: adapt_coral(network, training, unlabeled, epochs=3, seed=course.seed),
    "adversarial": lambda: adapt_adversarially(network, training, unlabeled, steps=60),
}
adapted = {}
for name, remedy in remedies.items():
    network.set_weights(pretrained)
    remedy()
    adapted[name] = accuracy(network, tested)
course.record("adapted_by_batch_norm", adapted["batch normalization"])
course.record("adapted_by_coral", adapted["CORAL"])
course.record("adapted_by_adversary", adapted["adversarial"])
plots.bars(
    adapted,
    title="The target without a single label",
    xlabel="accuracy on the target",
    ylabel="adaptation",
)

# %% [markdown]
# Compare each bar with *none*, and mind that a few hundred test faces give an interval of several points. A
# remedy that matches the domains as a whole may also match the wrong things: if the target had fewer happy
# faces, the remedy would make happy faces look like others. From drawn faces to real ones the package's own
# comparison, including where adaptation does not help, is written by `fercourse benchmark transfer`.

# %%
course.quiz("adaptation", "c")

# %% [markdown]
# ## 8. Landmarks and deep features together
#
# Some work joins the features of a deep network with the geometry of landmarks. Drawn faces know their
# landmarks, so it can be tried: deep features, 33 distances and angles, and both side by side, each behind
# the same classifier. (Built-in faces of the target. True landmarks are better than any that one would find.)
#
# **Predict.** Will both together beat the better one alone?

# %%
from fercourse.features import LandmarkGeometry

drawn = load_builtin(max(1260, course.profile.faces // 2), seed=1, variant="shifted")
drawn_pool = drawn.split("train")
drawn_tested = drawn[(drawn.table["split"] != "train").to_numpy()]
drawn_few = draw_labels(drawn_pool, 20, seed=1)
network.set_weights(pretrained)
geometry = LandmarkGeometry().fit(drawn_few.landmarks)
blocks = {
    "deep features": features_by_hand,
    "geometry": lambda faces: geometry.transform(faces.landmarks),
}
blocks["both"] = lambda faces: np.hstack(
    [
        StandardScaler().fit_transform(blocks["deep features"](faces)) / np.sqrt(width),
        StandardScaler().fit_transform(blocks["geometry"](faces)) / np.sqrt(33),
    ]
)
joined = {}
for name, describe in blocks.items():
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    model.fit(describe(drawn_few), drawn_few.labels)
    joined[name] = model.score(describe(drawn_tested), drawn_tested.labels)
course.record("deep_features_alone", joined["deep features"])
course.record("geometry_alone", joined["geometry"])
course.record("deep_features_and_geometry", joined["both"])
plots.bars(
    joined,
    title="20 labels a class: what geometry adds",
    xlabel="accuracy on the target",
    ylabel="features",
)

# %% [markdown]
# ## 9. Which backbone, and at which size?
#
# Keras applications offer backbones that others have trained on a million photos (ImageNet). They were made
# for pictures of 224 pixels and halve them five times. What is left of a face of 48?
#
# **Predict.** How many places does the last feature map of MobileNetV2 have for a face of 48x48 pixels?

# %%
rows = []
for size in (48, 96):
    built = models.build("transfer", seed=0, backbone="mobilenet_v2", size=size, width=0.35)
    last = built.get_layer("features").input.shape
    work = sum(
        int(np.prod(layer.output.shape[1:3])) * int(np.prod(layer.kernel.shape))
        for layer in built.layers
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D)
    )
    rows.append((size, f"{last[1]}x{last[2]}", work / 1e6, built.count_params()))
course.record("places_left_at_48_pixels", int(np.prod(models.build(
    "transfer", backbone="mobilenet_v2", size=48, width=0.35
).get_layer("features").input.shape[1:3])))  # fmt: skip
pd.DataFrame(
    rows, columns=["pixels", "last feature map", "million multiply-adds", "parameters"]
).round(1)

# %% [markdown]
# Four places for a whole face, brows and mouth in the same column. Enlarging the picture to 96 pixels adds no
# information, but leaves the network more places to keep what there is; it costs four times the work. So:
#
# - **small faces, few parameters**: MobileNetV2 or V3Small, enlarged to 96;
# - **simple and strong**: VGG16; its 3x3 convolutions keep more detail, at many times the size;
# - InceptionV3 takes nothing below 75 pixels.
#
# `models.build("transfer", backbone="mobilenet_v2", weights="imagenet")` fetches such weights where there is a
# network, and says so in one sentence where there is none. `weights="synthetic"` needs none: it pretrains on
# the built-in faces.

# %% [markdown]
# ## 10. When not to transfer
#
# - You have many labels of your own: the curves have met, and scratch is simpler.
# - The old task does not need what the new one needs (section 6).
# - You may not use the old data: a network inherits the license, and the faults, of what it was trained on.
# - You cannot measure on the target. Without a single labeled target face you cannot know whether it helped.
#
# **A project.** Take another target: `fercourse.load` your own folder of faces, or draw one with
# `synth.draw_face` (a mask on every face, say). Draw the curve of section 5 for it. At how many labels a class
# does transfer stop paying? Write down your guess first, then the interval.
#
# ## What to take away
#
# - Pretrained is not better; *measured against scratch on the same draws* may be better.
# - Freeze first, then thaw from the top, slowly, with batch normalization frozen.
# - Every transfer needs its control: the same network with weights drawn by lot.
# - Adaptation without labels narrows gaps between pictures; whether it narrows the gap between *answers*, only
#   labels can tell.
#
# **What to read.** Yosinski and others (2014) on which layers transfer; Howard and Ruder (2018) on gradual
# unfreezing; Li and others (2017) on adapted normalization; Sun, Feng and Saenko (2016) on CORAL; Ganin and
# others (2016) on domain-adversarial training; Kornblith, Shlens and Le (2019) on how far ImageNet carries.
#
# Words to look up in `docs/glossary.md`: *fine-tuning*, *backbone*, *domain*, *batch normalization*.
#
# **Next**, in notebook 05, you will ask a network where it looked.
