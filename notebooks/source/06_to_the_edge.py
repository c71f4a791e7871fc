# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 06 · To the edge
#
# A network that lives in a notebook is of no use to a camera in a museum, or to a robot with a battery. There a
# face has to become a label within milliseconds, on a processor that has other things to do. This notebook takes a
# trained network and makes it smaller, in four ways: fewer bits, fewer weights, fewer filters, and a student that
# learns from it. After each step you measure what it cost and what it brought.
#
# **Afterwards you can**
#
# - say what a number costs in bits, bytes and joules;
# - quantize a tensor by hand, and compute a convolution in whole numbers, equal to LiteRT's to the last bit;
# - convert a network to full INT8, and choose the faces on which its ranges are measured;
# - measure latency so that somebody else will find the same;
# - train for INT8, prune weights and filters, and let a small network learn from a large one;
# - read a Pareto front, and build a network to a budget.
#
# **You need** notebook 03 (networks and how they are trained).
#
# As before: where it says **Predict**, write your guess down before you run the cell.

# %%
import fercourse

course = fercourse.setup("06")

# %%
import tempfile
import time
import warnings
import zlib
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow

from fercourse import models, plots

# %% [markdown]
# The patient of this notebook has been trained already; it comes with the package. On drawn faces it is `builtin`:
# the `tiny` of notebook 03 with four wider convolutions, and a dense layer. (On photographs it is `edge_net`, which
# learned from FER2013.) It is small enough to be taken apart; where a large one differs, we say so. We learn from the
# training split and choose on the validation split; the test split stays closed until the last table.

# %%
faces = course.load()
whole = fercourse.load(course.dataset, course.data)
training = faces.split("train")
validation = whole.split("validation").sample(course.profile.faces, seed=course.seed)
name = "builtin" if course.dataset == "builtin" else "edge_net"
network = fercourse.load_classifier(f"{name}.keras").model
print(training)
print(validation)

# %% [markdown]
# It will not run in Keras where it is going, but in **LiteRT** (once TensorFlow Lite), a few megabytes of code that
# run on phones and on a Raspberry Pi. `to_litert` writes the network into one file of that form. Everything below is
# such a file, and is measured in the way it will be used. Its float32 version is what all others are compared with.

# %%
from fercourse.classifier.litert import LiteRTClassifier
from fercourse.edge import to_litert


def answers(file, some_faces=validation):
    """Return the probabilities that a .tflite file gives."""
    return LiteRTClassifier(file).predict_proba(some_faces.images)


def accuracy(said):
    """Return the share of the validation faces that are named as they are labeled."""
    return (said.argmax(axis=1) == validation.labels).mean()


def agreement(said):
    """Return the share of the validation faces that are named as the float network names them."""
    return (said.argmax(axis=1) == of_float.argmax(axis=1)).mean()


float_file = to_litert(network, training_data=course.dataset)
of_float = answers(float_file)
float_accuracy = accuracy(of_float)
course.record("float_accuracy", float_accuracy)
print(f"{len(float_file) / 1000:.0f} kB")

# %% [markdown]
# ## 1. What a number costs
#
# A weight of a network is usually a float32: four bytes. That costs three times over. It has to be *stored*,
# it has to be *fetched* whenever it is used, and it has to be *multiplied*. The price in energy was measured
# by Horowitz (2014), for chips of 45 nm. Newer chips are cheaper, arithmetic more so than memory (Jouppi et al.,
# 2021). Horowitz gives the fetches for eight bytes; we take half. For memory he gives a range; about half of its lower
# end is 640, the number of Han et al. (2015).

# %%
picojoules = pd.Series(
    {
        "add, int8": 0.03,
        "add, int32": 0.1,
        "add, float32": 0.9,
        "multiply, int8": 0.2,
        "multiply, float32": 3.7,
        "fetch 4 bytes, 8 kB cache": 5.0,
        "fetch 4 bytes, memory": 640.0,
    }
)
plots.bars(
    np.log10(picojoules * 1000).rename(lambda name: f"{name}: {picojoules[name]:g} pJ"),
    title="What one operation costs (Horowitz, 2014)",
    xlabel="log10 of femtojoules: each unit is a factor of ten",
    ylabel="operation",
)

# %% [markdown]
# **Predict.** One face takes how many multiplications with an addition in our network: sixty thousand, six
# million, six hundred million? And read from the figure: by what factor does the arithmetic get cheaper with int8
# products and int32 sums?

# %%
from fercourse.edge import multiply_adds

parameters = network.count_params()
work = multiply_adds(network)
course.record("parameters", parameters)
course.record("multiply_adds", work)
in_float = work * (picojoules["multiply, float32"] + picojoules["add, float32"])
in_int8 = work * (picojoules["multiply, int8"] + picojoules["add, int32"])
print(f"weights: {parameters * 4 / 1000:.0f} kB in float32, {parameters / 1000:.0f} kB in int8")
print(f"one face: {in_float / 1e6:.1f} microjoules in float32, {in_int8 / 1e6:.2f} in int8")
fetched = parameters * picojoules["fetch 4 bytes, memory"] / 1e6
print(
    f"fetching the weights from memory, once: {fetched:.1f} microjoules in float32, "
    f"{fetched / 4:.1f} in int8"
)
print(f"each weight is used {work / parameters:.0f} times for a face")

# %% [markdown]
# Fifteen times less for the arithmetic; and fetching the weights, if they do not fit into the cache, costs
# more than multiplying them, in either form, though a convolution uses each of them at many pixels. Smaller is not only
# about disks.

# %%
course.quiz("energy", "b")

# %% [markdown]
# ## 2. Affine quantization, by hand
#
# An int8 holds the whole numbers from -128 to 127. To store real values in it we agree on two numbers: a
# **scale**, how much one step is worth, and a **zero point**, which of the levels means zero.
#
# ```text
# value = scale * (level - zero_point)          level = round(value / scale) + zero_point
# ```
#
# **Exercise 1.** Write `quantize(values, scale, zero_point)`: the int8 levels of an array. What lies outside
# -128 to 127 is cut off at the ends (it must not wrap around), and halves may be rounded either way.


# %% tags=["exercise"]
def quantize(values, scale, zero_point):
    """Return the int8 levels of some values."""
    # BEGIN SOLUTION
    levels = np.round(values / scale) + zero_point
    return np.clip(levels, -128, 127).astype(np.int8)
    # END SOLUTION


# %% tags=["check"]
course.check("quantize", quantize)

# %% [markdown]
# Where do scale and zero point come from? From the range of the values. The lowest one becomes -128, the
# highest 127, and there are 255 steps between. One condition comes on top: **zero must be a level**, exactly.
# Convolutions pad with zeros, and ReLU makes zeros by the thousand; if zero were a little off, all of these
# would be off to the same side. So the range is first widened to hold zero, if it does not.
#
# **Exercise 2.** Write `scale_and_zero(low, high)`. It returns both, the zero point as a whole number. For
# values from 2 to 4 the range is 0 to 4.


# %% tags=["exercise"]
def scale_and_zero(low, high):
    """Return the scale and the zero point of int8 for values from low to high."""
    # BEGIN SOLUTION
    low, high = min(low, 0), max(high, 0)
    scale = (high - low) / 255
    return scale, round(-128 - low / scale)
    # END SOLUTION


# %% tags=["check"]
course.check("scale_and_zero", scale_and_zero)

# %% [markdown]
# Now take a real tensor (an array of numbers that flows through a network): what the first layer of our network puts
# out for one face.
#
# **Predict.** How large is the largest error that quantizing makes, in steps? And how many of the 256 levels
# are really used?

# %%
from fercourse.edge.integer import dequantize, scale_and_zero_point
from fercourse.edge.integer import quantize as quantized

first_relu = next(layer for layer in network.layers if isinstance(layer, keras.layers.ReLU))
to_first = keras.Model(network.input, first_relu.output)
one = validation.images[:1]
values = np.asarray(to_first(one[..., None].astype(np.float32)))[0]
scale, zero = scale_and_zero_point(float(values.min()), float(values.max()))
levels = quantized(values, scale, zero)
errors = (dequantize(levels, scale, zero) - values) / scale
print(f"{values.size:,} values from {values.min():.2f} to {values.max():.2f}")
print(f"scale {scale:.4f}, zero point {zero}; {len(np.unique(levels))} levels are used")
course.record("largest_error_in_steps", np.abs(errors).max())
plots.histogram(
    {"error": errors[values > 0]},
    title="Quantizing one tensor: errors lie within half a step",
    xlabel="error in steps",
)

# %% [markdown]
# Half a step at most, by construction, and about as often up as down. (Left out are the zeros of ReLU, which are exact.
# The zero point is -128, since nothing lies below zero; and not all levels are used, since large values are rare.)
# The error is small noise, as long as the range is no larger than it need be. **Remember that sentence: section 4
# shows the other side of it.**
#
# How many bits does it take? Let us round all weights of the network to fewer and fewer of them, and see how
# often it still names the same class. There are two ways to do it: one scale for a whole kernel (*per
# tensor*), or one for each filter in it (*per channel*, since a filter makes one channel). Before that, batch
# normalization is *folded* away: in use it multiplies each channel by one number and adds another, and both can be put
# into the weights and the bias of the convolution before it.

# %%
from fercourse.edge import fold

folded = fold(network)  # as in any exported file
kernels = [layer for layer in folded.layers if hasattr(layer, "kernel")]
originals = [layer.get_weights() for layer in kernels]
some = validation.images[:300, ..., None].astype(np.float32)
classes_of_float = of_float[:300].argmax(axis=1)


# %% [markdown]
# Rounding, and a way to put changed kernels into the network for a moment:


# %%
def rounded(kernel, bits, per_channel):
    """Return a kernel rounded to so many bits, symmetric around zero."""
    largest = 2 ** (bits - 1) - 1
    axes = tuple(range(kernel.ndim - 1)) if per_channel else None
    step = np.abs(kernel).max(axis=axes) / largest
    return np.round(kernel / step) * step


def change_kernels(change, *how):
    """Put a changed copy of each of the original kernels in its place."""
    for layer, (kernel, bias) in zip(kernels, originals, strict=True):
        layer.set_weights([change(kernel, *how), bias])


def agreement_with(change, *how):
    """Return how often the network with changed kernels names the float network's class."""
    change_kernels(change, *how)
    said = np.asarray(folded(some))
    change_kernels(np.copy)
    return (said.argmax(axis=1) == classes_of_float).mean()


# %%
bits = [8, 6, 4, 3, 2]
by_way = {
    name: [agreement_with(rounded, count, per_channel) for count in bits]
    for name, per_channel in {"per channel": True, "per tensor": False}.items()
}
course.record("agreement_8_bits_per_channel", by_way["per channel"][0])
course.record("agreement_4_bits_per_channel", by_way["per channel"][2])
course.record("agreement_4_bits_per_tensor", by_way["per tensor"][2])
course.record("agreement_2_bits_per_channel", by_way["per channel"][-1])
plots.curves(
    {name: (bits, shares) for name, shares in by_way.items()},
    title="With four bits, each filter wants its own scale",
    xlabel="bits of a weight",
    ylabel="agreement with float",
)

# %% [markdown]
# With eight bits both ways will do. From there down to four a scale for each filter is worth more and more; with two,
# both lose most of the answers. Why? Look at how large the filters of one layer are.

# %%
ranges = [np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1))) for kernel, _ in originals]
unequal = [largest.max() / largest.min() for largest in ranges]
course.record("most_unequal_filters", max(unequal))
print("largest filter, as a multiple of the smallest one:", np.round(unequal, 1))

# %% [markdown]
# After batch normalization has been folded in, some filters are several times larger than others. One scale for all
# has to fit the largest one, and where they differ most, four bits leave the smallest filters three levels: -1, 0 and
# 1. A scale for each channel costs a few bytes. LiteRT does it that way.

# %%
course.quiz("channels", "c")

# %% [markdown]
# ## 3. A convolution in whole numbers
#
# Now to the heart of it. A convolution adds products, and a bias. What goes in (`x`), the weights (`w`) and what comes
# out (`y`) each have a scale; weights lie on both sides of zero, so theirs need no zero point:
#
# ```text
# x = sx * (qx - zx)        w = sw * qw        bias = sx * sw * qb        y = sy * (qy - zy)
#
# qy = clip(zy + round(M * (sum of (qx - zx) * qw + qb)))           M = sx * sw / sy
# ```
#
# What stands in the inner parentheses is whole numbers only, added up in int32. Of real numbers one factor is left: `M`
# brings the sum into steps of what goes out. `M` is a real number; an INT8 chip has no reals. So it is written as a
# whole number divided by a power of two: `M = m / 2**31 * 2**e`, and to multiply by it is an integer product and a
# shift.
#
# First we let LiteRT's converter make the file.

# %%
from fercourse.edge import read_graph, representative_faces

examples = representative_faces(training, 200, seed=course.seed)
int8_file = to_litert(network, "int8", representative=examples, training_data=course.dataset)
graph = read_graph(int8_file)
print("operations:", ", ".join(operation.name for operation in graph.operations))
print("types of tensors:", sorted({tensor.dtype for tensor in graph.tensors}))
course.record("operations", len(graph.operations))
course.record("float_tensors_left", len(graph.float_tensors))

# %% [markdown]
# No float is left, from the gray levels to the probabilities. (Where did batch normalization and ReLU go? The one
# into the weights, the other into a limit on what goes out. The first QUANTIZE turns gray levels into int8, by taking
# off 128; the last turns the probabilities into uint8, in steps of 1/256.) Let us compute the second convolution
# ourselves. LiteRT has more than one set of *kernels*, which here means routines that compute a layer, not weights.
# We ask the *reference* kernels, `BUILTIN_REF`, to keep what goes into the layer and what comes out.

# %%
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def tensors_of(kind, face):
    """Return a function that gives any tensor of the INT8 file, computed for one face."""
    interpreter = Interpreter(
        model_content=int8_file,
        experimental_op_resolver_type=kind,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    place = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(place, face[None, ..., None])
    interpreter.invoke()
    return interpreter.get_tensor


second = [operation for operation in graph.operations if operation.name == "CONV_2D"][1]
entering, weights, bias = (graph.tensors[place] for place in second.inputs)
leaving = graph.tensors[second.outputs[0]]
tensor = tensors_of(OpResolverType.BUILTIN_REF, validation.images[0])
q_in, q_out = tensor(second.inputs[0])[0], tensor(second.outputs[0])[0]
print("in:", q_in.shape, q_in.dtype, " weights:", weights.values.shape, " out:", q_out.shape)

# %% [markdown]
# By hand, for one output in row 5, column 7 (counted from 0), of the filter that answers most strongly there. The
# layer moves by two pixels and pads at the right and at the bottom only, as TensorFlow's "same" does with an even
# size.

# %%
row, column = 5, 7
filter_ = q_out[row, column].argmax()
zero_in, zero_out = int(entering.zero_points[0]), int(leaving.zero_points[0])
window = q_in[2 * row : 2 * row + 3, 2 * column : 2 * column + 3].astype(int) - zero_in
total = (window * weights.values[filter_].astype(int)).sum() + int(bias.values[filter_])
factor = entering.scales[0] * weights.scales[filter_] / leaving.scales[0]
mantissa, exponent = np.frexp(factor)
m, e = round(mantissa * 2**31), int(exponent)
shift = -e
high = (total * m + 2**30) >> 31  # multiply, and keep the upper part, to nearest ...
level = (high + (1 << shift >> 1)) >> shift  # ... shift, to nearest ...
level = max(level + zero_out, zero_out)  # ... move to the zero point, and ReLU
print(f"filter {filter_}: sum {total}, factor {factor:.6f} = {m} / 2**31 * 2**{e}")
print(f"by hand: {level}, LiteRT: {q_out[row, column, filter_]}")

# %% [markdown]
# `integer.convolve` does the same for all outputs, with the rounding of the reference kernel: first the upper
# half of the doubled product, to nearest, then the shift, halves away from zero (Jacob et al., 2018). **Predict.**
# How many of the outputs will be off by a step?

# %%
from fercourse.edge import integer

by_hand = integer.convolve(
    q_in,
    weights.values,
    bias.values,
    zero_points=(zero_in, zero_out),
    factors=entering.scales[0] * weights.scales / leaving.scales[0],
    stride=2,
    least=zero_out,
)
course.record("outputs_off_by_hand", int((by_hand != q_out).sum()))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # LiteRT warns that a kernel may use a tensor's place again.
    by_default = tensors_of(OpResolverType.BUILTIN, validation.images[0])(second.outputs[0])[0]
print(f"of {q_out.size:,} outputs, all equal to BUILTIN_REF: {np.array_equal(by_hand, q_out)}")
print(f"the default kernels give another level in {(by_default != q_out).sum()}")

# %% [markdown]
# None: whole numbers have no rounding to disagree about, once it is said *how* to round. Which is the catch.
# The kernels that LiteRT uses by default multiply by the factor in another way, and differ now and then by one
# step, here and in the layer before. Both are right. So whoever says "bit-exact" has to name the kernel.

# %%
course.quiz("kernels", "a")

# %% [markdown]
# ## 4. Post-training quantization, and its representative faces
#
# Section 2 said: small noise, as long as the range is no larger than it need be. It must be no smaller, either. The
# weights are known; the ranges of what flows *between* layers are not. The converter runs the network on
# some **representative faces** and notes the least and the largest value of every tensor. You give it these
# faces. What if they are not representative?
#
# **Predict.** Three sets: 200 training faces of all classes; a single face; the same 200 faces, taken in the
# dark (their gray levels divided by eight). Which will hurt, and how much?

# %%
sets = {
    "200 faces": examples,
    "one face": examples[:1],
    "200 dark faces": examples // 8,
}
share, said = {}, {}
for name, shown in sets.items():
    file = to_litert(network, "int8", representative=shown, training_data=course.dataset)
    said[name] = answers(file)
    share[name] = agreement(said[name])
named = pd.Series(said["200 dark faces"].argmax(axis=1)).map(dict(enumerate(faces.classes)))
print("the file of dark faces says:", named.value_counts().to_dict())
in_the_dark = [
    LiteRTClassifier(one).predict_proba(validation.images // 8).argmax(axis=1)
    for one in (file, float_file)  # the last file is that of the dark faces
]
print(f"on dark faces it agrees with float in {(in_the_dark[0] == in_the_dark[1]).mean():.0%}")
changed = answers(int8_file).argmax(axis=1) != of_float.argmax(axis=1)
two = np.sort(of_float, axis=1)[:, -2:]
lead = two[:, 1] - two[:, 0]
print(f"200 faces change {changed.sum()} answers of {len(changed)};")
print(
    f"float's first class led by {np.median(lead[changed]):.2f} there, {np.median(lead):.2f} overall"
)
course.record("agreement_of_int8", share["200 faces"])
course.record("accuracy_of_int8", accuracy(answers(int8_file)))
course.record("agreement_with_one_face", share["one face"])
course.record("agreement_with_dark_faces", share["200 dark faces"])
plots.bars(
    share,
    title="How often INT8 names the class that float names",
    xlabel="agreement with float",
    ylabel="representative set",
)

# %% [markdown]
# A range that is too *small* cuts off, and what is cut off is gone: the dark faces taught every layer that nothing
# bright exists. That file calls nearly every face the same, and agrees where float happens to say so, too; on *dark*
# faces it mostly names what float names (see the printed share). The ranges fit what was shown. With a single face it
# is a matter of luck, of how much of what will come it happens to have in it. Too *large* a range only makes steps
# coarser. Faces of all kinds that will come, then, and from the training split: what is measured on them is part of
# the model.
#
# And 200 good faces still change a few answers in a hundred. Compare the two leads that are printed: mostly these are
# close calls, where float's first two classes lay near each other. The accuracy hardly moves.

# %%
course.quiz("representative", "d")

# %% [markdown]
# ## 5. Latency, measured properly
#
# "It takes 0.1 ms" is not a measurement. On which processor, with how many threads, the first face or the
# thousandth, the mean or the worst? Here is what a minute of care shows.


# %%
def seconds(function):
    """Return how long a call takes."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


start = seconds(lambda: LiteRTClassifier(int8_file, threads=1).predict_proba(one))
fresh = LiteRTClassifier(int8_file, threads=1)
runs = np.array([seconds(lambda: fresh.predict_proba(one)) for _ in range(1000)]) * 1000
print(f"loading the file and the first face: {start * 1000:.3f} ms")
print(f"a face after a warm-up of 50: median {np.median(runs[50:]):.3f} ms,")
print(
    f"95 % within {np.percentile(runs[50:], 95):.3f}, 99 % within {np.percentile(runs[50:], 99):.3f}"
)
by_keras = [seconds(lambda: network(one[..., None].astype(np.float32))) for _ in range(30)][10:]
print(f"the same face through Keras: median {np.median(by_keras) * 1000:.1f} ms")

# %% [markdown]
# Keras needs many times longer for one face. Called like this it starts each operation from Python, and that costs more
# than the arithmetic. The median is what a face usually takes; the slowest one in a
# hundred is what a user notices. Give both, and the threads.
#
# **Exercise 3.** Somebody measured like this. At which of the lettered lines does it go wrong? Put their letters into a
# set, such as `{"a", "b"}`.
#
# ```text
# a   classifier = LiteRTClassifier(content, threads=1)
# b   # that is all before the clock starts
#     begin = time.perf_counter()
# c   for face in faces[:3]:
# d       classifier.predict_proba(face[None])
#     took = (time.perf_counter() - begin) / 3
# e   print("takes", took * 1000, "ms")
# ```

# %% tags=["exercise"]
# BEGIN SOLUTION
mistakes = {"b", "c", "e"}
# END SOLUTION

# %% tags=["check"]
course.check("mistakes", mistakes)

# %% [markdown]
# ### Is INT8 faster? Is a narrower network?
#
# It depends, on the processor and on the layers. Newer processors have an instruction that
# multiplies four pairs of int8 where one float32 would be (VNNI on Intel and AMD, dot products on ARM); older ones
# have to widen every int8 first, and then float32 can win. The file is smaller in any case.
#
# mini-Xception is the other surprise. It is made of *separable* convolutions, which take few multiplications.
#
# **Predict.** Is INT8 faster or slower on *your* processor, for our network and for mini-Xception? And if the four
# modules of mini-Xception, all but its first two convolutions, are made narrower, to 0.7 of their filters, its
# multiply-adds fall by a third. By how much does its time fall?


# %%
def times(runner, calls):
    """Return the milliseconds that each of some calls takes, for one face."""
    return [1000 * seconds(lambda: runner.predict_proba(one)) for _ in range(calls)]


def usual_milliseconds(files):
    """Return the median of each file, by turns: ten rounds of 10 calls to warm up and 20 that count."""
    runners = {name: LiteRTClassifier(file, threads=1) for name, file in files.items()}
    rounds = [{name: times(runner, 30)[10:] for name, runner in runners.items()} for _ in range(10)]
    return pd.Series({name: np.median([turn[name] for turn in rounds]) for name in files})


wide = models.build("mini_xception", 7, seed=course.seed)
narrow = models.build("mini_xception", 7, seed=course.seed, filters=(11, 22, 45, 90))
relu = [layer for layer in wide.layers if isinstance(layer, keras.layers.ReLU)][1]
ending = keras.layers.GlobalAveragePooling2D()(relu.output)
entry = keras.Model(wide.input, keras.layers.Dense(7, activation="softmax")(ending))
others = {
    "mini-Xception, float32": (wide, "float32"),
    "mini-Xception, int8": (wide, "int8"),
    "the same, narrower": (narrow, "int8"),
    "its first two convolutions": (entry, "int8"),
}
timed = {"ours, float32": float_file, "ours, int8": int8_file}
for name, (other, form) in others.items():
    timed[name] = to_litert(other, form, representative=examples[:10], training_data="nothing")
networks = [network, network, *(other for other, _ in others.values())]
million = np.array([multiply_adds(one) for one in networks]) / 1e6
speeds = pd.DataFrame({"million multiply-adds": million, "milliseconds": usual_milliseconds(timed)})
speeds["ns per multiply-add"] = speeds["milliseconds"] / speeds["million multiply-adds"]
course.record("work_of_narrow_mini_xception", million[4] / million[3])
speeds.round(3)

# %% [markdown]
# First the upper two rows: they say which arithmetic *your* processor prefers for our network. Then the two of
# mini-Xception: INT8 need not win there, even where it wins above. Then wide against narrower: much less work, and
# not much less time. The last row has a part of the answer: the first two convolutions were not narrowed, see the
# largest pictures, and take a good part of the time. The rest are separable convolutions, whose depthwise halves
# multiply each value only nine times before they put it back, so the time goes into fetching and storing as well.
# Multiply-adds are a promise; only a clock knows. (A network that is made for INT8, `edge_net`, therefore has plain
# 3x3 convolutions, and halves the picture early.)

# %%
course.quiz("narrow", "b")

# %% [markdown]
# ## 6. Training for INT8
#
# Post-training quantization changes the network after it has learned. Why not let it learn *with* the
# rounding? **Quantization-aware training** (Jacob et al., 2018) puts a *fake quantization* behind every tensor:
# it rounds to the 256 levels and goes on in floating point.
#
# There is one difficulty. Rounding is a staircase: its slope is zero everywhere, and nothing can be learned
# through it. The trick (Bengio, Léonard and Courville, 2013) is to round on the way forward, and to pretend on
# the way back that nothing had happened: the *straight-through estimator*.

# %%
from keras import ops


def fake_quantize(x, step):
    """Round to steps on the way forth, let the gradient through on the way back."""
    rounded = ops.round(x / step) * step
    return x + ops.stop_gradient(rounded - x)


x = tensorflow.Variable([0.12, 0.26, 0.9])
with tensorflow.GradientTape() as tape:
    steps = fake_quantize(x, 0.25)
print("rounded:", steps.numpy(), " gradient:", tape.gradient(steps, x).numpy())

# %% [markdown]
# `quantization_aware` builds such a network from any one: a rounding behind every tensor, with the scales that LiteRT
# will use, and rounded weights. Its ranges follow what is seen in training, so the training faces do what the
# representative ones did. What lies outside a range is cut off, and has no gradient. The file that is made of such a
# network rounds as it did in training, or very nearly. We build one in section 8, where a network has to learn
# something anyway.

# %%
course.quiz("straight", "a")

# %% [markdown]
# ## 7. Pruning
#
# ### Single weights
#
# Many weights are nearly zero. What if they were? **Magnitude pruning** sets the smallest ones of each kernel
# to zero.
#
# **Predict.** What share of the weights can go before the network notices? And with 80 % zeros, how much
# smaller is the file, and how much faster?


# %%
def without_smallest(kernel, share):
    """Return a kernel with a share of its weights, the smallest ones, set to zero."""
    limit = np.quantile(np.abs(kernel), share)
    return np.where(np.abs(kernel) < limit, 0, kernel)


zeros = [0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8]
kept_up = [agreement_with(without_smallest, share) for share in zeros]
course.record("agreement_with_5_percent_zeros", kept_up[1])
course.record("agreement_with_20_percent_zeros", kept_up[3])
course.record("agreement_with_80_percent_zeros", kept_up[6])
plots.curves(
    {"without training": (zeros, kept_up)},
    title="Even small weights are missed when nothing may make up for them",
    xlabel="share of weights set to zero, without training",
    ylabel="agreement with float",
)

# %%
change_kernels(without_smallest, 0.8)
sparse_file = to_litert(folded, training_data=course.dataset)
change_kernels(np.copy)
course.record("size_with_zeros", len(sparse_file) / len(float_file))
course.record(
    "zipped_size_with_zeros", len(zlib.compress(sparse_file, 9)) / len(zlib.compress(float_file, 9))
)
both = {"all weights": float_file, "80 % zeros": sparse_file}
pd.DataFrame(
    {
        "kB": pd.Series(both).map(len) / 1000,
        "milliseconds": usual_milliseconds(both),
    }
).round(3)

# %% [markdown]
# Did you guess half? Here the smallest fifth of the weights, almost zero as they are, takes an answer in ten with it,
# and with 80 % zeros some seven in ten are gone. Networks of many millions of weights have more to spare; and nothing
# was allowed to make up for the loss. So one prunes *while* training goes on, a few more weights at each step (Zhu
# and Gupta, 2017; `prune_weights` does it).
#
# But look at the file first. With 80 % zeros it has as many bytes as before and takes as long: a zero is stored in
# four bytes and multiplied like any number. (The same file may take twice as long a minute later, when the machine
# has other things to do; so compare only what was measured by turns, in one table.) Only a *zip* of it is smaller,
# which helps where models are sent over the air. Special kernels can skip zeros; they need many of them to win, and
# exist for few kinds of layers.
#
# ### Whole filters
#
# Take out whole filters instead, and the network is really smaller: fewer outputs here, fewer inputs in the
# next layer. Which ones? Those whose weights have the smallest sum of absolute values (Li, Kadav et al., 2017).
#
# **Exercise 4.** Before you see it, predict. Two convolutions follow each other, both with the same number of
# filters, and *half of the filters are taken out of each*. What share of the second convolution's
# multiply-adds is left?

# %% tags=["exercise"]
# BEGIN SOLUTION
share_left = 0.25
# END SOLUTION

# %% tags=["check"]
course.check("share_left", share_left)

# %% [markdown]
# Not every layer is worth the same. `prune_filters` takes filters out of the layers you name. Let us take half of
# them out of one convolution at a time, and see what each would save and what it would cost, before any training.
#
# **Predict.** Where do the bytes sit, in the first convolutions or in the last? And the multiplications?

# %%
from fercourse.edge import prunable, prune_filters

rows = {}
for name in prunable(folded):
    halved = prune_filters(folded, {name: 0.5})
    said = np.asarray(halved(some))
    rows[name] = {
        "weights left": halved.count_params() / folded.count_params(),
        "multiply-adds left": multiply_adds(halved) / work,
        "agreement": (said.argmax(axis=1) == classes_of_float).mean(),
    }
halves = pd.DataFrame(rows).T
halves.round(2)

# %% [markdown]
# Bytes and multiplications sit in different places: a late convolution has many filters and a small picture, an
# earlier one has few, and is used at many more pixels. So a budget of bytes and a budget of milliseconds are met
# by pruning *different* layers. And in each of them a lot is lost at first: taking filters out is surgery, and
# the patient has to learn again afterwards.
#
# Our customer counts bytes, as you will see at the end: about one for each weight in INT8, and some kilobytes for
# everything else; 150 kB are allowed. So we take half of the filters out where the network misses them least, and look
# elsewhere only if that is not enough.

# %%
shares = {}
for name in halves["agreement"].sort_values(ascending=False).index:
    shares[name] = 0.5
    small = prune_filters(folded, shares)
    if small.count_params() < 136_000:  # 150 kB, less some 14 kB for everything else
        break
print("half of the filters go from:", ", ".join(shares))
course.record("weights_left", small.count_params() / folded.count_params())
course.record("work_left", multiply_adds(small) / work)
course.record("accuracy_before_learning_again", accuracy(answers(to_litert(small))))

# %%
course.quiz("pruning", "c")

# %% [markdown]
# **Half of the work is not half of the time.** Two ways to leave a little less than half of `four_block`'s
# multiply-adds, timed beside the whole network, one thread each (`fercourse benchmark edge --only four_block-speed`):
#
# | filters in its four convolutions | multiply-adds | float: times as fast | INT8: times as fast |
# |---|---|---|---|
# | 128, 256, 512, 512 | 100 % | 1 | 1 |
# | 88, 176, 352, 352 | 48 % | 1.98 | 1.43 |
# | 64, 192, 384, 384 | 45 % | 2.14 | 1.86 |
#
# (Measured on an x86 server; for speed, networks need not be trained.) Why is the second
# way so much faster in INT8? It seems that the kernel there computes 64 filters at once, so that 88 take about as long
# as 128; the second way keeps multiples of 64. So does `filters_for`, which prunes to a budget of multiply-adds. On
# another processor the groups are others: the clock of the device decides, not the count of multiplications.
#
# And the accuracy? A `four_block` that had learned FER2013 for 25 epochs lost 1.7 points of PublicTest (95 % interval
# 0.6 to 2.8) when its filters were taken out in the second way. After five epochs of learning from what it was, as in
# section 8, 0.4 points were missing (-0.5 to 1.3, 58.8 against 59.2 %): no loss that these 3,589 faces can tell from
# none (`fercourse benchmark edge --only four_block-pruned`).

# %% [markdown]
# ## 8. Distillation
#
# How shall the small network learn again? From the labels, as always; or from what the large network *says*.
# "Happy" is one word. "Happy 0.8, surprise 0.15, and surely not sad" is a lesson. To make more of it, the
# probabilities are flattened by a **temperature** (Hinton, Vinyals and Dean, 2015): divide the logits by T before
# the softmax.
#
# Learning from labels, the loss of a face is `-log p[label]`. Learning from a teacher, it is `-sum(q * log p)`, where
# q is the teacher's probability of each class and p the student's, both at temperature T. (It is multiplied by T
# squared, so that its gradients keep their size.)
#
# **Exercise 5.** Write `softened(logits, temperature)`, for logits (N, C): the softmax of `logits / T`, row by
# row. Take the largest logit of each row off first, so that large ones do not overflow.


# %% tags=["exercise"]
def softened(logits, temperature):
    """Return the softmax at a temperature: each row sums to one."""
    # BEGIN SOLUTION
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    # END SOLUTION


# %% tags=["check"]
course.check("softened", softened)

# %% [markdown]
# One face of the validation split, at three temperatures:

# %%
scores = np.asarray(models.logits(network)(one[..., None].astype(np.float32)))[0]


def at_temperature(temperature):
    """Return the softmax of the scores at a temperature."""
    powers = np.exp((scores - scores.max()) / temperature)
    return powers / powers.sum()


plots.heat_map(
    pd.DataFrame(
        {f"T = {value}": at_temperature(value) for value in (1, 2, 4)}, index=list(faces.classes)
    ).T,
    title="The higher the temperature, the flatter the probabilities",
    xlabel="class",
    ylabel="temperature",
    scale="probability",
)

# %% [markdown]
# A teacher that is sure needs a T above 1, or the other classes hardly count. Ours is unsure as it is, so we take T =
# 1.
#
# Now two students: two copies of the small network, made ready for INT8, so that one training does everything at once.
# One learns from the labels, the other from what the large network says of the same faces, for as long.
#
# **Predict.** Who does better, and by how much?

# %%
from fercourse.edge import distil, quantization_aware

files, in_training = {}, {}
for name, soft_share in {"by labels": 0.0, "by teacher": 1.0}.items():
    student = quantization_aware(small)
    distil(
        network,
        student,
        training,
        epochs=course.profile.epochs,
        temperature=1.0,
        soft_share=soft_share,
        seed=course.seed,
    )
    files[name] = to_litert(student, "int8", training_data=course.dataset)
    in_training[name] = np.asarray(student(some))
said = {name: answers(file) for name, file in files.items()}
course.record("student_of_labels", accuracy(said["by labels"]))
course.record("student_of_teacher", accuracy(said["by teacher"]))
course.record("student_of_labels_agrees", agreement(said["by labels"]))
course.record("student_of_teacher_agrees", agreement(said["by teacher"]))
print(f"each {len(files['by teacher']) / 1000:.0f} kB")

# %% [markdown]
# The teacher's student agrees with its teacher more often, mistakes included. Which of the two is right more often is
# a matter of a point or two, which another seed may turn round. A label of these faces is one quick opinion (notebook
# 01); the teacher says how sure it is. (In practice one mixes both: `soft_share`.) And a teacher needs no labels, only
# faces of the kind that will come.
#
# Nor need a teacher know more than its student. The `edge_net` of photographs that ships learned from three that err
# on different faces: mini-Xception, its own first training and the handcrafted pipeline, with 65.8 to 66.0 % of
# FER2013's PublicTest each. It has 66.8 %, and had 66.0 % from labels and votes alone. With one seed of each, that may
# still be chance (p = 0.14, `docs/results.md`).
#
# We take along the student that did better on the validation split. Half of the filters of one layer or more are gone
# (which ones was printed above), and every weight has eight bits: compare it with `float_accuracy`, recorded at the
# beginning.
#
# Does the file do what the network did in training, as section 6 promised?

# %%
better = max(files, key=lambda name: accuracy(said[name]))
difference = np.abs(said[better][:300] - in_training[better])
course.record("better_student", accuracy(said[better]))
course.record("file_against_training", difference.mean())

# %% [markdown]
# On average, less than a step of the softmax, which has 256 of them. So the file is the network that was trained, and
# hardly any loss comes afterwards. What it *gained* by learning with the rounding we have not measured: for that, one
# would train the same student without, and quantize it then.

# %%
course.quiz("temperature", "b")

# %% [markdown]
# ## 9. The Pareto front
#
# You now have a handful of networks. Which is best? That is the wrong question: best at what? One network **beats**
# another if it is at least as good and cheaper, or costs no more and is better. (Of two that are equal neither beats
# the other.) Those that nobody beats form the **Pareto front**. The others need not be discussed.
#
# **Exercise 6.** Write `front(costs, worths)`: for each network whether nobody beats it, as an array of bools.
# Costs should be small, worths large.


# %% tags=["exercise"]
def front(costs, worths):
    """Return for each network whether it is on the Pareto front."""
    # BEGIN SOLUTION
    cheaper = (costs[:, None] < costs) & (worths[:, None] >= worths)
    better = (costs[:, None] <= costs) & (worths[:, None] > worths)
    return ~(cheaper | better).any(axis=0)
    # END SOLUTION


# %% tags=["check"]
course.check("front", front)

# %% [markdown]
# `bench` measures files, each in a process of its own: worth on one side (accuracy with its interval,
# calibration, agreement with the first file, McNemar's p) and cost on the other (size, latency, memory, start).
# This is the one time that the test split is opened. (`p50_ms` and `p99_ms` are the median and the 99th percentile of
# one face on one thread; where the latter is far above the former, the machine had other things to do. `model_mb` is
# the memory that the file and its interpreter take.)

# %%
from fercourse.edge import bench

folder = Path(tempfile.mkdtemp())
contents = {
    "float32": float_file,
    "float16": to_litert(network, "float16", training_data=course.dataset),
    "int8": int8_file,
    f"small int8, {better}": files[better],
}
paths = []
for name, content in contents.items():
    paths.append(folder / f"{name}.tflite")
    paths[-1].write_bytes(content)
test = whole.split("test").sample(course.profile.faces, seed=course.seed)
measured = bench(paths, test).rename(lambda name: name.removesuffix(".tflite"))
course.record("int8_size", measured.loc["int8", "kb"] / measured.loc["float32", "kb"])
course.record("test_accuracy_float", measured.loc["float32", "accuracy"])
course.record("test_accuracy_int8", measured.loc["int8", "accuracy"])
course.record("test_agreement_int8", measured.loc["int8", "agreement"])
course.record("test_accuracy_student", measured.iloc[3]["accuracy"])
measured[
    ["kb", "accuracy", "low", "high", "agreement", "mcnemar_p", "p50_ms", "p99_ms", "model_mb"]
].round(3)

# %%
plots.pareto(
    measured,
    cost="kb",
    xlabel="size of the file in kB, logarithmic",
    title="Size against accuracy, on the test split, with 95 % intervals",
)

# %% [markdown]
# Read the vertical bars first: the intervals of the accuracies. McNemar's test (notebook 02) asks the sharper
# question, on the faces of which only one of two files is right: below 0.05, these faces tell the file apart from
# float, even where the bars overlap; above, they do not. (What a file loses here and what it lost on the validation
# split may differ by a point or two by chance alone.) That no difference was found does not say that there is none. So
# ask how large it may be: `compare` (notebook 02) gives the interval of the difference, float less student.

# %%
from fercourse.evaluation import compare

duel = compare(paths[0], paths[3], test, names=("float32", "student"))
print("accuracy, float32 less student:", duel.differences["accuracy"])

# %% [markdown]
# And ask what loss would matter. Where that interval leaves no room for such a loss, take the cheaper file, even if a
# single face puts the dearer one on the front.

# %%
course.quiz("front", "d")

# %% [markdown]
# ### Where do two files part?
#
# `verify` compares two classifiers face by face, and two `.tflite` files layer by layer. Between float32 and
# INT8 the difference (root mean square, as a share of that of the values, on a few faces) should grow slowly from layer
# to layer; in the last ones it may fall again. Where it jumps, look at that layer's range.

# %%
from fercourse.edge import verify

parity = verify(paths[0], paths[2], validation.images[:300])
course.record("largest_layer_difference", parity.layers["difference"].max())
print(f"{parity.agreement:.1%} agree; largest difference in probability {parity.largest:.3f}")
parity.layers.round(4)

# %% [markdown]
# ## 10. To a budget
#
# **Exercise 7.** Your customer says: *at most 150 kB, at most 1 ms for a face on one thread, and at most three
# points of accuracy lost* against the float network, on the validation split. Build it: put the content of a
# `.tflite` file into `within_budget`. It may be one that you have, or a better one. The
# check measures all three.

# %% tags=["exercise"]
# BEGIN SOLUTION
within_budget = files[better]
# END SOLUTION

# %% tags=["check"]
course.check("within_budget", within_budget, validation, float_accuracy)

# %% [markdown]
# ### And onto the machine
#
# `bundle` writes a folder with the model, a script and the few modules of `fercourse` that it uses: no Keras, no
# TensorFlow, and `fercourse` need not be installed. Copy it to a Raspberry Pi, `pip install -r requirements.txt`, and
# `python run.py` measures there what `bench` measured of the *costs*. For NVIDIA's machines there is ONNX: `to_onnx`
# writes the file, ONNX Runtime runs it, on TensorRT where that is installed. We take the student's INT8 file along.

# %%
from fercourse.edge import bundle

place = bundle(paths[3], Path(tempfile.mkdtemp()) / "for_the_pi")
print(place)
sizes = {
    str(path.relative_to(place)): path.stat().st_size for path in place.rglob("*") if path.is_file()
}
print("\n".join(f"{size / 1000:7.1f} kB  {name}" for name, size in sorted(sizes.items())))

# %% [markdown]
# ## What to take away
#
# - Bits cost three times: to store, to fetch, to multiply. INT8 takes a quarter of the bytes.
# - Quantization is a scale and a zero point. Errors are at most half a step, and a step is the range over 255. What
#   lies outside the range is cut off: so the range is what matters, and the representative faces make it.
# - Integer arithmetic is exact, once the rounding is named. Name the kernel.
# - Multiply-adds are a promise, a clock is a fact. Warm up, fix the threads, give percentiles.
# - Zeros make a file neither smaller nor faster. Filters that are gone make it smaller; whether faster, a clock says.
# - Compare on the same faces, and choose from the front, not from a ranking.
#
# **What to read.** Jacob et al. (2018) on integer arithmetic and training for it; Horowitz (2014) on the price
# of a number; Hinton, Vinyals and Dean (2015) on distillation; Zhu and Gupta (2017) and Li, Kadav et al. (2017) on
# pruning; Krishnamoorthi (2018), a guide to quantizing networks.
#
# Words to look up in `docs/glossary.md`: *quantization*, *zero point*, *representative set*, *latency*,
# *distillation*, *Pareto front*.
#
# **An open project.** Take the best network of notebook 03, give it a budget of 60 kB, and see how far you get
# with everything above in any order. Does it matter whether you distil first and quantize then, or the other
# way round? Write down beforehand what you expect, choose on validation, and open the test split once.
#
# **Next**, in notebook 07, the INT8 file meets your webcam.
