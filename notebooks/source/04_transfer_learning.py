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
# - ask a trained network what it already sees, and train a new head on top of it in a second;
# - fine-tune with care, and say what goes wrong without it;
# - draw a curve of accuracy over labels, with intervals, and say from it whether transfer helped;
# - recognize negative transfer, by its control;
# - measure the gap between two *domains*, faces of two kinds, and try to narrow it;
# - choose a backbone for faces of 48x48 pixels, and say when not to transfer at all.
#
# **You need** notebook 03, or some experience with training a network in Keras.
#
# Nothing is downloaded here: the two networks that we start from come with the package. As before: where it
# says **Predict**, write your guess down before you run the cell.

# %%
import fercourse

course = fercourse.setup("04")

# %%
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score, recall_score

from fercourse import models, plots
from fercourse.classifier import load_classifier
from fercourse.datasets.builtin import load_builtin

# %% [markdown]
# ## 1. Two networks from the shelf, and a target
#
# Before you borrow a network, read what it has seen. Each of ours has a model card (`fercourse/weights`).
#
# | network | learned from | has never seen |
# |---|---|---|
# | `builtin` | 7,000 drawn faces, in all kinds of light | a photograph |
# | `edge_net` | 28,709 photographs, FER2013's Training split | a drawn face |
#
# The **target** is what we care about: drawn faces of *other people*, with the lamp at the side, before a poor
# camera, with the head turned further. (Some things are easier there, too: no label is wrong, nothing covers a
# face, and the classes are even.) Nobody in it was seen by either network: all its people are drawn by
# another seed. So `builtin` comes from nearby, and `edge_net` from far away. (If you chose a data set of your
# own, that is the target. Should it be FER2013, mind that `edge_net` has learned from the very faces of its
# training split: what you see of it is then no transfer at all.)

# %%
drawn = load_builtin(course.profile.faces, seed=1, variant="shifted")
target = drawn if course.dataset == "builtin" else course.load()
# Every face keeps its number, so that what is computed of it once can be found again.
target = replace(target, table=target.table.assign(row=np.arange(len(target))))
pool = target.split("train")
tested = target[(target.table["split"] != "train").to_numpy()]
source = fercourse.load("builtin").sample(2 * course.profile.faces, seed=course.seed)
home = source.split("test")
plots.mosaic(
    [*home.images[:8], *tested.images[:8]],
    columns=8,
    title="Above: drawn faces as builtin knows them. Below: the target",
)

# %% [markdown]
# `pool` is what we may draw labels from, `tested` is where we measure; nobody stands in both. `home` are faces
# of the kind that `builtin` has learned from, but of people that it has never seen.
#
# A network that classifies has two parts. The **head** is its last layer: a weighted sum of numbers for each
# class. Everything below is the **body** (a large one is called a *backbone*), and the numbers that it hands
# to the head are the **features** of a face. We compute them once for every face, and keep them.

# %%
networks = {
    "builtin": load_classifier("builtin.keras").model,
    "edge_net": load_classifier("edge_net.keras").model,
    "builtin, not trained": models.build("tiny", seed=course.seed, filters=(32, 64, 96, 128)),
    "edge_net, not trained": models.build("edge_net", seed=course.seed),
}


def features_by_hand(network, faces):
    """Return what the head of a network is given of each face: float32 (N, F)."""
    body = keras.Model(network.input, network.get_layer("logits").input)
    batches = np.array_split(faces.images, -(-len(faces) // 256))
    return np.concatenate([body(batch[..., None].astype("float32")) for batch in batches])


seen = {name: features_by_hand(network, target) for name, network in networks.items()}
at_home = features_by_hand(networks["builtin"], home)
print({name: kept.shape for name, kept in seen.items()})

# %% [markdown]
# The lower two are our **controls**: the same two architectures, with weights drawn by lot. (For this step the
# package has `fercourse.training.features`; we shall use it from section 4 on.)
#
# Now use both networks *as they are*. We give **balanced accuracies**, the mean over the classes, since classes
# are even in the target and uneven at home. Guessing gets one in seven, 0.143.
#
# **Predict.** `builtin` at home, on the target; and `edge_net`, which has never seen a drawing, on the target?
# (At home some labels are wrong. Drawn faces know which class they were drawn as, so we count by that, too.)


# %%
def answers_of(head, features):
    """Return the class that a head, weights (F, C) and biases (C,), gives to each face."""
    weights, bias = head
    return (features @ weights + bias).argmax(axis=1)


def score(features, head, faces):
    """Return the balanced accuracy of a head."""
    return balanced_accuracy_score(faces.labels, answers_of(head, features))


def head_of(network):
    """Return the weights and biases of a network's head."""
    return network.get_layer("logits").get_weights()


test_rows = tested.table["row"].to_numpy()
own_head = head_of(networks["builtin"])
home_as_drawn = replace(home, labels=home.table["true_class"].to_numpy())
as_it_is = {
    "builtin, at home": score(at_home, own_head, home),
    "the same, by the class drawn": score(at_home, own_head, home_as_drawn),
    "builtin, on the target": score(seen["builtin"][test_rows], own_head, tested),
    "edge_net, on the target": score(
        seen["edge_net"][test_rows], head_of(networks["edge_net"]), tested
    ),
}
course.record("builtin_at_home", as_it_is["builtin, at home"])
course.record("builtin_at_home_by_class_drawn", as_it_is["the same, by the class drawn"])
course.record("builtin_on_target", as_it_is["builtin, on the target"])
course.record("edge_net_on_target", as_it_is["edge_net, on the target"])
plots.bars(as_it_is, title="Two networks as they are", xlabel="balanced accuracy", ylabel="network")

# %% [markdown]
# What `builtin` loses from home to the target is the **domain gap**. (A **domain** is faces of one kind: of one camera,
# light and way of drawing.) Lamp, camera and pose have changed, and nothing about expressions. Measure the gap from the
# second bar, since no label of the target is wrong. (Even so it looks smaller than it is: some faces at home are
# covered, and none here. The upper two bars are uncertain by several points, since few faces at home are *disgust*. The
# lowest is no verdict on `edge_net`: it was made for photographs. It only says how far a word like *angry* carries
# from there to here.)
#
# A mean over classes can hide a lot. Which of them does `builtin` find?

# %%
on_target = seen["builtin"][test_rows]
columns = {}
for place, kept, faces in (("home", at_home, home_as_drawn), ("target", on_target, tested)):
    named = answers_of(own_head, kept)
    columns |= {
        f"{place}: faces": np.bincount(faces.labels, minlength=7),
        f"{place}: named so": np.bincount(named, minlength=7),
        f"{place}: recall": recall_score(faces.labels, named, labels=range(7), average=None),
    }
of_each_class = pd.DataFrame(columns, index=home.classes)
course.record("disgust_found_on_target", of_each_class.loc["disgust", "target: recall"])
course.record("fear_found_on_target", of_each_class.loc["fear", "target: recall"])
of_each_class.round(2)

# %% [markdown]
# The loss is uneven. Of *happy* nearly as many faces are found as at home; of *fear*, well known there, few are left.
# *Disgust* is not lost on the way: `builtin` never says it of any of these faces, at home neither. One in fifty faces
# that it learned from was labeled so. Here it is one in seven. Keep that in mind until section 5.

# %% [markdown]
# ## 2. What do they see already?
#
# Here is what the first convolution of `builtin` makes of one target face.

# %%
network = networks["builtin"]
first = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
face = pool.images[:1, ..., None].astype("float32")
maps = np.asarray(keras.Model(network.input, first.output)(face))[0]
plots.mosaic(
    [pool.images[0], *np.moveaxis(maps, 2, 0)[:7]],
    ["a face", *(f"filter {number}" for number in range(1, 8))],
    columns=8,
    title="One target face, and what seven filters of the first layer make of it",
)

# %% [markdown]
# Edges of one direction or another; filter 5 keeps almost the picture itself. (Each map has its own gray scale.) None
# of it looks made for drawn faces alone. One figure of one network cannot show more; Yosinski et al. (2014) measured
# it, and in theirs the lowest layers served another task about as well as their own.
#
# What about the *features*, at the upper end? Two faces with similar features should show similar expressions.
# So we ask for each test face who its **nearest neighbor** is, by pixels, and by the features of each network.
#
# **Predict.** In what share of cases has the neighbor the same class? Again, chance is one in seven. And does
# the network from far away do any better than pixels?


# %%
def neighbor_agrees(features, labels):
    """Return how often the most similar other face has the same label."""
    centered = features - features.mean(axis=0)
    unit = centered / np.linalg.norm(centered, axis=1, keepdims=True)
    similar = unit @ unit.T
    np.fill_diagonal(similar, -1)
    return np.mean(labels[similar.argmax(axis=1)] == labels)


pixels = tested.images.reshape(len(tested), -1).astype("float32")
agreement = {"pixels": neighbor_agrees(pixels, tested.labels)} | {
    name: neighbor_agrees(kept[test_rows], tested.labels) for name, kept in seen.items()
}
course.record("neighbor_by_pixels", agreement["pixels"])
course.record("neighbor_by_drawn_faces", agreement["builtin"])
course.record("neighbor_by_photographs", agreement["edge_net"])
plots.bars(
    agreement,
    title="How often the nearest neighbor shows the same class",
    xlabel="share of the test faces",
    ylabel="features of",
)

# %% [markdown]
# Whatever pretraining is worth is what a bar has over its own control, not over nothing. (With a few hundred faces
# each bar is uncertain by several points, so only large differences count.) Nearness in features is a blunt question,
# though: most of what makes two faces alike is not their expression. A head may weigh the features.

# %% [markdown]
# ## 3. A new head
#
# The simplest transfer of all: freeze the body, and train a new head on its features. How many numbers is
# that?
#
# **Exercise 1 (predict).** How many parameters learn when only the head of `builtin` does? Every feature has a
# weight for each of the seven classes, and each class has a bias.

# %%
width = seen["builtin"].shape[1]
print(f"{width} features; {network.count_params():,} parameters in the whole network")

# %% tags=["exercise"]
# BEGIN SOLUTION
learning_parameters = width * 7 + 7
# END SOLUTION

# %% tags=["check"]
course.check("learning_parameters", learning_parameters, width, network.count_params())

# %% [markdown]
# A frozen body gives a face the same features in every epoch. That is why we may compute them **once**: a head
# needs no pictures any more. Training one is a few lines of gradient descent, the same as in notebook 03, with
# a gradient that fits on a line (the difference between what is said and what is right).

# %%
from threadpoolctl import threadpool_limits

threadpool_limits(1)  # the matrices are small: threads would wait longer than they compute


def learn_head(features, labels, head=None, steps=200, rate=0.1, only_biases=False):
    """Train a head by gradient descent, from zero or from another head; return (weights, bias)."""
    wanted = np.eye(7, dtype="float32")[labels]
    weights, bias = head or (np.zeros((features.shape[1], 7), "float32"), np.zeros(7, "float32"))
    for _ in range(steps):
        scores = features @ weights + bias
        said = np.exp(scores - scores.max(axis=1, keepdims=True))
        said /= said.sum(axis=1, keepdims=True)
        error = (said - wanted) / len(labels)
        bias = bias - rate * error.sum(axis=0)
        if not only_biases:
            weights = weights - rate * features.T @ error
    return weights, bias


# %% [markdown]
# And now twenty labels of each class, drawn from the pool by lot.
#
# **Predict.** Which network gives the better features for the target: `builtin`, trained on drawn faces, or
# `edge_net`, trained on photographs?

# %%
import time

from fercourse.training import draw_labels

few = draw_labels(pool, 20, seed=course.seed)
few_rows = few.table["row"].to_numpy()
new_heads = {}
for name, kept in seen.items():
    head = learn_head(kept[few_rows], few.labels)
    new_heads[name] = score(kept[test_rows], head, tested)
course.record("new_head_on_drawn_faces", new_heads["builtin"])
course.record("new_head_on_photographs", new_heads["edge_net"])
course.record("new_head_on_nothing", new_heads["builtin, not trained"])
plots.bars(
    new_heads,
    title="A new head, trained with 20 labels a class",
    xlabel="balanced accuracy on the target",
    ylabel="body",
)

# %% [markdown]
# Read the two controls first: on a body that was never trained, a new head is about as good as guessing. Both
# trained bodies do better, even the one that has seen only *photographs*; which of the two is ahead depends on the
# profile and the draw. Two possible reasons why a stranger does so well: what an eyebrow does differs less between
# domains than how the light falls; and 72 features are easier to weigh with 140 faces than 1,152. (We have tested
# neither.)
#
# But compare with the bars of section 1. There, `builtin` *as it is*, without a single target label, was
# better than any of these. With a new head we threw away the old one, and with it what thousands of faces had
# taught it.
#
# How much did keeping the features save? (Seconds are printed, not recorded; `fercourse benchmark transfer`
# measures this with care.)

# %%
start = time.perf_counter()
features_by_hand(network, few)
once = time.perf_counter() - start
start = time.perf_counter()
learn_head(seen["builtin"][few_rows], few.labels)
head_alone = time.perf_counter() - start
print(
    f"the body, once: {once:.2f} s; 200 steps of the head on kept features: {head_alone:.2f} s; "
    f"running the body in each of them as well would take {200 * once + head_alone:.0f} s"
)

# %%
course.quiz("cache", "b")

# %% [markdown]
# ## 4. Fine-tuning, and forgetting
#
# So keep the old head, and let it go on learning from the 140 target faces. That is **fine-tuning**, here of
# the last layer alone. Two numbers have to be chosen: how fast, and how long (here 50 steps).
#
# **Predict.** The rate of section 3 was 0.1. Ten times less, ten times more: on which side is the target
# better? And what happens *at home*, on faces like those it once learned from?

# %%
rates = {}
for rate in (0.001, 0.01, 0.1, 1.0):
    head = learn_head(seen["builtin"][few_rows], few.labels, own_head, steps=50, rate=rate)
    rates[f"rate {rate:g}"] = {
        "target": score(seen["builtin"][test_rows], head, tested),
        "home": score(at_home, head, home),
    }
before = {"target": as_it_is["builtin, on the target"], "home": as_it_is["builtin, at home"]}
fates = pd.DataFrame({"as it is": before} | rates).T
course.record("target_after_a_small_rate", fates.loc["rate 0.01", "target"])
course.record("target_after_a_large_rate", fates.loc["rate 1", "target"])
course.record("home_after_a_small_rate", fates.loc["rate 0.01", "home"])
course.record("home_after_a_large_rate", fates.loc["rate 1", "home"])
plots.heat_map(
    fates,
    title="The old head, trained on with 20 labels a class",
    xlabel="faces of",
    ylabel="50 steps at",
    scale="balanced accuracy",
)

# %% [markdown]
# At a large rate the network gets worse on *both* sides. This is **catastrophic forgetting** (McCloskey and
# Cohen, 1989): nothing in the loss asks it to remember, 140 faces are soon learned by heart, and most of what
# it knew of home it needed for the target as well. At a small rate it keeps nearly everything. Which rows are above
# *as it is*, in the left column? In this draw of labels a small rate gains a few points, and a large one loses some;
# to leave the network alone stands in between, and is the cheapest. Section 5 asks whether that holds in other draws.
#
# ### The whole network
#
# All layers may learn, too. There are two ways to go about it:
#
# - **careful**: the head first, at a small rate, as above; then the layers below it as well, more slowly, with
#   batch normalization frozen. (With a *new* head that order is usual, and safer (Kumar et al., 2022): while the
#   head knows nothing, its errors say little about how the features should change.)
# - **rash**: all layers at once, at the rate at which one trains from scratch, batch normalization included.
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
# means are those that the layers above have learned to expect, and the 16 faces of a step are too few to
# estimate new ones. `learn_briefly` trains for some steps from given weights.
#
# **Predict.** Where do the two end, on the target and at home?

# %%
from fercourse.training import features, learn_briefly, unfreeze

pretrained = network.get_weights()
head_first = learn_head(seen["builtin"][few_rows], few.labels, own_head, steps=50, rate=0.01)
careful = keras.models.clone_model(network)
unfreeze(careful, 1.0)
learn_briefly(
    careful,
    [*pretrained[:-2], *head_first],
    few,
    steps=30,
    learning_rate=1e-4,
    batch_size=16,
    seed=course.seed,
)
# The same architecture once more, so that the control in `networks` stays as it is.
rash = models.build("tiny", seed=course.seed, filters=(32, 64, 96, 128))
untrained = rash.get_weights()
learn_briefly(rash, pretrained, few, steps=40, learning_rate=2e-3, batch_size=16, seed=course.seed)
whole = pd.DataFrame(
    {"as it is": before}
    | {
        name: {
            "target": score(features(tuned, tested.images), head_of(tuned), tested),
            "home": score(features(tuned, home.images), head_of(tuned), home),
        }
        for name, tuned in {"careful": careful, "rash": rash}.items()
    }
).T
course.record("careful_on_target", whole.loc["careful", "target"])
course.record("careful_at_home", whole.loc["careful", "home"])
course.record("rash_on_target", whole.loc["rash", "target"])
course.record("rash_at_home", whole.loc["rash", "home"])
plots.heat_map(
    whole,
    title="The whole network, fine-tuned with 20 labels a class",
    xlabel="faces of",
    ylabel="fine-tuning",
    scale="balanced accuracy",
)

# %% [markdown]
# The rash one has forgotten, on both sides. The careful one has kept more, and ends on the target, in this draw,
# about where the head alone does: nothing here speaks for letting the body learn. (Several things differ between the
# two: rate, order, steps, and that the rash network now normalizes by the target's faces. So this does not tell
# which of them does the harm. To know, change one at a time.)
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
# **Exercise 3 (find the mistake).** A colleague feeds faces to a network of this course, whose first layer
# divides gray levels by 255:
#
# ```python
# def prepared(faces):
#     return faces[..., None] / 255
# ```
#
# The network gives nearly the same answer for everything. Write `prepared(faces)` as it should be: from uint8
# faces (N, H, W) to what the network takes, float32 (N, H, W, 1).


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
# One number from one draw of 140 faces proves nothing. So we draw the labels several times, and let seven ways
# have *the same* draws:
#
# - **as it is**: `builtin`, which looks at no label;
# - **its head, trained on**: at a small rate, as in section 4;
# - **new head, builtin** and **new head, edge_net**: as in section 3;
# - **new head, no training**: the same on the control of `edge_net`;
# - **HOG, no network**: the handcrafted features of notebook 02, under a head of the same kind;
# - **scratch**: the network of `builtin` begins with weights drawn by lot, and all of it learns, for a few dozen
#   steps. (`fercourse benchmark transfer` gives it 200 steps, and more labels.)
#
# **Predict.** Sketch all seven over 5, 20, 50 and 200 labels a class. (The quick profile ends at 20.) Do any of
# them meet?

# %%
from fercourse.features import HOG
from fercourse.training import label_curve

seen["HOG"] = HOG().fit_transform(target.images)
# A hundred faces of each class stay undrawn, or else all draws would be nearly the same.
most = np.bincount(pool.labels, minlength=7).min() - 100
budgets = [labels for labels in (5, 20, 50, 200) if labels <= most]


def on_kept_features(name, **how):
    """Return a way of learning: a head on the kept features of a body."""

    def learn(faces, draw):
        head = learn_head(seen[name][faces.table["row"].to_numpy()], faces.labels, **how)
        return score(seen[name][test_rows], head, tested)

    return learn


def from_scratch(faces, draw):
    """Train the whole network from weights drawn by lot."""
    steps = 10 * course.profile.epochs
    learn_briefly(rash, untrained, faces, steps=steps, learning_rate=2e-3, batch_size=16, seed=draw)
    return score(features(rash, tested.images), head_of(rash), tested)


ways = {
    "as it is": lambda faces, draw: as_it_is["builtin, on the target"],
    "its head, trained on": on_kept_features("builtin", head=own_head, steps=50, rate=0.01),
    "new head, builtin": on_kept_features("builtin"),
    "new head, edge_net": on_kept_features("edge_net"),
    "new head, no training": on_kept_features("edge_net, not trained"),
    "HOG, no network": on_kept_features("HOG"),
    "scratch": from_scratch,
}
curve = label_curve(ways, pool, budgets, draws=course.profile.seeds)
plots.label_curves(curve, title="Seven ways to use labels of the target", score="balanced accuracy")

# %% [markdown]
# (The points stand a little beside 5 and 20, so that they do not cover each other. *As it is* has no interval, since
# no draw changes it.) Read the figure from below, at 20 labels. Scratch and the control know next to nothing that
# holds for other faces: in so few steps, from so few labels, there is little to be learned. Features that a person
# thought up begin there, too, and hardly climb. Features that were learned elsewhere do far better, those from
# photographs included, and climb with the number of labels. And above them lies a line that needs no label at all: a
# new head takes its time to learn again what the old one knew. At this budget only the old head, trained on, lies
# above that line, and nothing has met it from below.
#
# How sure is that? The bars are intervals of 95 %, and with few draws they are long. Intervals that do not
# overlap are convincing; those that do may still hide a difference, for all ways had the same draws. So
# compare **draw by draw**.
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
# And the verdict on 20 labels a class, from the record and not from belief:

# %%
from fercourse.training import gain


def verdict(curve, way, other):
    """Say how a way compares with another at 20 labels a class; return mean, low and high."""
    mean, low, high = gain(curve, way, over=other, labels=20)
    said = "beats" if low > 0 else "loses to" if high < 0 else "cannot be told apart from"
    print(
        f"{way!r} {said} {other!r}: {100 * mean:+.1f} points, "
        f"95 % interval {100 * low:+.1f} to {100 * high:+.1f} over {course.profile.seeds} draws."
    )
    return mean, low, high


mean, low, _ = verdict(curve, "its head, trained on", "scratch")
course.record("gain_20_labels", mean)
course.record("gain_20_labels_low", low)
course.record("transfer_helps_at_20_labels", bool(low > 0))

# %%
mean, low, _ = verdict(curve, "new head, edge_net", "new head, no training")
course.record("gain_20_labels_from_photographs", mean)
course.record("photographs_help_at_20_labels", bool(low > 0))

# %%
mean, low, _ = verdict(curve, "its head, trained on", "as it is")
course.record("gain_of_the_labels_themselves", mean)

# %% [markdown]
# Two of the three questions are about *transfer*: is it better than to begin from nothing? Each way is compared with
# its own architecture without pretraining. The third is about the *labels*: was it worth while to collect them? Read
# its line: a few points at most, and at a rate that we had chosen on these very test faces, so take it as an upper
# end. They are different questions. When you read a report that answers the first, ask for the second.
#
# The interval says where the mean gain over many draws of *labels* lies; a single further draw may well fall outside.
# The test faces and the pretrained networks were the same in each draw; other ones would widen it.

# %%
course.quiz("interval", "d")

# %% [markdown]
# ### What did the labels teach?
#
# In section 1 the head never said *disgust*, and seldom *fear*. Perhaps it needs no more than to say some words more
# readily and others less, and for that its seven biases are enough.
#
# **Predict.** Let the same labels change these seven numbers alone. How many of the points are left?

# %%
seven = {"its biases alone": on_kept_features("builtin", head=own_head, only_biases=True)}
again = pd.concat([curve, label_curve(seven, pool, [20], draws=course.profile.seeds)])
mean, *_ = verdict(again, "its biases alone", "as it is")
course.record("gain_of_seven_biases", mean)
mean, *_ = verdict(again, "its head, trained on", "its biases alone")
course.record("gain_of_the_weights_besides", mean)

# %% [markdown]
# All of them are left: seven numbers do what all the thousands of the head did, or a little more. (Rate and steps are
# those of section 3, not chosen here.) So we cannot show that these labels taught the head anything about *faces*;
# how readily to say each word explains the whole gain. Before you say what labels have taught, let the biases alone
# learn from them.

# %% [markdown]
# ## 6. Negative transfer
#
# Pretraining helps when the old task needs what the new one needs. Here is a new task that does not: *does the
# lamp stand to the left or to the right?* People see it at once: one half of the face is bright. (Drawn faces know
# their lamps, so this section uses them, whatever your data set.)
#
# **Predict.** Twenty labels for each side, a new head on each of our bodies. Which body is best?

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

features_of_drawn = seen
if course.dataset != "builtin":
    features_of_drawn = {name: features(one, drawn.images) for name, one in networks.items()}
sides = (drawn.table["light_azimuth"] > 0).to_numpy().astype(int)
numbered = drawn.table.assign(row=np.arange(len(drawn)))
lamps = replace(drawn, labels=sides, classes=("left", "right"), table=numbered)
in_test = (lamps.table["split"] != "train").to_numpy()


def lamp_from(kept):
    """Return a way of learning the side of the lamp from kept features."""

    def learn(faces, draw):
        head = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
        head.fit(kept[faces.table["row"].to_numpy()], faces.labels)
        return head.score(kept[in_test], sides[in_test])

    return learn


ways = {name: lamp_from(features_of_drawn[name]) for name in networks}
sides_curve = label_curve(ways, lamps.split("train"), [20], draws=5)
lamp_scores = sides_curve.groupby("way", sort=False)["score"].mean()
course.record("lamp_from_drawn_faces", lamp_scores["builtin"])
course.record("lamp_from_photographs", lamp_scores["edge_net"])
course.record("lamp_from_nothing", lamp_scores["builtin, not trained"])
plots.bars(
    lamp_scores,
    title="From which side does the light come? A new head, 20 labels a side",
    xlabel="accuracy (0.5 is guessing)",
    ylabel="body",
)

# %%
lost = {
    name: gain(sides_curve, name, over=f"{name}, not trained", labels=20)
    for name in ("builtin", "edge_net")
}
for name, (mean, low, high) in lost.items():
    print(
        f"{name}, against its control: {100 * mean:+.1f} points, "
        f"95 % interval {100 * low:+.1f} to {100 * high:+.1f}"
    )
course.record("lamp_gain_of_drawn_faces", lost["builtin"][0])
course.record("lamp_gain_of_photographs", lost["edge_net"][0])
course.record("transfer_is_negative_for_lamps", bool(lost["edge_net"][2] < 0))

# %% [markdown]
# The order is upside down. A body with weights drawn by lot tells the side quite well; `edge_net`, which gave
# such good features for expressions, hardly better than a coin. It is far worse than *its own* untrained
# control, and the interval leaves no doubt. That is **negative transfer**: it would have been better to begin
# from nothing. (`builtin` loses several points, too; whether its interval excludes zero depends on the draws.)
#
# Why? Both networks were trained with mirrored copies of every face. A smile is a smile in the mirror, but left
# becomes right: they were taught that the side does not matter. (That is the likely reason; to *know*, one
# would have to train them again without mirrors.) A feature that was learned is a thing kept *and* others
# dropped, and you find out only by having the control. Ask for it when you read a report.

# %%
course.quiz("negative", "b")

# %% [markdown]
# ## 7. Bringing two domains together
#
# Now assume that *no* target face has a label. What can be done with pictures alone? First look at both domains,
# through the body of `builtin`, in the two directions in which all these faces spread most:

# %%
from sklearn.decomposition import PCA
from sklearn.model_selection import cross_val_score

count = min(len(home), len(tested))
domain = np.repeat((0, 1), count)
both = np.concatenate([at_home[:count], on_target[:count]])
points = PCA(2, random_state=course.seed).fit_transform(both)
plots.embedding(
    points, domain, ("home", "target"), title="Two domains in feature space", legend="domain"
)

# %% [markdown]
# How well can a simple classifier tell the domains apart? At 0.5 this one cannot at all, at 1 every face gives its
# domain away. (That is a distance between *features*. The domain gap of section 1 is one between *accuracies*.)


# %%
def domains_told_apart(one, other):
    """Return how well logistic regression tells two sets of features apart, in five folds."""
    count = min(len(one), len(other))
    features = np.concatenate([one[:count], other[:count]])
    model = make_pipeline(PCA(20, random_state=0), StandardScaler(), LogisticRegression())
    return cross_val_score(model, features, np.repeat((0, 1), count), cv=5).mean()


gaps = {"as it is": domains_told_apart(at_home, on_target)}
course.record("domains_told_apart", gaps["as it is"])

# %% [markdown]
# Three remedies, from cheap to dear. None of them sees a target label.
#
# 1. **Adapted batch normalization** (Li, Wang et al., 2017): every normalization layer keeps a mean and a deviation of
#    the faces that it was trained on. Replace them by the target's. No weight changes. (Section 4 froze them; here
#    they come from 256 faces at once, without a step of learning.)
# 2. **CORAL** (Sun, Feng and Saenko, 2016): give the source's features the target's mean and covariance, and
#    train the head on with them.
# 3. **Domain-adversarial training** (Ganin et al., 2016): a second head learns to tell the domains apart, and
#    the body is trained to make that impossible.
#
# **Exercise 5.** Write the simple core of the first two: `matched(source, target)` returns the source's features (N,
# F), shifted and scaled so that each *feature* has the target's mean and standard deviation (as NumPy's `std(axis=0)`
# takes it, without `ddof`). (A feature that is constant in the source stays constant: divide by 1 there.)


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
# **Predict.** Do they make the domains harder to tell apart? And if so, does that mean a better accuracy?

# %%
from fercourse.training import adapt_batch_norm, coral

answers = {"as it is": as_it_is["builtin, on the target"]}
# Batch normalization changes the network, so its weights are put back afterwards.
adapt_batch_norm(network, pool.images[:256])
adapted = features(network, tested.images)
network.set_weights(pretrained)
gaps["batch normalization"] = domains_told_apart(at_home, adapted)
answers["batch normalization"] = score(adapted, own_head, tested)
# CORAL: the head goes on learning from source faces whose features look like the target's. Its
# control takes the same steps with the same faces, whose features stay as they are.
pool_seen = seen["builtin"][pool.table["row"].to_numpy()]
at_source = source.split("train")
sources = {
    "": at_source.sample(700, seed=course.seed),
    ", classes even": draw_labels(at_source, np.bincount(at_source.labels).min(), seed=course.seed),
}
for kind, labeled in sources.items():
    unmoved = features(network, labeled.images)
    for way, given in {"CORAL": coral(unmoved, pool_seen), "not moved": unmoved}.items():
        head = learn_head(given, labeled.labels, own_head, steps=50, rate=0.01)
        gaps[way + kind] = domains_told_apart(given, on_target)
        answers[way + kind] = score(on_target, head, tested)
remedies = pd.DataFrame({"domains told apart": gaps, "balanced accuracy": answers})
course.record("gap_after_batch_norm", gaps["batch normalization"])
course.record("gap_after_coral", gaps["CORAL"])
course.record("adapted_by_batch_norm", answers["batch normalization"])
course.record("adapted_by_coral", answers["CORAL"])
course.record("coral_not_moved", answers["not moved"])
course.record("coral_classes_even", answers["CORAL, classes even"])
course.record("coral_not_moved_classes_even", answers["not moved, classes even"])
remedies.round(3)

# %% [markdown]
# Look at both columns. The left one tells whether the *features* have come nearer. That CORAL brings it near 0.5 is
# hardly news: it makes means and covariances equal, and a linear classifier sees little else. The right one tells
# whether the *answers* have become better. (All rows answer for the same few hundred faces; McNemar's test of
# notebook 02 would tell which differences are real.) Compare CORAL with its control, *not moved*: the steps do no
# harm, the moving does. A remedy that matches the domains as wholes may match the wrong things. The classes are even
# in this target and uneven in the source, so whoever makes the two alike moves the faces of one class onto those of
# another. If that is the reason, an even source should mend it, and it does: in the last two rows CORAL and its
# control are about level. But level is no gain. Where these two are better than *as it is*, the steps have done it,
# not the moving.
#
# The third remedy takes a training run, so it is not part of this notebook. Its trick is one line of Keras,
# `stop_gradient(2 * x) - x`, which has the value of `x` and the gradient of `-x`: the domain head learns
# forward, the body is pushed the other way. `fercourse.training.adapt_adversarially` does it.
#
# **And on real faces?** `fercourse benchmark transfer` took `builtin` to 1,200 photographs of FER2013's
# PublicTest (`benchmarks/results/transfer/real.json`). As it is, it has a balanced accuracy of 0.289; after
# adapted normalization, CORAL and adversarial training 0.287, 0.303 and 0.304, means of three draws of photographs
# without labels. So normalization did nothing, CORAL gained a point and a half (95 % interval of its mean 0.296 to
# 0.310), and adversarial training cannot be told from nothing with three draws (0.279 to 0.328). Labels did more: with
# 20 real ones a class, fine-tuning reached 0.354 (0.328 to 0.379, five draws), six and a half points above the network
# as it is, and 11.1 above scratch (8.3 to 13.9). (Test faces and the pretrained network were the same in each draw;
# other ones would widen all these intervals.) Do not take that for a law: on *drawn* target faces the same command
# found no gain from 20 labels, 0.407 (0.373 to 0.442) against 0.439 for the network as it is.

# %%
course.quiz("adaptation", "c")

# %% [markdown]
# **What must a source hold?** Drawn faces can be drawn poorer. `fercourse benchmark synth_ablation` leaves out one
# ingredient at a time, lets a cheap model (HOG and a linear classifier) learn from 2,000 such faces, and asks it about
# 4,000 photographs of FER2013's Training split, three times, with other people and photographs. With everything in
# place its balanced accuracy on the photographs is 0.268 in the mean. That is little, but well above chance (0.143).
#
# **Predict.** What carries more: teeth and furrows, or many people and many poses? And twice as many faces?

# %% [markdown]
# | left out | change of the balanced accuracy: mean, least and largest of three trials |
# |---|---|
# | many people: all faces are of one person | -0.037 (-0.056 to -0.014) |
# | shading | -0.026 (-0.048 to -0.002) |
# | three faces of four: 500 instead of 2,000 | -0.025 (-0.027 to -0.021) |
# | turned heads: now turned a third as far | -0.021 (-0.028 to -0.009) |
# | furrows | -0.019 (-0.023 to -0.011) |
# | teeth | -0.017 (-0.024 to -0.012) |
# | a poor camera | -0.010 (-0.019 to -0.002) |
# | hard light | -0.005 (-0.017 to +0.009) |
# | the class drawn: labels of simulated raters instead, some of them wrong | -0.001 (-0.009 to +0.007) |
#
# Details of the expression seem to carry something. But so does what an expression must be told apart from: many
# people and many poses cost about as much when they are missing. Three trials are too few to put the upper six in an
# order, and from a hundredth down these trials cannot tell a loss from nothing. (All rows are held against the same
# three runs with everything in place; had those been lucky, every row would seem to lose.) Twice as many faces gained
# this cheap model nothing (-0.006, -0.015 to -0.001); whether a network would gain was not asked here. All of it, and
# what becomes of *happy* and *surprise* alone, stands in `docs/results.md`.

# %%
course.quiz("ingredients", "b")

# %% [markdown]
# ## 8. Landmarks and deep features together
#
# One may also join the features of a deep network with the geometry of landmarks. Drawn faces know their
# landmarks, so it can be tried: deep features of both bodies, 33 distances and angles, and all side by side, each
# behind the same classifier, with 20 labels a class in the same draws. (True landmarks are better than any that one
# would find.)
#
# **Predict.** Will all of them together beat the best one alone?

# %%
from fercourse.features import LandmarkGeometry

numbers = {name: features_of_drawn[name] for name in ("builtin", "edge_net")}
numbers["geometry"] = LandmarkGeometry().fit_transform(drawn.landmarks)


def side_by_side(*names):
    """Return a way of learning from several lists of features; none outweighs a shorter one."""

    def learn(faces, draw):
        rows = faces.table["row"].to_numpy()
        scaled = [
            StandardScaler().fit(numbers[name][rows]).transform(numbers[name])
            / np.sqrt(numbers[name].shape[1])
            for name in names
        ]
        joined = np.hstack(scaled)
        head = LogisticRegression(C=10, max_iter=500).fit(joined[rows], faces.labels)
        return balanced_accuracy_score(drawn.labels[in_test], head.predict(joined[in_test]))

    return learn


ways = {name: side_by_side(name) for name in numbers} | {"all of them": side_by_side(*numbers)}
joined_curve = label_curve(
    ways, replace(drawn, table=numbered).split("train"), [20], draws=course.profile.seeds
)
joined_scores = joined_curve.groupby("way", sort=False)["score"].mean()
course.record("geometry_alone", joined_scores["geometry"])
course.record("deep_features_and_geometry", joined_scores["all of them"])
plots.bars(
    joined_scores,
    title="20 labels a class: what geometry adds",
    xlabel="balanced accuracy on drawn faces of the target",
    ylabel="features of",
)

# %%
mean, low, high = verdict(joined_curve, "all of them", "geometry")
course.record("gain_of_all_over_geometry", mean)

# %% [markdown]
# Thirty-three numbers that say where things *are* beat both bodies by far, and what is put beside them does not help:
# with twenty labels a class, a thousand numbers that say little are a thousand chances to find a pattern that is not
# there. (Each list is divided by the square root of its length already, so that the long ones do not shout down the
# short one; and the scaler has seen the labeled faces only, never those of the test.) A union of features is a thing
# to try, not a thing to expect gains from. And mind that nobody hands you *true* landmarks of a photograph.

# %% [markdown]
# ## 9. Which backbone, and at which size?
#
# Keras applications offer backbones that others have trained on a million photos (ImageNet). They were made
# for pictures of 224 or 299 pixels and halve them five times. What is left of a face of 48?
#
# **Predict.** How many places does the last feature map of MobileNetV2 have for a face of 48x48 pixels? (It
# rounds up where a number is odd.)

# %%
small = models.build("transfer", seed=0, backbone="mobilenet_v2", size=48, width=0.35)
rows = []
for layer in small.layers:
    if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
        side = layer.output.shape[1]
        rows.append((side, side**2 * np.prod(layer.kernel.shape)))
work = pd.DataFrame(rows, columns=["side", "multiplications"]).groupby("side").sum()
course.record("places_left_at_48_pixels", int(small.get_layer("features").input.shape[1] ** 2))
print(
    f"{small.count_params():,} parameters, {work['multiplications'].sum() / 1e6:.1f} million "
    "multiplications for a face"
)
work.sort_index(ascending=False)

# %% [markdown]
# Four places for a whole face, a brow and its eye in one of them. Enlarging the picture to 96 pixels adds no
# information, but leaves the network more places to keep what there is (3x3), at a little more than three times the
# multiplications. What one would try first (no accuracy was measured here):
#
# - **small faces, few parameters**: MobileNetV2 or V3Small, enlarged to 96;
# - **simple**: VGG16; plain 3x3 convolutions, at many times the size;
# - InceptionV3 takes nothing below 75 pixels.
#
# `models.build("transfer", backbone="mobilenet_v2", weights="imagenet")` fetches such weights where there is a
# network connection, and says so in one sentence where there is none. `weights="synthetic"` needs none: run
# `fercourse.training.pretrain("mobilenet_v2")` once, and the backbone has learned from the built-in faces.

# %% [markdown]
# ## 10. When not to transfer
#
# - You have many labels of your own: the curves have met (here they had not), and scratch is simpler.
# - The old task does not need what the new one needs (section 6).
# - You may not use the old data: its terms may bind the network that learned from it, and its faults come along.
# - You cannot measure on the target. Without a single labeled target face you cannot know whether it helped.
#
# ## An open project
#
# Take another target: `fercourse.load` your own folder of faces, or draw one with `synth.draw_face` (sunglasses on
# every face, say). At how many labels a class does a new head overtake the network as it is? Write your guess
# down first. Then draw the curve of section 5, and write a page.
#
# A good one: nobody stands both in pool and test; it is said what the pretrained network has seen; beside it
# stand the same body untrained and a way without any network; the same labels were drawn at least five times for
# all ways, and the claim is an interval of the *difference*; the guess from before is there, and so is what did
# not work. (How it is marked: `instructor/rubric.md`.)

# %% [markdown]
# ## What to take away
#
# - Read what a network has seen before you borrow it, and measure it *as it is* before you change it.
# - Features of a frozen body are computed once; then a head costs next to nothing, and so do five draws of the labels.
# - Few labels can make a good network worse. Begin small: a small rate, the head first, batch normalization frozen;
#   and measure before you do more.
# - Every transfer needs its control: the same network with weights drawn by lot.
# - Adaptation without labels brings features together; whether it narrows the domain gap, only labels can tell.
#
# **What to read.** Yosinski et al. (2014) on which layers transfer; Howard and Ruder (2018) on gradual
# unfreezing; Kumar et al. (2022) on how fine-tuning can distort features that were good; Li, Wang et al. (2017) on
# adapted normalization; Sun, Feng and Saenko (2016) on CORAL; Ganin et al. (2016) on domain-adversarial
# training; Kornblith, Shlens and Le (2019) on how far ImageNet carries.
#
# Words to look up in `docs/glossary.md`: *backbone*, *catastrophic forgetting*, *control*, *CORAL*, *domain*,
# *domain gap*, *fine-tuning*, *head*, *negative transfer*.
#
# **Next**, in notebook 05, you will ask a network where it looked.
