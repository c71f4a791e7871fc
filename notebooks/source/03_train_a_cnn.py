# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 03 · Train a CNN
#
# In notebook 02 a person thought up what to look for. Now a network is to find out by itself. Its parts fit on
# a page each: you will write a convolution by hand, build a network of four blocks, and see it learn ten
# faces by heart. The larger half is about what is harder than building: training it so that it is right about
# faces it has never seen, and knowing whether it is.
#
# **Afterwards you can**
#
# - compute a convolution by hand, and say what shape comes out of every layer;
# - say what the loss of a network that knows nothing must be, and find a broken pipeline by it;
# - overfit ten faces on purpose, and say why that is the first thing to do;
# - read learning curves, and name what augmentation, batch normalization and dropout do to them;
# - handle rare classes in three ways, and say what each one costs;
# - say what a schedule for the learning rate does;
# - say why separable convolutions are cheap, in multiplications;
# - resume, save, load and export a network, and doubt a table in a report.
#
# **You need** notebook 02 (metrics, leakage). Keras is explained as it comes. In the profiles `quick` and `class` small
# networks are trained; mini-Xception is counted and timed, and trained in `full`.
#
# As before: where it says **Predict**, write your guess down before you run the cell.

# %%
import fercourse

course = fercourse.setup("03")

# %%
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
from keras import layers

from fercourse import models, plots, synth

# %% [markdown]
# `course.load()` draws as many faces as your profile has, from all splits; we learn from the training faces among
# them, and watch the validation split, or as many of its faces as your profile has. The test split stays closed until
# the last section.

# %%
faces = course.load()
whole = fercourse.load(course.dataset, course.data)
training = faces.split("train")
validation = whole.split("validation").sample(course.profile.faces, seed=course.seed)
print(training)
print(validation)

# %% [markdown]
# ## 1. A convolution, by hand
#
# LBP and HOG both began with differences of neighboring pixels. Such a difference is a case of one operation: lay a
# small table of numbers, the *kernel*, over a patch of the picture, multiply number by number, and add up.
# Then move the kernel by one pixel and do it again.

# %%
patch = np.array([[10, 10, 90], [10, 10, 90], [10, 10, 90]])
to_the_right = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
print((patch * to_the_right).sum())

# %% [markdown]
# The kernel answers one question, here: *does it get brighter to the right?* Where it does, the number is
# large; where the picture is flat, zero.
#
# **Exercise 1.** Write `convolve(picture, kernel)`: that sum at each place where the kernel lies wholly
# inside the picture. A picture of H x W and a kernel of k x k give (H - k + 1) x (W - k + 1) numbers.


# %% tags=["exercise"]
def convolve(picture, kernel):
    """Return the sums of products of a kernel with each patch of a picture: floats, 2-D."""
    # BEGIN SOLUTION
    size = len(kernel)
    height, width = picture.shape
    sums = np.zeros((height - size + 1, width - size + 1))
    for row in range(sums.shape[0]):
        for column in range(sums.shape[1]):
            sums[row, column] = (picture[row : row + size, column : column + size] * kernel).sum()
    return sums
    # END SOLUTION


# %% tags=["check"]
course.check("convolve", convolve)

# %% [markdown]
# (A mathematician would turn the kernel by half a turn first, and call ours a *correlation*. Networks learn
# their kernels, so it makes no difference, and everybody in the field says convolution.)
#
# Keras has the same thing as a layer. It wants faces as (how many, height, width, channels) and kernels as (height,
# width, channels in, channels out); `None` in a shape means any number, and `[..., None]` adds an axis of length 1. We
# put our kernels into it and look at what they see. (Each picture is stretched
# to its own darkest and brightest value: in the first three maps middle gray is zero, and black is negative.)

# %%
portrait = synth.draw_face({6: 0.8, 12: 0.9}, identity=3, size=48).images[0]
kernels = {
    "brighter to the right": to_the_right,
    "brighter below": to_the_right.T,
    "a bright line across": np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]),
    "mean of nine": np.full((3, 3), 1 / 9),
}
layer = layers.Conv2D(len(kernels), 3, use_bias=False)
layer.build((None, 48, 48, 1))
layer.set_weights([np.stack(list(kernels.values()), axis=-1)[:, :, None].astype("float32")])
maps = keras.ops.convert_to_numpy(layer(portrait[None, ..., None].astype("float32")))[0]
print("out of the layer comes", maps.shape)
plots.steps(
    [portrait, *np.moveaxis(maps, -1, 0)],
    ["a smile", *kernels],
    title="Four kernels, four feature maps",
)

# %%
windows = np.lib.stride_tricks.sliding_window_view(portrait.astype(float), (3, 3))
by_numpy = np.stack([(windows * kernel).sum(axis=(2, 3)) for kernel in kernels.values()], axis=-1)
course.record("keras_computes_the_same", bool(np.abs(by_numpy - maps).max() < 1e-3))

# %% [markdown]
# What comes out is again a picture, with one *channel* for each kernel: a *feature map*. (A kernel with all its input
# channels is also called a *filter*.) So the next layer can ask about features of features: first edges, then
# wrinkles, then perhaps a raised cheek. Nobody chooses the kernels. They begin as random numbers, and training
# changes them.

# %%
course.quiz("kernels", "b")

# %% [markdown]
# ## 2. Four blocks, built together
#
# A well-worn network for faces of 48x48 pixels has four blocks (section 10 comes back to a report that uses it). Each
# block has
#
# - a **convolution** 3x3, `valid`: the kernel stays inside the picture, which loses one pixel on each side;
# - **ReLU**: what is negative becomes 0. Without it, ten layers of sums would be no more than one sum;
# - **batch normalization**: each channel is brought to mean 0 and spread 1 (over the faces of a *batch*: those
#   that are looked at in one step of training), then scaled by two learned numbers;
# - **max pooling** 2x2: of four neighbors the largest is kept; the picture is half as wide (rounded down);
# - **dropout**: in training, 40 % of the numbers are set to 0, others each time.
#
# **Exercise 2 (predict).** A face is 48 wide. How wide are the maps after each of the four blocks? Put four
# whole numbers into the list.

# %% tags=["exercise"]
# BEGIN SOLUTION
sides = [23, 10, 4, 1]
# END SOLUTION

# %% tags=["check"]
course.check("sides", sides)

# %% [markdown]
# One pixel is left, with 512 channels: 512 numbers that say what is on the picture, and no longer where. Two
# **dense** layers (each output is a weighted sum of *all* inputs, plus a constant) and seven outputs follow. In Keras
# each layer is called on what the one before gives; nothing is computed yet, only wired.


# %%
def four_blocks(filters=(128, 256, 512, 512), dense=(512, 256), normalize=True, drop=0.4):
    """Return the network; with fewer filters it is the same, only smaller."""
    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for count in filters:
        x = layers.Conv2D(count, 3, activation="relu")(x)
        if normalize:
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.Dropout(drop)(x)
    x = layers.Flatten()(x)
    for count, share in zip(dense, (drop, 0.75 * drop), strict=True):
        x = layers.Dense(count, activation="relu")(x)
        x = layers.Dropout(share)(x)
    x = layers.Dense(7, name="logits")(x)
    return keras.Model(inputs, layers.Activation("softmax", name="probabilities")(x))


network = four_blocks()
shapes = [layer.output.shape[1:] for layer in network.layers if "max_pool" in layer.name]
print("after each block:", *shapes)
course.record("four_block_parameters", network.count_params())
course.record(
    "same_as_the_package", models.build("four_block").count_params() == network.count_params()
)

# %% [markdown]
# Note the first layer: gray levels go in as they are, 0 to 255, and the network divides them itself. Whoever
# uses it later cannot forget to.
#
# **Where do four million numbers come from?** The numbers that training may change are the **parameters**: the
# kernels with a constant each, the *bias*; the weights of the dense layers and their constants; and two numbers a
# channel in batch normalization. (Keras counts its two running averages as well, four a channel in all,
# though these are computed along the way, not trained.) A kernel reaches through all channels below it: the fourth
# convolution has 512 kernels of 3 x 3 x 512.

# %%
parameters = pd.Series(
    {layer.name: layer.count_params() for layer in network.layers if layer.count_params()}
)
plots.bars(parameters, title="Where the parameters are", xlabel="parameters", ylabel="layer")

# %% [markdown]
# ### What a network that knows nothing must say
#
# The last layer gives seven numbers, the *logits*; **softmax** turns them into probabilities. Training makes
# the **cross-entropy** small: minus the logarithm of the probability that the network gave to the right class.
#
# **Exercise 3 (predict).** A network that knows nothing gives each of the seven classes the same probability.
# What is its loss? (Natural logarithm; two decimals are enough.)

# %% tags=["exercise"]
# BEGIN SOLUTION
loss_of_ignorance = np.log(7)
# END SOLUTION

# %% tags=["check"]
course.check("loss_of_ignorance", loss_of_ignorance)

# %% [markdown]
# Keep that number in mind: it is the cheapest test there is. A loss that *begins* far above it means that the
# network is sure of nonsense: often pixels that were not scaled, or, where a trained network goes on learning, labels
# in another order. (In a new network a wrong order of labels does not show here.) A loss that *stays* there means that
# nothing is learned; one that stops a little below, that only the shares of the classes are.

# %%
first_faces = training.images[:16, ..., None].astype("float32")
said = keras.ops.convert_to_numpy(network(first_faces))
given = said[np.arange(16), training.labels[:16]]
course.record("loss_before_training", -np.log(given).mean())

# %% [markdown]
# ### What a step of training does
#
# For a batch of faces we compute the loss, and from it, by the chain rule, its **gradient**: for each parameter, how
# fast the loss would rise if that parameter grew. Then each is moved a little against its gradient. How far is set by
# the **learning rate** (section 8). The rule that moves them is the **optimizer**, here *Adam*, which keeps running
# averages of the gradients and so gives each parameter a stride of its own. Once through all training faces is an
# **epoch**. In Keras, `compile` names optimizer and loss (*sparse* means that labels are whole numbers).

# %% [markdown]
# ## 3. Ten faces first
#
# Before you spend an hour on training, spend ten seconds: take ten faces, switch off everything that holds a
# network back (dropout, augmentation), and train until it knows them by heart. A network that cannot do
# *that* has an error somewhere, and no amount of data will mend it.
#
# **Predict.** How often must it see ten faces until it knows all ten? About 5, 50 or 500 times?

# %%
# Two faces of each of the first five classes.
ten = np.concatenate([np.flatnonzero(training.labels == number)[:2] for number in range(7)])[:10]
learner = four_blocks((8, 16), (32, 16), drop=0.0)
learner.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
learner.optimizer.learning_rate = 0.003
ten_images = training.images[ten, ..., None].astype("float32")
losses, accuracies = [], []
for _ in range(40):
    learner.reset_metrics()  # or Keras gives the mean over all times so far
    loss, accuracy = learner.train_on_batch(ten_images, training.labels[ten])
    losses.append(float(loss))
    accuracies.append(float(accuracy))
course.record("ten_faces_by_heart", max(accuracies))
print("best after being seen", 1 + int(np.argmax(accuracies)), "times")
plots.curves(
    {"loss": (np.arange(1, 41), np.array(losses))},
    title="Ten faces, learned by heart",
    xlabel="times seen",
    ylabel="loss",
)

# %% [markdown]
# A dozen or a few dozen times, and it knows nearly all of them. The loss mostly starts above the number of exercise
# 3, and that is no fault: `train_on_batch` measures in training mode, in which batch normalization stretches even
# random numbers to spread 1. (The test of exercise 3 was made outside training.) Then it falls toward zero. Ask about
# the ten faces *in training*, as here: after so few steps the means that batch normalization uses outside training
# are not there yet. (What it says of *other* faces is worthless, of course: it has learned ten pictures, not
# expressions.)
#
# **Exercise 4 (find the mistake).** A colleague's network cannot learn even these ten faces; its loss comes down to
# about 1.6 and stays there. (That is ln 5: it has learned that five classes are equally frequent, and nothing else.)
# Her pipeline shuffles before each epoch:
#
# ```python
# def shuffled(images, labels, rng):
#     rng.shuffle(images)
#     rng.shuffle(labels)
#     return images, labels
# ```
#
# Two things are wrong with it. Write it so that it is right: the same faces and labels, in another order, and
# whatever was handed over is left as it was. Draw the order from `rng`, and return a pair of new arrays.


# %% tags=["exercise"]
def shuffled(images, labels, rng):
    """Return images and labels in a new order, drawn from `rng`, each label still with its image."""
    # BEGIN SOLUTION
    order = rng.permutation(len(images))
    return images[order], labels[order]
    # END SOLUTION


# %% tags=["check"]
course.check("shuffled", shuffled)

# %%
course.quiz("ten", "c")

# %% [markdown]
# ## 4. Feeding it
#
# FER2013 has 28,709 training faces. As 8-bit gray levels they are 66 MB; as 32-bit floats 265 MB; as the
# 64-bit floats that many tutorials make by `images / 255` already 529 MB. None of that is needed: a step of
# training looks at 32 to 128 faces. So the faces stay on the disk, in a *memory map*, and each batch is read
# when it is its turn, as whole numbers of one byte.

# %%
from fercourse.training.batches import Batches, one_hot

order = np.random.default_rng(course.seed).permutation(len(training))
batches = Batches(training.images, one_hot(training), order, batch_size=64)
some_faces, some_targets, _ = batches[0]
print(len(batches), "batches;", some_faces.shape, some_faces.dtype, some_targets.shape)
print(f"one batch: {some_faces.nbytes / 1000:.0f} kB of {training.images.nbytes / 1e6:.1f} MB")

# %% [markdown]
# The batches are of nearly equal size, and at most 64. The third value that we did not use is a weight for each face;
# section 6 needs it. (The faces of a small profile are few, so they were copied into memory after all.)
#
# The targets are *one-hot*: a row of zeros with a one at the class. That leaves room for softer ones: shares of
# votes, or a label that is only 90 % sure.
#
# ### Augmentation
#
# A face that is mirrored, turned a little, moved by some pixels, nearer, or in other light, shows the same
# expression. So we change each face anew each time it is seen. The network never sees the same picture twice, and has
# to learn what stays. The gray rectangles below are *erasing* (Zhong et al., 2020): a part of the face is painted
# over, so that the network cannot rely on one place. Erasing and contrast are on for this picture only.

# %%
from fercourse.training import Augmentation, augmentation

change = augmentation(Augmentation(erasing=0.3, contrast=0.2), seed=course.seed)
copies = np.repeat(portrait[None, ..., None].astype("float32"), 15, axis=0)
plots.mosaic(
    [portrait, *keras.ops.convert_to_numpy(change(copies, training=True))[..., 0].astype("uint8")],
    columns=8,
    title="One face, and fifteen that were made of it",
)

# %% [markdown]
# Turning, moving, magnifying and mirroring are *one* resampling, by one matrix for each face: one after the
# other they would blur the picture more than once, and take longer. It is a Keras model of layers, and it does
# nothing when it is not training. So nobody can forget to switch it off for the validation faces.

# %%
still = keras.ops.convert_to_numpy(change(copies))
course.record("augmentation_is_off_outside_training", bool((still == copies).all()))
course.quiz("validation_faces", "b")

# %% [markdown]
# ## 5. Training, and two curves
#
# `fercourse.training.fit` puts it together: batches from the memory map, augmentation, the network, the
# validation faces after each epoch, the weights of the best epoch at the end. Everything that can be chosen
# stands in a `Config`. We train a very small network of two convolutions twice: once on the faces as they are,
# once on augmented ones.

# %%
from fercourse.training import Config, fit

# Some experiments need no more epochs than this to show what they show.
few = min(course.profile.epochs, 12)
plain = Config(epochs=few, batch_size=32, learning_rate=3e-3, augmentation=None, seed=course.seed)


def small():
    """Return a new network, each time with the same initial weights."""
    return models.build("tiny", filters=(8, 16), seed=course.seed)


as_they_are = fit(small(), training, validation, plain)

# %%
helped = replace(plain, augmentation=Augmentation())
augmented = fit(small(), training, validation, helped)

# %%
epochs = np.arange(1, few + 1)
plots.curves(
    {
        "as they are: training": (epochs, as_they_are.history["accuracy"]),
        "as they are: validation": (epochs, as_they_are.history["val_accuracy"]),
        "augmented: training": (epochs, augmented.history["accuracy"]),
        "augmented: validation": (epochs, augmented.history["val_accuracy"]),
    },
    title="The gap between what was seen and what was not",
    xlabel="epoch",
    ylabel="accuracy",
)

# %%
gap = (as_they_are.history["accuracy"] - as_they_are.history["val_accuracy"]).iloc[-1]
gap_augmented = (augmented.history["accuracy"] - augmented.history["val_accuracy"]).iloc[-1]
course.record("gap_without_augmentation", gap)
course.record("gap_with_augmentation", gap_augmented)
course.record("validation_accuracy_plain", as_they_are.best["val_accuracy"])
course.record("validation_accuracy_augmented", augmented.best["val_accuracy"])
always_happy = np.mean(validation.labels == training.classes.index("happy"))
print(f"for comparison, who always says happy: {always_happy:.3f}")

# %% [markdown]
# Read the curves in pairs. The *distance* between training and validation tells how much the network relies
# on what it happened to see. Without augmentation the training curve runs away. With it, the two stay close;
# the training curve may even lie *below*, since it was measured on changed faces, with dropout, during the
# epoch.
#
# Now look at who always says *happy*. In the quick profile the networks mostly do not even reach that: a few hundred
# faces and five epochs are too little, and differences between such networks are mostly luck. Quick shows that
# everything runs; to learn something from the numbers, here and in section 6, take `class`.
#
# With few epochs augmentation often costs more than it brings: every face is harder. It pays when training is
# long enough for the plain network to have learned its faces by heart. Look which one is higher *here*, and
# think of what another fifty epochs would do to each.

# %%
course.quiz("curves", "a")

# %% [markdown]
# ## 6. Rare classes, handled in three ways

# %%
counts = pd.Series(np.bincount(training.labels, minlength=7), training.classes)
plots.bars(counts, title="Faces to learn from", xlabel="training faces", ylabel="class")

# %% [markdown]
# A network that never says *disgust* is wrong about hardly any face. To make it care, faces of rare classes
# can count more. **Exercise 5.** Write `weights_of(labels, classes)`. `labels` is an array of whole numbers from 0, and
# `classes` is how many classes there are. Return an array with a weight for each class, such that the weights of all
# faces of a class add up to the same sum for every class, and the mean weight *of a face* is 1. With N faces in all
# that is N / (classes x faces of the class).


# %% tags=["exercise"]
def weights_of(labels, classes):
    """Return a weight for each of `classes` classes, floats, from labels (N,)."""
    # BEGIN SOLUTION
    return len(labels) / (classes * np.bincount(labels, minlength=classes))
    # END SOLUTION


# %% tags=["check"]
course.check("weights_of", weights_of)

# %% [markdown]
# The second way shows rare faces *more often* (oversampling). With augmentation they would differ a little each time;
# here it is off, to change one thing only. The third weighs each *face* by how hard it is: the focal loss (Lin et
# al., 2017) multiplies the loss of a face by (1 - p) squared, where p is what the network gave to the right class, so
# that faces which are known already hardly count.
#
# **Predict.** Which of them raises the *balanced* accuracy (the mean over the classes)? And what happens to
# the plain accuracy?

# %%
ways = {"nothing": as_they_are}
for way, how in {
    "class weights": {"imbalance": "class_weights"},
    "oversampling": {"imbalance": "oversampling"},
    "focal loss": {"focal_gamma": 2.0},
}.items():
    ways[way] = fit(small(), training, validation, replace(plain, **how), progress=False)
last = {way: run.history.iloc[-1] for way, run in ways.items()}
compared = pd.DataFrame(
    {
        way: {
            "accuracy": row["val_accuracy"],
            "balanced accuracy": row["val_balanced_accuracy"],
            "recall of disgust": row["val_recall_disgust"],
        }
        for way, row in last.items()
    }
)
balanced = compared.loc["balanced accuracy"]
course.record("balanced_accuracy_nothing", balanced["nothing"])
course.record("balanced_accuracy_class_weights", balanced["class weights"])
course.record("balanced_accuracy_oversampling", balanced["oversampling"])
compared.round(3)

# %% [markdown]
# The books say that weights and oversampling buy recall of the rare classes with accuracy on the frequent ones. Did
# they here? Often they buy nothing at all: the few faces of *disgust* (see the bars), counted or shown more often,
# are still the same few faces, and a network that has learned those by heart knows no more about others. The price
# may be paid all the same; compare the first row (in the quick profile the network has hardly begun to learn). The
# validation faces are as unbalanced as the training faces, so plain accuracy pays for the guess *happy*. Which of the
# two you want is a decision about what the classifier is *for*, not about technique. (A fourth way,
# `training.with_drawn_faces`, gives rare classes drawn company. A warning: weights, oversampling and drawn company
# make a network say rare classes more often than they occur, and the focal loss makes it less sure than it has reason
# to be. So its probabilities are no longer shares.)

# %%
course.quiz("rare", "d")

# %% [markdown]
# ## 7. Batch normalization and dropout, off and on
#
# Two layers of our block are there for the sake of training: dropout is off afterwards, and batch normalization then
# only scales, by running averages. What happens without them? The small network of section 5 has two convolutions
# (which halve the picture themselves, by steps of two), batch normalization behind each, and dropout before the last
# layer. Here it is without.
#
# **Predict.** Which one learns the training faces faster? Which one has the larger gap at the end?


# %%
def bare_network():
    """Return what `small` is without batch normalization and dropout; "same" pads with zeros."""
    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for count in (8, 16):
        x = layers.Conv2D(count, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Dense(7, name="logits")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Activation("softmax", name="probabilities")(x))


keras.utils.set_random_seed(course.seed)
variants = {
    "both": as_they_are,
    "neither": fit(bare_network(), training, validation, plain, progress=False),
}
plots.curves(
    {
        f"{name}: {which}": (epochs, run.history[column])
        for name, run in variants.items()
        for which, column in {"training": "loss", "validation": "val_loss"}.items()
    },
    title="The loss with neither and with both",
    xlabel="epoch",
    ylabel="loss",
)

# %%
course.record("last_loss_with_both", variants["both"].history["loss"].iloc[-1])
course.record("last_loss_with_neither", variants["neither"].history["loss"].iloc[-1])

# %% [markdown]
# Batch normalization keeps the numbers in every layer in a range in which gradients work, so larger learning
# rates are possible and deep networks start at all. It behaves differently in training (the batch's own mean)
# and afterwards (a running mean), and until that running mean has caught up, the *validation* loss of the
# first epochs can be wild. With both, the training loss usually falls faster, and the gap may even be *wider*: batch
# normalization lets a network learn its faces by heart sooner. Dropout makes every single number unreliable, so that
# no other may rely on it (Srivastava et al., 2014): it is there to slow learning by heart. What it does alone, this
# figure cannot show, since both were taken out together. To see it, take out one at a time.

# %%
course.quiz("normalization", "c")

# %% [markdown]
# ## 8. How fast to learn, and when
#
# The **learning rate** says how far a step goes. Too large: the loss jumps, or becomes *NaN*. Too small:
# nothing happens. The best rate is large at first and small at the end: find the valley in long strides,
# then its lowest point in short ones. And the very first strides should be short again, since the averages
# inside Adam and batch normalization know nothing yet. That is **cosine with warm-up**: rise in a straight line from 0
# to the peak, then fall like half a cosine to 0. (The cosine is that of Loshchilov and Hutter, 2017, who restarted it
# again and again and had no warm-up. The tables above show the rate at the *beginning* of each epoch: 0 in the first,
# and in the last not yet 0.)
#
# **Exercise 6.** Write `cosine(step, steps, warmup, peak)`, the learning rate of one step. Below `warmup` it is
# `peak * step / warmup`; from there `peak * (1 + cos(pi * part)) / 2`, where `part` goes from 0 (at `warmup`)
# to 1 (at `steps`).


# %% tags=["exercise"]
def cosine(step, steps, warmup, peak):
    """Return the learning rate of a step, 0 to `steps`."""
    # BEGIN SOLUTION
    if step < warmup:
        return peak * step / warmup
    part = (step - warmup) / (steps - warmup)
    return peak * (1 + np.cos(np.pi * part)) / 2
    # END SOLUTION


# %% tags=["check"]
course.check("cosine", cosine)

# %%
steps = np.arange(0, 101)
rising = np.minimum(steps / 5, 1)
falling = (1 + np.cos(np.pi * np.clip((steps - 5) / 95, 0, 1))) / 2
halved = 0.5 ** np.searchsorted([40, 60, 75, 90], steps, side="right")
plots.curves(
    {
        "constant": (steps, np.ones(101)),
        "cosine with warm-up": (steps, rising * falling),
        "plateau (halved where nothing gets better)": (steps, halved),
    },
    title="Three schedules",
    xlabel="epoch",
    ylabel="learning rate as a share of its peak",
)

# %%
course.record("last_learning_rate_share", float(augmented.history["learning_rate"].iloc[-1] / 3e-3))
course.quiz("rate", "b")

# %% [markdown]
# *Constant* changes nothing; *plateau* halves the rate whenever validation has stood still for some epochs (in the
# figure at four that we made up). All three are the `schedule` of a `Config`; the open project at the end is a place
# to try them.
#
# Early stopping is a schedule as well: stop when nothing has got better for a while (`patience`), and take the
# best weights. It saves time, and it *chooses on the validation split*: the accuracy of the best epoch there
# is a little flattered, as section 7 of notebook 02 showed. That is what the test split is for.

# %% [markdown]
# ## 9. mini-Xception, and why it is cheap
#
# A convolution of 3x3 from 64 to 128 channels multiplies, at every pixel, 3 x 3 x 64 numbers for each of 128
# kernels. A **separable** one (Sifre, 2014; Chollet, 2017) does the same job in two steps: one 3x3 kernel for
# *each of the 64 channels alone* (depthwise), then a 1x1 convolution that mixes the 64 into 128 (pointwise).
#
# **Exercise 7.** Write `multiplications(kernel, inputs, outputs)`: a pair, the multiplications at one pixel of
# an ordinary and of a separable convolution.


# %% tags=["exercise"]
def multiplications(kernel, inputs, outputs):
    """Return how often an ordinary and a separable k x k convolution multiply, at each pixel."""
    # BEGIN SOLUTION
    ordinary = kernel**2 * inputs * outputs
    separable = kernel**2 * inputs + inputs * outputs
    return ordinary, separable
    # END SOLUTION


# %% tags=["check"]
course.check("multiplications", multiplications)

# %% [markdown]
# **Predict.** How many times fewer, for 3x3 and 64 to 128 channels? Toward which number does it go with more
# and more channels?

# %%
channels = np.array([8, 16, 32, 64, 128, 256, 512])
times_fewer = (9 * channels * channels) / (9 * channels + channels * channels)
plots.curves(
    {"3x3, as many channels in as out": (channels, times_fewer)},
    title="How many times fewer multiplications a separable convolution needs",
    xlabel="channels",
    ylabel="times fewer",
)

# %% [markdown]
# For 64 to 128 channels 8.4 times (73,728 against 8,768), and with more channels it goes toward nine, the size of the
# kernel. mini-Xception (Arriaga et al., 2017) is built of these. After two plain convolutions it consists of
# *modules* of two separable convolutions each, with *skip connections*: each module adds a 1x1 convolution of its
# input to its output (He et al., 2016), so that gradients find a short way down. How it compares with other networks
# of this course: `tiny` has three plain convolutions unless it is told otherwise (ours in section 5 has two),
# `edge_net` is for notebook 06, `four_block` is that of section 2, and `vgg` is a large one.


# %%
def count_multiplications(model):
    """Return the multiplications of all convolutions and dense layers of a model for one face."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.SeparableConv2D):
            _, height, width, outputs = layer.output.shape
            inputs = layer.input.shape[-1]
            total += height * width * inputs * (np.prod(layer.kernel_size) + outputs)
        elif isinstance(layer, layers.Conv2D):
            _, height, width, outputs = layer.output.shape
            total += height * width * outputs * np.prod(layer.kernel_size) * layer.input.shape[-1]
        elif isinstance(layer, layers.Dense):
            total += layer.input.shape[-1] * layer.units
    return int(total)


sizes = pd.DataFrame(
    {
        name: {
            "parameters": model.count_params(),
            "million multiplications a face": count_multiplications(model) / 1e6,
        }
        for name in ("tiny", "mini_xception", "edge_net", "four_block", "vgg")
        for model in [models.build(name)]
    }
).T
course.record("mini_xception_parameters", int(sizes.loc["mini_xception", "parameters"]))
course.record("mini_xception_millions", sizes.loc["mini_xception"].iloc[1])
sizes.round(2).astype({"parameters": int})

# %% [markdown]
# A warning before you rejoice. Multiplications are not milliseconds: depthwise convolutions do little work for
# each number that they fetch from memory, so a computer is often busier *fetching* than multiplying, and in
# training, batch normalization as Keras spells it out takes nearly half of mini-Xception's time (`fit` computes it as
# one operation, and is 1.9 times as fast: `fused_normalization_speedup` in `benchmarks/results/training.json`). How
# fast a network is, one has to measure, on the device that will run it. So let us.

# %%
import time


def milliseconds_a_face(model, count=64):
    """Return the milliseconds that a batch takes, for each of its faces; best of three."""
    batch = np.repeat(training.images[:1, ..., None].astype("float32"), count, axis=0)
    model.predict_on_batch(batch)
    spans = []
    for _ in range(3):
        begin = time.perf_counter()
        model.predict_on_batch(batch)
        spans.append(time.perf_counter() - begin)
    return 1000 * min(spans) / count


measured = {name: milliseconds_a_face(models.build(name)) for name in ("tiny", "mini_xception")}
plots.bars(
    measured,
    title=f"Measured here ({course.device})",
    xlabel="milliseconds a face",
    ylabel="network",
)

# %% [markdown]
# Divide the two bars, and then the rows of `tiny` and `mini_xception` in the table above: the times differ by another
# factor than the multiplications.
#
# **CPU against GPU.** The bars say on what they were measured. On Colab choose Runtime, Change runtime type, GPU, and
# run the notebook again: nothing else changes, Keras finds it. A GPU wins by the more, the larger network and
# batch are; for `tiny` and one face at a time there is nothing to win, since sending the face there takes
# longer than computing.

# %%
course.quiz("separable", "a")

# %% [markdown]
# ## 10. For real, beside a table in a report
#
# Now the run that counts, with all epochs of your profile. From 50 epochs on it is mini-Xception, with the recipe
# that the package has for it; with fewer it would hardly begin to learn, so a smaller network takes its place.
#
# Beside its history stands a table of a student report (Vinod and others, in `docs/references.md`; they do not say
# when). It trains the four blocks of section 2 on FER2013: Adam at 0.001, batches of 32, at most 50 epochs, early
# stopping with a patience of 10. With fewer than 25 epochs your later rows are empty (NaN). Yours is also another
# network, and on other faces unless you train on FER2013; so compare how the columns *run*, not how high they are.

# %%
import tempfile
from pathlib import Path

from fercourse.training import recipe_for

name = "mini_xception" if course.profile.epochs >= 50 else "tiny"
recipe = replace(recipe_for(name), epochs=course.profile.epochs, seed=course.seed, tensorboard=True)
place = Path(tempfile.mkdtemp()) / "run"
final = fit(name, training, validation, recipe, out=place)

# %%
printed = pd.DataFrame(
    {
        "report: training": [0.4443, 0.5085, 0.5431, 0.5620, 0.5861],
        "report: validation": [0.4860, 0.5505, 0.5801, 0.5913, 0.6032],
    },
    index=pd.Index([5, 10, 15, 20, 25], name="epoch"),
)
own = final.history[["accuracy", "val_accuracy"]].reindex(printed.index)
beside = printed.assign(
    **{"yours: training": own["accuracy"], "yours: validation": own["val_accuracy"]}
)
course.record("accuracy_after_5_epochs", own.loc[5, "val_accuracy"])
beside.round(3)

# %% [markdown]
# Look at the report's two columns. Validation is *above* training in every row. Section 5 told how that can be:
# dropout, measuring during the epoch, and augmentation (the report turns, mirrors, magnifies and dims its training
# faces). It still rises at the end, by more than a point in five epochs. And then the text says that the network
# reaches "a final accuracy of 75% on the testing set".

# %%
course.quiz("seventy_five", "c")

# %% [markdown]
# We trained the same four blocks by the same recipe on all of FER2013's Training split, once. After 25 epochs they
# named 58.5 % of PublicTest (the report's last row says 60.3 % of faces that it does not name), 59.2 % after their
# best epoch, and 59.7 % of PrivateTest (95 % interval 58.0 to 61.2). So the table can be reached, or nearly; the 75 %
# cannot. All of it stands in `docs/results.md`.

# %% [markdown]
# ## 11. Logs, breaks, files
#
# We gave `fit` a folder, and everything was written there as it happened: the config, the history as CSV, the
# best network so far with its scores (`metrics.json`), and after each epoch a *checkpoint* with all that training needs
# to go on: weights, the optimizer's averages, the state of the random numbers, the history.

# %%
print(place)
print(sorted(path.name for path in place.iterdir()))

# %% [markdown]
# Training is where Ctrl-C, full disks and empty batteries happen. `resume` goes on where the run stood, and the
# result is the *same*, to the last bit, as without the break; the tests of this project kill a run to make sure. A
# run that is done comes back at once, and `load_run` reads it without its faces. (Try it in cells of your own: give
# `fit` another folder and `replace(recipe, epochs=50)`, press the stop button while it trains, and `resume` that
# folder.)

# %%
from fercourse.training import resume

again = resume(place, training, validation, progress=False)
pairs = zip(again.model.get_weights(), final.model.get_weights(), strict=True)
course.record("resumed_to_the_same_weights", all(np.array_equal(a, b) for a, b in pairs))

# %% [markdown]
# The folder `tensorboard` holds logs that **TensorBoard** shows as curves while they grow. In Jupyter type
# `%load_ext tensorboard`, then `%tensorboard --logdir {place}/tensorboard`: a page opens under the cell. It comes
# from your own machine; no network is needed. Here we read the same files without the page.

# %%
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

logs = EventAccumulator(str(place / "tensorboard"), {"tensors": 0})  # all, not the usual ten
logs.Reload()
events = logs.Tensors("val_accuracy")
from_log = pd.Series({event.step: float(make_ndarray(event.tensor_proto)) for event in events})
course.record("log_agrees", bool(np.allclose(from_log, final.history["val_accuracy"])))
from_log

# %% [markdown]
# The network itself is one file, `model.keras`: architecture, weights, and the words of its classes.
# `load_classifier` reads it in *safe mode*: a file from the internet could otherwise carry code of its own.
# The architecture alone, without weights, is a text that any Keras can rebuild.

# %%
from fercourse.classifier import load_classifier

loaded = load_classifier(place / "model.keras")
some = validation.images[:100]
difference = np.abs(loaded.predict_proba(some) - final.classifier.predict_proba(some)).max()
course.record("loaded_equals_saved", bool(difference < 1e-6))
print(loaded.classes)
print(final.model.to_json()[:150], "...")

# %% [markdown]
# How to make it small and fast for a phone (TensorFlow Lite, ONNX, whole numbers of 8 bits) is notebook 06.

# %% [markdown]
# ## 12. The test split, once
#
# All choices are made. What does the network say of faces on which nothing was chosen?

# %%
from fercourse.evaluation import evaluate

verdict = evaluate(final.classifier, whole.split("test"), train=training)
course.record("test_accuracy", verdict["accuracy"].value)
course.record("test_balanced_accuracy", verdict["balanced_accuracy"].value)
plots.confusion(verdict)

# %% [markdown]
# Read it row by row, as in notebook 02: *of the faces labeled fear, what share is called what?* Then by
# column: *when it says happy, what was it?* A column that is bright in every row is a class that the network says when
# in doubt; one that is dark throughout it never dares to name. (With the quick profile all rows are much alike: it has
# learned too little for pairs to show.) Which pairs are confused, and would you have confused them?

# %%
plots.worst_mistakes(verdict, whole.split("test"), 12)

# %% [markdown]
# ### Ask twice
#
# A face and its mirror image show the same expression, but the network does not know that; asked about both, it
# gives two answers, whose mean is often a little better (*test-time augmentation*); on few faces it may as well lose a
# point. It costs twice the time. Whoever reports a number made that way has to say so.

# %%
from fercourse.classifier.views import WithFlip

flipped = evaluate(WithFlip(final.classifier), whole.split("test"))
course.record("test_accuracy_with_flip", flipped["accuracy"].value)

# %% [markdown]
# Is the network better than HOG and LBP with an SVM? Compare with `test_accuracy` in section 11 of notebook 02: the
# same test faces, though the SVM may have had more faces to learn from. With so few faces and epochs a small network
# has no right to win. On all of FER2013 mini-Xception leaves HOG with a linear SVM far behind (65.8 against 44.4 % of
# PublicTest). The best handcrafted pipeline, which is no SVM, comes as far as it does (65.9 %): see `docs/results.md`.

# %%
course.quiz("report_03", "d")

# %% [markdown]
# ## An open project
#
# **Beat the recipe.** Change one thing at a time: another network of `models.MODELS`, blends of two faces and their
# labels (`mixup=0.2`), labels that are a little less sure (`label_smoothing=0.1`), the moving average of the weights
# (`average=0.999`), another preprocessing (`models.build(..., preprocessing=...)`). For each write down, *before* you
# run it, what you expect on the validation split and why. Run each with three seeds, and show mean and spread. Then
# choose one, freeze it, open the test split once, and write a page: what you tried, what you expected, what came out,
# and what you would not have believed. A table with one row for each run, failures included, is worth more than the
# best number in it.

# %% [markdown]
# ## What to take away
#
# - A convolution asks one question at every place; a network learns the questions.
# - Before training: is the first loss ln 7? Can it learn ten faces by heart?
# - The gap between the curves says what to do: augment and regularize when it is wide. When it is nil and both are
#   low, train longer first, then take a larger network.
# - To weigh rare classes may cost accuracy on frequent ones, and may buy nothing. Decide which you want, and measure
#   both.
# - Choose the epoch on validation; report the test split once.
# - Count multiplications, then measure milliseconds.
# - What cannot be resumed and loaded again was not trained, only watched.
#
# **What to read.** LeCun et al. (1998) on convolutional networks; Ioffe and Szegedy (2015) on batch
# normalization; Srivastava et al. (2014) on dropout; Arriaga, Ploeger and Valdenegro-Toro (2017), mini-Xception;
# Khaireddin and Chen (2021) on how far FER2013 goes, and ask which split chose; Lin et al. (2017) on the
# focal loss; Loshchilov and Hutter (2017, 2019) on cosines and AdamW.
# The table of section 10 is from a student report by Vinod and others, without a year.
#
# Words to look up in `docs/glossary.md`: *convolution*, *logit*, *gradient*, *augmentation*, *early stopping*.
#
# **Next**, in notebook 04, we borrow a network that has seen faces before, and ask how many labels that saves.
