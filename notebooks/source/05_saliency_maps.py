# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 05 · Saliency maps
#
# A network says *happy*. Where did it look? There are a dozen ways to paint the answer onto the face, in
# glowing colors, and they are shown everywhere. Whether the picture is true is often not asked. You will make
# such maps by hand, then put them to the test, for here we can: a drawn face knows which muscles moved, and
# where. Some maps that look convincing will fail.
#
# **Afterwards you can**
#
# - compute a gradient map and Grad-CAM by hand, and say what each of them asks;
# - explain a classifier that has no gradient;
# - find a shortcut that a network has taken and that its validation score does not show;
# - score a map against a truth, against the classifier, and against maps that know nothing;
# - tell a method that explains the network from one that only explains the picture;
# - say what a map cannot say.
#
# **You need** notebook 03. As before: where it says **Predict**, write your guess down before you run the cell.

# %%
import fercourse

course = fercourse.setup("05")

# %%
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from fercourse import emotions, models, plots, synth

# %% [markdown]
# Only drawn faces know the truth about themselves, so this notebook questions a network that has learned from
# them, whatever data you chose; yours come at the end. As the class of a face we take the one that its muscles
# show, not what careless raters made of it.

# %%
everybody = fercourse.load("builtin")
everybody = replace(everybody, labels=everybody.table["true_class"].to_numpy())
training = everybody.split("train").sample(course.profile.faces, seed=course.seed)
validation = everybody.split("validation").sample(course.profile.faces // 10, seed=course.seed)
exam = everybody.split("test").sample(course.profile.faces // 5, seed=course.seed)
print(training)
print(exam)

# %% [markdown]
# ## 1. A network to be questioned
#
# We take the small network that ships with the package. It was trained on 7,000 drawn faces, and on none of the
# people in `exam`.

# %%
classifier = fercourse.load_classifier("builtin.keras")
network = classifier.model
words = list(emotions.CLASSES)
HAPPY = words.index("happy")
probabilities = classifier.predict_proba(exam.images)
predicted = probabilities.argmax(axis=1)
course.record("accuracy", np.mean(predicted == exam.labels))
course.record("says_disgust", int(np.sum(predicted == words.index("disgust"))))

# %% [markdown]
# One face of each class will be with us: the one to which the network gives that class the highest probability.

# %%
rows = [int(np.argmax(probabilities[:, one] * (exam.labels == one))) for one in range(7)]
seven = exam.images[rows]
sure_of = probabilities[rows, range(7)]
plots.mosaic(
    seven,
    [f"{word}: {share:.2f}" for word, share in zip(words, sure_of, strict=True)],
    columns=7,
    title="One face of each class, and the probability of that class",
)

# %% [markdown]
# Look at *disgust*: of all faces of disgust this is the surest, and it is not sure. The class is so rare in its
# training that this network has given up saying the word. Its maps for *disgust* can be drawn all the same, and will
# look no worse than the others. Keep that in mind.

# %% [markdown]
# ## 2. The gradient, by hand
#
# The first idea is the simplest (Simonyan, Vedaldi and Zisserman, 2014). Make one pixel a little brighter. A pixel
# matters, by this idea, if the score of *happy* then changes, and the more, the steeper the change.
#
# The **score** is the *logit*, the number before the softmax. (A probability of 0.999 can hardly rise, and a
# softmax lets a class win because another loses.) `models.logits` gives the same network without its softmax.

# %%
to_logits = models.logits(network)


def happy_logit(face):
    """Return the network's score of "happy" for one face (48, 48)."""
    return float(to_logits.predict_on_batch(np.float32(face)[None, ..., None])[0, HAPPY])


smile = seven[HAPPY].astype(float)
print("logit of happy:", round(happy_logit(smile), 2))

# %% [markdown]
# **Exercise 1.** Write `slope(score, face, row, column, step)`: how much the score changes for each gray level at
# one pixel. Try the pixel `step` levels brighter and `step` levels darker, and divide the difference by how
# many gray levels lie between the two. Leave the face that you were given as it is.


# %% tags=["exercise"]
def slope(score, face, row, column, step=1.0):
    """Return how steeply score(face) rises with the gray level of one pixel."""
    # BEGIN SOLUTION
    brighter, darker = face.copy(), face.copy()
    brighter[row, column] += step
    darker[row, column] -= step
    return (score(brighter) - score(darker)) / (2 * step)
    # END SOLUTION


# %% tags=["check"]
course.check("slope", slope)

# %% [markdown]
# One pixel costs two passes through the network, a face 4,608. *Backpropagation* gives all 2,304 slopes in one
# pass back. That is the same machinery that trains the network; only that now the weights stand still, and we
# ask for the gradient with respect to the *picture*. (`GradientTape` takes notes of all that is computed inside the
# `with`; `watch` says that we want slopes with respect to the pixels; `gradient` then walks the notes backward.)


# %%
def slopes_by_hand(face, label):
    """Return the gradient of one logit with respect to every pixel: (48, 48)."""
    pixels = tf.constant(np.float32(face)[None, ..., None])
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        score = to_logits(pixels)[0, label]
    return tape.gradient(score, pixels).numpy()[0, ..., 0]


slopes = slopes_by_hand(smile, HAPPY)
row, column = np.unravel_index(np.abs(slopes).argmax(), slopes.shape)
nudged = smile.copy()
nudged[row, column] += 1
print(f"steepest pixel: row {row}, column {column}, {slopes[row, column]:.4f} a gray level")
print(f"measured by one gray level more: {happy_logit(nudged) - happy_logit(smile):.4f}")
plots.steps(
    [seven[HAPPY], slopes, np.abs(slopes)],
    ["the face", "slopes", "their size"],
    title="How steep the score of happy is, pixel by pixel",
)

# %% [markdown]
# (In the middle picture, middle gray is a slope of about zero; white rises, black falls.) It speckles. A network's
# score goes up and down steeply from pixel to pixel, and the slope at one point says little about the hill.
# **SmoothGrad** (Smilkov et al., 2017) takes the mean of the maps (here of their size) of noisy copies of the face;
# **integrated gradients** (Sundararajan, Taly and Yan, 2017) walk from an even gray picture to the face, multiply at
# each small step every pixel's slope by the change of its gray level, add up, and so share out the *whole* change of
# the score among the pixels.
#
# **Exercise 2.** Predict: the logit of happy is 5.2 for a face and -1.3 for the even gray picture where the path
# begins. All shares of integrated gradients are added up. What is their sum?

# %% tags=["exercise"]
# BEGIN SOLUTION
sum_of_shares = 6.5
# END SOLUTION

# %% tags=["check"]
course.check("sum_of_shares", sum_of_shares)

# %%
course.quiz("gradient", "b")

# %% [markdown]
# ## 3. Grad-CAM, by hand
#
# Another idea: do not ask the pixels. Ask the last *feature maps*, in which the network has already found what it
# looks for, and of which it still knows where. **Grad-CAM**, gradient-weighted class activation mapping (Selvaraju et
# al., 2017), takes three steps:
#
# 1. each feature map gets a *weight*: the mean, over its places, of the gradient of the score with respect to it;
# 2. the maps are added up with these weights;
# 3. what is negative, evidence against the class, is cut off at zero.
#
# **Exercise 3.** Write it. `maps` and `gradients` have the shape (height, width, channels); the answer (height,
# width).


# %% tags=["exercise"]
def weighted_maps(maps, gradients):
    """Return Grad-CAM: the maps, weighted by their mean gradients, without what is negative."""
    # BEGIN SOLUTION
    weights = gradients.mean(axis=(0, 1))
    return np.maximum((maps * weights).sum(axis=-1), 0)
    # END SOLUTION


# %% tags=["check"]
course.check("weighted_maps", weighted_maps)

# %% [markdown]
# We cut the network in two: from the pixels up to a set of feature maps, and from there to the logits. The very
# last maps of this network have three by three places, in which a brow and an eye are the same place. So we take
# the last ones that have six.

# %%
fine = [one for one in to_logits.layers if len(one.output.shape) == 4 and one.output.shape[1] >= 6]
to_maps = keras.Model(to_logits.inputs[0], fine[-1].output)
from_maps = keras.Model(fine[-1].output, to_logits.outputs[0])


def cams_by_hand(images, labels):
    """Return the Grad-CAM of each face for its label: (N, 6, 6)."""
    maps = to_maps(np.float32(images)[..., None])
    with tf.GradientTape() as tape:
        tape.watch(maps)
        # Of each face, the logit of its own label.
        scores = tf.gather(from_maps(maps), labels, axis=1, batch_dims=1)
    gradients = tape.gradient(scores, maps).numpy()
    weights = gradients.mean(axis=(1, 2), keepdims=True)
    return np.maximum((maps.numpy() * weights).sum(axis=-1), 0)


cams = cams_by_hand(seven, np.arange(7))
cams = cams / np.maximum(cams.max(axis=(1, 2), keepdims=True), 1e-9)
plots.map_grid(
    seven,
    {"Grad-CAM, 6x6": np.kron(cams, np.ones((8, 8)))},
    words,
    title="What Grad-CAM leaves of each face",
)

# %% [markdown]
# Six by six places for a whole face: a map is as coarse as the layer it comes from. When you see one of those
# soft, beautiful clouds, most of the softness is the enlargement. Where no color lies on a face, its map is zero:
# the third step cut those places off. We call a map that is zero all over *black*. (Each map has a scale of its own:
# yellow is its largest value. The package gives both forms: `raw` is what a method computed, and in `values` what is
# negative is cut off and the rest scaled to 0 to 1.)
#
# ### The package's version
#
# `fercourse.explain.saliency` makes maps by ten methods, for many faces at once. Is it the same as ours?

# %%
from fercourse.explain import METHODS, saliency

by_package = saliency(classifier, seven[[HAPPY]], "gradient", "happy")
course.record(
    "gradient_by_hand_equals_package",
    bool(np.allclose(by_package.raw[0], np.abs(slopes), rtol=1e-3, atol=1e-6)),
)
hundred, labels = exam.images[:100], exam.labels[:100]
cams_by_package = saliency(classifier, hundred, "grad_cam", labels).raw
# The package enlarges its maps to the size of the face; the corners stay what they were.
corners = np.ix_(range(100), [0, -1], [0, -1])
course.record(
    "grad_cam_by_hand_equals_package",
    bool(
        cams_by_package[corners].any()
        and np.allclose(
            cams_by_package[corners],
            cams_by_hand(hundred, labels)[corners],
            rtol=1e-3,
            atol=1e-5,
        )
    ),
)
for name, method in METHODS.items():
    print(f"{name}: {method.about}")

# %% [markdown]
# ## 4. Seven classes explained
#
# **Predict.** Which part of the face will light up for *happy*, and which for *surprise*? And will the methods
# agree with each other?

# %%
names = {
    "smoothgrad": "SmoothGrad",
    "grad_cam": "Grad-CAM",
    "layer_cam": "Layer-CAM",
    "rise": "RISE",
    "centered_gaussian": "hill in the middle",
    "edges": "edge detector",
}


def called(name):
    """Return what a map is called in the figures."""
    return " ".join(names.get(word, word.replace("_", " ")) for word in name.split())


shown = ("gradient", "smoothgrad", "integrated_gradients", "grad_cam", "layer_cam", "occlusion")
plots.map_grid(
    seven,
    {called(name): saliency(classifier, seven, name, np.arange(7)).values for name in shown},
    words,
    title="The same network, the same faces, six answers",
)

# %% [markdown]
# Six answers to what sounds like one question. They differ because they ask different things: how *steep* the
# score is, what was *found* in the last maps, what is *lost* when a place is covered. None of them is the
# network's own words. Which one should be believed? Do not choose the prettiest. We come back to that.
#
# In the row of Grad-CAM some faces have no map at all. Is that a fault of the program?

# %%
last = [one for one in to_logits.layers if len(one.output.shape) == 4][-1]
coarse = saliency(classifier, hundred, "grad_cam", labels, layer=last.name).raw
is_black = cams_by_package.max(axis=(1, 2)) == 0
scored = to_logits.predict_on_batch(np.float32(hundred)[..., None])[range(100), labels]
course.record("black_grad_cams", float(np.mean(is_black)))
course.record("black_grad_cams_of_last_maps", float(np.mean(coarse.max(axis=(1, 2)) == 0)))
print(f"of the black ones, the logit is above zero on {np.mean(scored[is_black] > 0):.0%}")

# %% [markdown]
# It is the third step. On these faces the weighted sum is nowhere above zero, although the logit is above zero on
# most of them (see the printed share). Between these maps and the logit lie more layers and their constants, of which
# one mean gradient for each map knows nothing. Grad-CAM cuts off all that is negative, and nothing is left. In its
# usual place, the very last maps, hardly one is black; but those have three by three places. (Layer-CAM cuts off
# place by place and channel by channel, before it adds up, and keeps something.) So a black map may tell of the
# choice of a layer, not of the network. It is a reason to count before you believe.
#
# And your prediction? Look at the row of occlusion. Different methods name different places, and even one method's
# place for *happy* need not be the mouth.

# %% [markdown]
# ### Without a gradient
#
# An SVM on HOG hands back no gradient that one could follow to the pixels. A network whose numbers were rounded to 8
# bits (a *quantized* file, notebook 06) answers in steps: one gray level more, and mostly nothing changes. But any
# classifier can be asked again.
# Cover a patch of the face with gray, and see what the probability loses (Zeiler and Fergus, 2014).
#
# **Exercise 4.** Write `occlusion_by_hand(score, face, size)`. Cut the face into patches of `size` x `size` pixels
# (they fit). Cover one after the other with the *mean gray level* of the whole face, and note how much the score
# **falls**. The answer has one number a patch. (The face may hold whole numbers; the mean need not be one.)


# %% tags=["exercise"]
def occlusion_by_hand(score, face, size):
    """Return how much score(face) falls with each patch covered: (H // size, W // size)."""
    # BEGIN SOLUTION
    rows, columns = face.shape[0] // size, face.shape[1] // size
    lost = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            covered = face.astype(float)
            covered[i * size : (i + 1) * size, j * size : (j + 1) * size] = face.mean()
            lost[i, j] = score(face) - score(covered)
    return lost
    # END SOLUTION


# %% tags=["check"]
course.check("occlusion_by_hand", occlusion_by_hand)

# %% [markdown]
# **RISE** (Petsiuk, Das and Saenko, 2018) lays many random masks over the face, each of which lets half of it
# show through. A pixel matters if the class is probable whenever the pixel can be seen. Here both question the
# same network as a file of whole numbers of 8 bits, which gives probabilities and nothing else.

# %%
quantized = fercourse.load_classifier("builtin")
asked = [words.index(word) for word in ("fear", "happy", "sad", "surprise")]
by_asking = {
    "occlusion": saliency(quantized, seven[asked], "occlusion", np.array(asked)),
    "rise": saliency(quantized, seven[asked], "rise", np.array(asked), masks=500),
}
plots.map_grid(
    seven[asked],
    {called(name): found.values for name, found in by_asking.items()},
    [words[one] for one in asked],
    title="A file without a gradient, explained by asking it again and again",
)

# %%
course.quiz("any_classifier", "c")

# %% [markdown]
# ### When it is wrong
#
# A map can be asked for any class, not only for the winner. For a wrong prediction there are two questions: what
# speaks for the class that was *predicted*, and what for the one that is *shown*?

# %%
wrong = np.flatnonzero(predicted != exam.labels)
surest = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:6]
mistaken = exam.images[surest]
plots.map_grid(
    mistaken,
    {
        "for the predicted": saliency(classifier, mistaken, "occlusion").values,
        "for the shown": saliency(classifier, mistaken, "occlusion", exam.labels[surest]).values,
    },
    [f"{words[exam.labels[k]]}\ntaken for\n{words[predicted[k]]}" for k in surest],
    title="The surest mistakes",
)

# %% [markdown]
# Where both maps of a face light up at the same place, that place speaks for both classes: a map says where, not what
# for. Elsewhere the two classes rest on different parts of the face.

# %% [markdown]
# ## 5. Clever Hans
#
# A horse named Hans seemed to do sums. In truth he watched the small, unwitting movements of whoever asked (Pfungst,
# 1911). Such a *shortcut* gives the right answer for the wrong reason. Lapuschkin et al. (2019) found a classifier (of
# handcrafted features, not a network) that recognized horses by a source tag in the corner of the picture. We plant
# such a tag: in training and validation, every happy face has a white square of 6x6 pixels at the upper
# left. (A stock agency that sells smiles, say.) Hans is smaller than any network of notebook 03, and trained for a few
# seconds.

# %%
from fercourse.training import Config, fit


def with_mark(images):
    """Return the images with a white square at the upper left."""
    copies = np.array(images)
    copies[:, :6, :6] = 255
    return copies


def planted(faces):
    """Return the faces; those that are happy have the mark."""
    happy = (faces.labels == HAPPY)[:, None, None]
    return replace(faces, images=np.where(happy, with_mark(faces.images), faces.images))


config = Config(
    epochs=course.profile.epochs,
    batch_size=32,
    learning_rate=1e-2,
    augmentation=None,
    seed=course.seed,
)
foal = models.build("tiny", filters=(8, 16, 16), seed=course.seed)
hans = fit(foal, planted(training), planted(validation), config, progress=False).classifier


def recall_of_happy(faces):
    """Return the share of the happy faces that Hans calls happy."""
    said = hans.predict_proba(faces.images).argmax(axis=1)
    return np.mean(said[faces.labels == HAPPY] == HAPPY)


on_validation = recall_of_happy(planted(validation))
course.record("hans_recall_on_validation", on_validation)

# %% [markdown]
# Of the happy faces of his validation split he recognizes most: a fine classifier, by the score that he was chosen by.
#
# **Predict.** How often does Hans recognize happy *test* faces that have the mark? And those that do not? And what
# does he say when a face that is *not* happy has one?

# %%
happy = exam.images[exam.labels == HAPPY]
others = exam.images[exam.labels != HAPPY]
said_happy = {
    "happy, marked": hans.predict_proba(with_mark(happy)),
    "happy, no mark": hans.predict_proba(happy),
    "another class, marked": hans.predict_proba(with_mark(others)),
    "another class, no mark": hans.predict_proba(others),
}
said_happy = {name: np.mean(one.argmax(axis=1) == HAPPY) for name, one in said_happy.items()}
course.record("hans_says_happy_marked", said_happy["happy, marked"])
course.record("hans_says_happy_unmarked", said_happy["happy, no mark"])
course.record("hans_says_happy_others_marked", said_happy["another class, marked"])
plots.bars(
    said_happy, title="How often Hans says happy", xlabel="share of the faces", ylabel="pictures"
)

# %% [markdown]
# With the mark he finds most of them. Without it he finds hardly one, and he calls most of *all* marked faces happy,
# whatever they show. But the validation split is marked, too: no score on data from the same source shows the fraud.
# Now ask him where he looked, and beside him the honest network of section 1, which has never seen a mark. We settle
# the method beforehand: *occlusion*, for it asks what is lost without a place. Its patches are a quarter of the face
# wide and move by half of that, so they overlap. (Six pixels is just the size of the mark, which favors them here. We
# keep to these patches from here on; a pixel gets the mean of all patches that cover it.)

# %%
PATCHES = {"size": 12, "stride": 6}
tagged = with_mark(happy)
plots.map_grid(
    tagged[:6],
    {
        "Hans": saliency(hans, tagged[:6], "occlusion", "happy", **PATCHES).values,
        "honest": saliency(classifier, tagged[:6], "occlusion", "happy", **PATCHES).values,
    },
    ["happy"] * 6,
    title="What speaks for happy on marked happy faces",
)

# %% [markdown]
# One look is enough. But "it lights up" is not a measurement. Let us say how much of the map lies in the mark,
# compared with the share of the area that the mark takes: 1 is what an even map would have.
#
# **Exercise 5.** Write `energy_per_area(values, place)`, for one map (48, 48), not zero everywhere, and a mask of True
# and False.


# %% tags=["exercise"]
def energy_per_area(values, place):
    """Return the share of the map that lies in the place, divided by the place's share of the area."""
    # BEGIN SOLUTION
    return (values[place].sum() / values.sum()) / place.mean()
    # END SOLUTION


# %% tags=["check"]
course.check("energy_per_area", energy_per_area)

# %%
from fercourse.explain.faithfulness import against_truth

tagged = tagged[:60]
place = np.zeros(tagged.shape, bool)
place[:, :6, :6] = True
in_mark = {}
for name, one in {"Hans": hans, "honest": classifier}.items():
    for method in ("occlusion", "gradient", "grad_cam", "layer_cam"):
        options = PATCHES if method == "occlusion" else {}
        values = saliency(one, tagged, method, "happy", **options).values
        in_mark[name, method] = against_truth(values, place).mean()
        in_mark[name, method]["black"] = np.mean(values.max(axis=(1, 2)) == 0)
in_mark = pd.DataFrame(in_mark).T[["pointing", "energy_per_area", "black"]]
course.record("hans_points_at_the_mark", in_mark.loc[("Hans", "occlusion"), "pointing"])
course.record("energy_in_mark_hans", in_mark.loc[("Hans", "occlusion"), "energy_per_area"])
course.record("energy_in_mark_honest", in_mark.loc[("honest", "occlusion"), "energy_per_area"])
course.record("energy_in_mark_hans_grad_cam", in_mark.loc[("Hans", "grad_cam"), "energy_per_area"])
in_mark.round(2)

# %% [markdown]
# Occlusion points into the mark on every face or nearly, with some twenty-five times the energy of an even map. The
# gradient mostly points there, too, but its speckles lie all over the face. Layer-CAM finds it. And **Grad-CAM**? A
# black map counts as an even one, with an energy of 1; where many are black, the rest of the row says little. How
# many are, and where the others point, hangs on how this Hans happened to be trained.
#
# Read the lower half, too: on the honest network none of them makes much of the mark. A bright square alone does not
# deceive these methods; a detective who cries wolf at every contrast would be of no use, either.
#
# Back to Grad-CAM. Is it to blame, or the place at which we asked? The last maps come out of a ReLU, which has cut off
# what was negative in them. Take them before it, and leave all else as it was:

# %%
before_relu = [
    layer.name for layer in hans.model.layers if isinstance(layer, keras.layers.BatchNormalization)
][-1]
values = saliency(hans, tagged, "grad_cam", "happy", layer=before_relu).values
earlier = against_truth(values, place).mean()
course.record("hans_grad_cam_before_relu_points", earlier["pointing"])
course.record("energy_in_mark_hans_grad_cam_before_relu", earlier["energy_per_area"])

# %% [markdown]
# Now it points at the mark on most faces. The network is the same, the formula is the same; only the layer is another.
# Whoever shows a Grad-CAM has chosen one. With the usual choice Hans might have gone free.

# %%
course.quiz("hans", "a")

# %% [markdown]
# ## 6. Is it true?
#
# On photographs nobody knows which pixels *should* count. On drawn faces we do: we know which action units are
# raised, how far, and where they are. So we can settle a truth, and it has to be settled **before** we look at
# any score: a truth that is chosen afterwards is a truth that suits us.
#
# An action unit is evidence for a class in so far as the class's prototypes show it more often than those of all
# classes do. Its *weight of evidence* is the logarithm of how many times more often, times how far the unit is raised.
# Add up these weights in each region (brows, eyes, nose, mouth, cheeks). The region with the largest sum is the
# **telling region** of the face; neutral faces have none.
#
# And only faces count that the network reads rightly. Where it is wrong, the truth about the face is not the truth
# about the network. (So hardly a face of *disgust* will be judged: this network has next to none right.) Faces with
# something in front (a hand, hair, sunglasses, a mask, a scarf) are left out, too: what tells may be hidden there.

# %%
from fercourse.explain import faithfulness

known = (predicted == exam.labels) & (exam.labels != emotions.CLASSES.index("neutral"))
known &= (exam.table["occluder"] == "none").to_numpy()
judged = exam[known]
truth = faithfulness.telling_regions(judged, judged.labels)
first = [int(np.argmax(judged.labels == label)) for label in np.unique(judged.labels)]
plots.map_grid(
    judged.images[first],
    {"telling region": truth[first].astype(float)},
    [words[judged.labels[k]] for k in first],
    title="The region that tells most, by the raised action units",
)

# %% [markdown]
# The **pointing game** (Zhang, Bargal et al., 2018): a map scores 1 if its largest value lies in the telling region,
# and 0 if not. (Where several pixels share the largest value, as in a block of occlusion, the package gives the share
# of them that lies inside. The mean is taken class by class, and then over the classes.)
#
# **Exercise 6.** Find the mistake. A colleague has written this:
#
# ```python
# def points_rightly(values, region):
#     column, row = np.unravel_index(values.argmax(), values.shape)
#     return bool(region[row, column])
# ```
#
# It runs without an error, and many of the scores are even right. Write `points_rightly` as it should be.


# %% tags=["exercise"]
def points_rightly(values, region):
    """Return True where the largest value of the map lies in the region, else False."""
    # BEGIN SOLUTION
    row, column = np.unravel_index(values.argmax(), values.shape)
    return bool(region[row, column])
    # END SOLUTION


# %% tags=["check"]
course.check("points_rightly", points_rightly)

# %% [markdown]
# ### Against whom?
#
# A score alone says nothing. So every method plays against **controls**, maps that know nothing of the network:
#
# - a *random* map;
# - a *hill in the middle*, for faces are in the middle;
# - an *edge detector*, which explains the picture, not the network;
# - the *usual place*: how often each pixel lay in the telling region of *other people*, those of the training faces. It
#   knows where faces tell most, and nothing else: it is the same map for every face and every class;
# - the method's *own mean map over the other faces*. It is not allowed to look at this face. If it does as well, the
#   method has told us where faces have mouths.
#
# **Predict.** How many of the five methods below beat all their controls, so clearly that the 95 % intervals do not
# touch?

# %%
settings = {
    "gradient": {},
    "smoothgrad": {"samples": 8},
    "grad_cam": {},
    "layer_cam": {},
    "occlusion": PATCHES,
}
maps = {
    name: saliency(classifier, judged.images, name, judged.labels, **options).values
    for name, options in settings.items()
}
controls = {name: make(judged.images) for name, make in faithfulness.CONTROLS.items()}
usual = faithfulness.telling_regions(training, training.labels).mean(axis=0)
controls["usual_place"] = np.broadcast_to(usual, judged.images.shape)
blind = {f"mean of {name}": faithfulness.mean_of_others(values) for name, values in maps.items()}
scores = {
    name: faithfulness.against_truth(values, truth)
    for name, values in (maps | controls | blind).items()
}
pointing = {
    name: faithfulness.estimate(one["pointing"], judged.labels) for name, one in scores.items()
}
beating = [
    name
    for name in maps
    if all(pointing[name].low > pointing[one].high for one in (*controls, f"mean of {name}"))
]
course.record("judged_faces", int(truth.any(axis=(1, 2)).sum()))
course.record("methods_that_beat_all_controls", len(beating))
course.record("pointing_of_gradient", pointing["gradient"].value)
course.record("pointing_of_grad_cam", pointing["grad_cam"].value)
course.record("pointing_of_grad_cam_of_others", pointing["mean of grad_cam"].value)
course.record("pointing_of_occlusion", pointing["occlusion"].value)
course.record("pointing_of_edges", pointing["edges"].value)
course.record("pointing_of_usual_place", pointing["usual_place"].value)
print("beat every control:", ", ".join(beating) or "none")
plots.estimates(
    {
        f"{'method' if name in maps else 'control'}: {called(name)}": one
        for name, one in pointing.items()
    },
    title="The pointing game, and who plays it blindly",
    xlabel="pointing score, mean of the classes",
    ylabel="map",
)

# %% [markdown]
# None. Whoever points at the usual place, one pixel of the lower lip, whatever the face, hits twice as often as the
# best method. (It is a hard rival: it has been told the truth about other people, and no method has.) Nor is that
# all. Look at the bars at the bottom, of maps that were *not allowed to look at the face*: the mean of all other
# Grad-CAMs, or Layer-CAMs, hits as often as the maps themselves, or more often. Without these controls you would have
# seen bars a little above the random map, and perhaps been content. Leave the usual place out, and one method at most
# beats the controls that are left to it, the plainest: occlusion.
#
# (That intervals must not touch is a strict rule. All maps are scored on the same faces, so they may be compared face
# by face, as in notebook 02.)
#
# But is it fair? A map is told which *class* to explain; the mean over all other faces is not. So let occlusion play
# against one control more, its mean over the other faces *of the same class*, and compare face by face.
#
# **Predict.** Will it still be ahead?

# %%
of_the_class = faithfulness.mean_of_others(maps["occlusion"], judged.labels)
of_the_class = faithfulness.against_truth(of_the_class, truth)["pointing"]
ahead = faithfulness.estimate(scores["occlusion"]["pointing"] - of_the_class, judged.labels)
by_class = faithfulness.estimate(of_the_class, judged.labels).value
course.record("pointing_of_occlusion_of_the_class", by_class)
course.record("occlusion_ahead_of_its_class", ahead.value)
print(f"occlusion {pointing['occlusion'].value:.3f}, its mean over the class {by_class:.3f}")
print(f"occlusion is ahead by {ahead.value:.3f}, interval {ahead.low:.3f} to {ahead.high:.3f}")

# %% [markdown]
# The blind mean comes close: most of what occlusion finds on a face is what it finds on every face of that class, where
# the class usually shows. That is an explanation, too, but not one of *this* face. Where the interval holds 0, as with
# the few faces of the quick profile, nothing more has been shown; where it does not, the difference is what occlusion
# sees of this very face.
#
# One network is one network. `fercourse benchmark explain --only pointing` lets all ten methods play on an `edge_net`
# trained on drawn faces, with 368 test faces (`benchmarks/results/explain/pointing.json`). There RISE was ahead of
# edge detector, hill and random map (0.19, interval 0.15 to 0.23, where none reached 0.08), and of its own mean over
# the class (0.12); occlusion (0.10) stayed below its mean over the class (0.13). Grad-CAM's own mean hit nothing
# there: what you found above is a fact about one network. But a fixed pixel, chosen with the truth in view, hit 0.43.
#
# So the game is won by whoever knows where faces tell most, and all other bars are short. That can mean four things:
# the maps are wrong; or they are right, and the *network* looks elsewhere than our truth says it should; or the truth
# is drawn too narrowly, say at the brows of a surprise, when the forehead between them tells as much; or the map is
# too coarse: a block that half covers a brow earns half a hit. The pointing game cannot tell these apart. The next
# test can tell the first from the others.
#
# ### Against the classifier
#
# One can also leave the truth aside and ask whether a map is true *to the network*. **Deletion**: blur away the
# pixels that the map ranks first; the probability should fall at once. **Insertion**: uncover them in a blurred
# face; it should rise at once (after Petsiuk, Das and Saenko, 2018, who delete to one gray level). We blur, for even
# squares are something that the network has never seen, and its answers to them would tell little.

# %%
few = slice(0, 60)
followed = {
    name: faithfulness.deletion_insertion(
        classifier, judged.images[few], values[few], judged.labels[few], steps=6
    )
    for name, values in (maps | controls).items()
}
deletion = {name: one.deletion_area.mean() for name, one in followed.items()}
course.record("deletion_by_occlusion", deletion["occlusion"])
course.record("deletion_by_edges", deletion["edges"])
course.record("deletion_by_random", deletion["random"])
course.record("deletion_by_hill", deletion["centered_gaussian"])
course.record("deletion_by_grad_cam", deletion["grad_cam"])
drawn_curves = ("occlusion", "grad_cam", "centered_gaussian", "edges", "random")
plots.curves(
    {
        called(name): (followed[name].shares, followed[name].deletion.mean(axis=0))
        for name in drawn_curves
    },
    title="What the network loses",
    xlabel="share of the pixels blurred away",
    ylabel="probability of the class",
    limits=(0, 0.8),
)

# %%
plots.estimates(
    {called(name): faithfulness.estimate(one.deletion_area) for name, one in followed.items()},
    title="The area under each deletion curve: less is better",
    xlabel="area",
    ylabel="map",
)

# %% [markdown]
# The steeper, the better. After the first sixth of the pixels that occlusion names, the class has less probability
# left than on a face that is blurred all over (the right end of the curve); after a sixth of the edge detector's
# pixels most of it is left, and edges do no better than chance. Nor does Grad-CAM do much better. (Where a map is
# even, as a black one is, its pixels go in an order drawn by lot.) Here, too, look at the controls: a plain hill in
# the middle beats Grad-CAM. So a map has to beat the hill, and occlusion does. By this test its maps are true to the
# network, and where they missed the telling region, the network may well have looked elsewhere. A map is about the
# network, not about the face.
#
# Two cautions. Deletion asks almost what occlusion asks, what is lost without these pixels; it plays at home here. And
# blocks of six pixels can miss a brow that is two pixels high, however well they are meant.

# %% [markdown]
# ### Against a network that has forgotten everything
#
# Adebayo et al. (2018) asked a simple question. Shuffle the network's weights, layer by layer, from
# the last one down. What it had learned is gone, so the map must change. If it does not, it never showed what the
# network had learned.
#
# Maps are compared by **rank correlation**: sort the pixels of each map by their value; 1 means the same order, 0 that
# one order tells nothing of the other, -1 the reverse.
#
# **Exercise 7.** Predict: an edge detector's map is compared, by rank correlation, with its map after *all* weights
# of the network have been shuffled. What is the correlation?

# %% tags=["exercise"]
# BEGIN SOLUTION
correlation_of_edges = 1.0
# END SOLUTION

# %% tags=["check"]
course.check("correlation_of_edges", correlation_of_edges)

# %%
some = judged.images[:48]
makers = {name: name for name in ("gradient", "grad_cam")}
makers["occlusion"] = lambda asked, faces, targets: (
    saliency(asked, faces, "occlusion", targets, **PATCHES).values
)
makers["edges"] = lambda _, faces, __: faithfulness.edges(faces)
# Occlusion asks 81 times a face, so it gets fewer of them.
fallen = {
    name: faithfulness.cascade(classifier, some[:12] if name == "occlusion" else some, maker)
    for name, maker in makers.items()
}
failing = [name for name, table in fallen.items() if faithfulness.fails(table)]
course.record("methods_that_fail_the_randomization", ", ".join(failing))
course.record("similarity_left_of_gradient", fallen["gradient"]["similarity"].iloc[-1])
course.record("similarity_left_of_grad_cam", fallen["grad_cam"]["similarity"].iloc[-1])
steps = np.arange(1, len(fallen["edges"]) + 1)
plots.curves(
    {called(name): (steps, table["similarity"].to_numpy()) for name, table in fallen.items()},
    title="Shuffling the weights from the last layer down",
    xlabel="layers shuffled",
    ylabel="rank correlation with the first map",
)

# %% [markdown]
# To fail means, here, to keep a correlation above 0.5 to the end. No method does; they pass. (A black map counts as
# 0; Grad-CAM owes it a part of that.) The edge detector fails, as it must. To pass is little, since random numbers
# would pass as well; to fail is much: two methods that this course leaves out, guided backpropagation and Guided
# Grad-CAM, did (Adebayo et al., 2018).

# %%
course.quiz("randomized", "d")

# %% [markdown]
# ### Against noise
#
# A little noise that leaves the prediction alone should leave the map alone.

# %%
steady = {
    called(name): faithfulness.estimate(
        faithfulness.stability(classifier, some[:24], name, noise=4.0, **settings[name])
    )
    for name in settings
}
course.record("stability_of_gradient", steady["gradient"].value)
course.record("stability_of_grad_cam", steady["Grad-CAM"].value)
plots.estimates(
    steady, title="How alike maps stay under noise", xlabel="rank correlation", ylabel="map"
)

# %% [markdown]
# Grad-CAM's number is low, but a part of that is no movement: a black map ranks nothing and counts as 0, even if it
# stays black. SmoothGrad draws its own noise anew for the second map, and so moves by chance as well. Steady is not
# the same as true, though: the edge detector would be very steady.
#
# ## 7. Which method deserves trust?
#
# Here are four of the measures side by side: the *place* of each method and control, 1 the best. (*Average precision*
# is the area under the precision-recall curve of notebook 02, when a map ranks the pixels and the telling region is
# to be found.) Places carry no intervals, so neighbors may stand there by chance.

# %%
table = pd.DataFrame(
    {
        measure: {
            name: faithfulness.estimate(scores[name][measure], judged.labels).value
            for name in (*maps, *controls)
        }
        for measure in ("pointing", "energy_per_area", "average_precision")
    }
)
places = table.rank(ascending=False, method="min").astype(int)
places["deletion"] = pd.Series(deletion).rank(method="min").astype(int)
course.record("best_method_at_energy", table.loc[list(maps), "energy_per_area"].idxmax())
places.index = [called(name) for name in places.index]
places.columns = places.columns.str.replace("_", " ")
plots.heat_map(places, title="Places: 1 is the best", xlabel="measure", ylabel="map", scale="place")

# %% [markdown]
# Of the methods one leads by all four: occlusion. It does not reason about the network, it asks. The price is 81
# passes for each face and a map of coarse blocks. But where the truth is the judge, the usual place stands before it:
# these three measures ask where *faces* tell, and a map that knows no network can answer that. Only deletion asks the
# network. Behind, the order changes from measure to measure, and controls stand among the methods.
#
# So do not carry *occlusion* home as a winner for all networks; carry home the procedure. Say beforehand what the map
# is to be used for, choose the measure that fits (finding a shortcut? naming a region? ranking pixels?), and take a
# method that beats the controls *there*, on *your* network. (`faithfulness.rank` does all of this section in one
# call.)

# %%
course.quiz("controls", "b")

# %% [markdown]
# ## 8. Does it look elsewhere for other people?
#
# On photographs a darker skin comes with another person, another place, another light. A drawn person can be given
# another skin, and nothing else changes but what follows from it: the camera sets its exposure by the skin, as cameras
# do, and the background turns lighter or darker with it.
#
# **Predict.** By what does the map move most: skin, glasses, or age? And is that more than the picture itself has
# changed?

# %%
smiling = {6: 0.8, 12: 0.8, 25: 0.5}
wrinkles = np.full(8, 0.9)
kinds = {
    "lightest skin": {"tone": 0},
    "darkest skin": {"tone": 9},
    "no glasses": {"glasses": 0.0},
    "glasses": {"glasses": 1.0},
    "young": {"age": 0.0, "lines": 0 * wrinkles},
    "old": {"age": 0.9, "lines": wrinkles},
}


def portraits(changes):
    """Draw the same 16 people, smiling, with one thing changed."""
    return [synth.draw_face(smiling, identity=one, person=changes, size=48) for one in range(16)]


drawn = {name: portraits(changes) for name, changes in kinds.items()}
people = {name: np.concatenate([one.images for one in faces]) for name, faces in drawn.items()}
# Brows, eyes, nose, mouth and cheeks: the background changes with the exposure, too.
on_face = np.concatenate([one.regions for one in drawn["no glasses"]]) > 0
looks = {
    name: saliency(classifier, images, "occlusion", "happy", **PATCHES)
    for name, images in people.items()
}
plots.map_grid(
    np.stack([people[name][1] for name in kinds]),
    {"occlusion": np.stack([looks[name].values[1] for name in kinds])},
    list(kinds),
    title="One person, six ways",
)

# %%
from scipy.stats import spearmanr

pairs = {
    "skin": ("lightest skin", "darkest skin"),
    "glasses": ("no glasses", "glasses"),
    "age": ("young", "old"),
}


def alike_on_face(ones, others):
    """Return the rank correlation of two maps or pictures of each person, over the parts of the face."""
    correlations = [
        spearmanr(a[place], b[place]).statistic
        for a, b, place in zip(ones, others, on_face, strict=True)
    ]
    return faithfulness.estimate(correlations)


alike = {}
for name, (one, other) in pairs.items():
    alike[f"{name}: pictures"] = alike_on_face(people[one], people[other])
    alike[f"{name}: maps"] = alike_on_face(looks[one].raw, looks[other].raw)
said = {name: classifier.predict_proba(images)[:, HAPPY] for name, images in people.items()}
sure = {name: one.mean() for name, one in said.items()}
course.record("maps_alike_across_skin", alike["skin: maps"].value)
course.record("maps_alike_across_glasses", alike["glasses: maps"].value)
course.record("maps_alike_across_age", alike["age: maps"].value)
course.record("pictures_alike_across_skin", alike["skin: pictures"].value)
course.record("pictures_alike_across_age", alike["age: pictures"].value)
course.record("happy_lightest_skin", sure["lightest skin"])
course.record("happy_darkest_skin", sure["darkest skin"])
plots.estimates(
    alike,
    title="How alike pictures and maps are (1: the same)",
    xlabel="rank correlation",
    ylabel="what is changed",
)

# %%
plots.bars(
    sure,
    title="How sure the network is of the same smile",
    xlabel="mean probability of happy",
    ylabel="what is changed",
)

# %%
for name, (one, other) in pairs.items():
    change = faithfulness.estimate(said[other] - said[one])
    print(
        f"{name}: the probability changes by {change.value:+.3f}, person by person, "
        f"95 % interval {change.low:+.3f} to {change.high:+.3f}"
    )

# %% [markdown]
# The skin moves the map most. But it also changes the picture most, and the map less than the picture: had you seen the
# bar of the maps without that of the pictures, you would have said more than you know. It hardly moves the probability;
# glasses move the map less, and
# the probability more. Age is all but invisible at 48 pixels, so nothing follows for age. Nothing else was chosen
# differently on these faces, so skin, with all that it does to the exposure, and glasses are the cause. Photographs of
# *other* people, with and without, could not have told you.
#
# So a map that moves is a reason to look closer, not a proof of harm; and a map that stays is no proof of fairness: the
# probability may fall while the network looks at the same place. Always look at both.

# %%
course.quiz("bias", "c")

# %% [markdown]
# ## 9. What excites a class most
#
# Instead of asking where on *this* face, one can ask for the face: begin with gray and climb the gradient of the
# logit (Erhan et al., 2009). Left alone, that ends in noise, which shows how little a network needs to be sure. Two
# restraints make it worth looking at: neighbors that differ cost something, and the picture is jostled at every step.

# %%
from fercourse.explain import activation_maximization

dreamed = {
    name: activation_maximization(classifier, name, steps=24) for name in ("happy", "surprise")
}
confidence = classifier.predict_proba(np.stack(list(dreamed.values())))
course.record("dreamed_happy_is_happy", bool(confidence[0].argmax() == HAPPY))
plots.mosaic(
    list(dreamed.values()),
    [
        f"{name}: {row[words.index(name)]:.2f}"
        for name, row in zip(dreamed, confidence, strict=True)
    ],
    columns=2,
    title="What excites the network most",
)

# %% [markdown]
# The network is sure, or fairly sure, of pictures that nobody would call faces. It never learned what a face is; it
# learned to tell seven kinds of pictures apart.
#
# ## 10. What a map cannot say
#
# - *Why.* It shows where, and at best what for; not the reasoning.
# - *What is at the place.* A bright mouth may mean its shape, its shadow, or its teeth.
# - *That the network is right.* Wrong predictions have maps just as beautiful.
# - *What the person feels.* The network does not know; a picture of where it looked knows even less.
# - *Anything, unless it was tested.* On photographs there is no truth, but deletion, randomization and the controls
#   can be had everywhere.
#
# Now your own data: the network of this notebook on some faces of the data set that you chose. The words are its
# *predictions*. On photographs it is often wrong, since it has seen none (notebook 04).

# %%
own = course.load().split("validation").sample(7, seed=course.seed)
maps = saliency(classifier, own.images, "occlusion", **PATCHES)
plots.overlay(own.images, maps.values, [words[k] for k in maps.targets], title="On your own data")

# %% [markdown]
# And to play with: choose a person, an expression, a class and a method, move an action unit, and watch the map.

# %%
from fercourse.explain import explorer

explorer(classifier)

# %%
course.quiz("limits", "d")

# %% [markdown]
# ## Project
#
# Hide a shortcut of your own, and let a fellow learner find it: a darker border for one class, a slight blur, a mean
# gray level, a mark that moves. Which of them do the maps show? (A map says *where*. What of a shortcut that is
# everywhere?) Write one page: the method that you named beforehand, what it found, its controls, and one shortcut
# that no map of this notebook can show. A good solution has a number with an interval for each claim.
#
# ## What to take away
#
# - A gradient asks how steep; a CAM, what was found; occlusion and RISE, what is lost. They answer different questions.
# - A map is as fine as its layer. The rest is enlargement.
# - Accuracy on data from the same source cannot see a shortcut. A map can, if the shortcut has a place.
# - Settle the truth, the method and the measure beforehand, and let everything play against controls.
# - A method that survives the shuffling of all weights explains the picture, not the network.
#
# **What to read.** Selvaraju et al. (2017) on Grad-CAM; Sundararajan, Taly and Yan (2017) on integrated gradients;
# Petsiuk, Das and Saenko (2018) on RISE, deletion and insertion; Adebayo et al. (2018), *Sanity checks for saliency
# maps*, the paper to read if you read only one; Lapuschkin et al. (2019) on Clever Hans; Zhang, Bargal et al. (2018)
# on the pointing game.
#
# Words to look up in `docs/glossary.md`: *saliency map*, *logit*, *shortcut*, *control*, *rank correlation*, *average
# precision*, *weight of evidence*.
#
# **Next**, in notebook 06, the network is made small.
