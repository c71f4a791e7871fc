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
# A network that lives in a notebook is of no use to a camera in a shop for spectacles, or to a robot with a
# battery. There a face has to become a label within a millisecond, on a processor that costs ten euros. This
# notebook takes a trained network and makes it smaller, in five ways: fewer bits, better bits, fewer weights,
# fewer filters, a smaller pupil. After each step you measure what it cost and what it brought.
#
# **Afterwards you can**
#
# - say what a number costs in bits, bytes and joules;
# - quantize a tensor by hand, and compute a convolution in whole numbers, equal to LiteRT's to the last bit;
# - convert a network to full INT8, and choose the faces on which its ranges are measured;
# - measure latency so that somebody else will find the same;
# - train for INT8, prune weights and filters, and distil a network into a smaller one;
# - read a Pareto front, and build a network to a budget.
#
# **You need** notebook 03 (networks and how they are trained).
#
# As before: where it says **Predict**, write your guess down before you run the cell.

# %%
import tempfile
import time
import zlib
from pathlib import Path

import keras
import numpy as np
import pandas as pd

import fercourse
from fercourse import models, plots
from fercourse.training import Config, fit

course = fercourse.setup("06")

# %% [markdown]
# The patient of this notebook is `tiny`: three convolutions and a dense layer. It trains in seconds, and it
# shows everything that a large network would. We learn from the training split and choose on the validation
# split; the test split stays closed until the last table.

# %%
faces = course.load()
training, validation, test = (faces.split(name) for name in ("train", "validation", "test"))
settings = Config(
    epochs=course.profile.epochs,
    batch_size=32,
    learning_rate=3e-3,
    augmentation=None,
    seed=course.seed,
    deterministic=True,
)
network = fit("tiny", training, validation, settings, progress=False).model


def answers(some_network, some_faces=validation):
    """Return the probabilities that a Keras network gives."""
    images = some_faces.images[..., None].astype(np.float32)
    parts = [some_network(images[k : k + 500], training=False) for k in range(0, len(images), 500)]
    return np.concatenate([np.asarray(part) for part in parts])


of_float = answers(network)
float_accuracy = (of_float.argmax(axis=1) == validation.labels).mean()
course.record("float_accuracy", float_accuracy)

# %% [markdown]
# ## 1. What a number costs
#
# A weight of a network is usually a float32: four bytes. That costs three times over. It has to be *stored*,
# it has to be *fetched* whenever it is used, and it has to be *multiplied*. The price in energy was measured
# by Horowitz (2014), for chips of 45 nm; newer ones are cheaper all over, but the proportions stay.

# %%
picojoules = pd.Series(
    {
        "add, int8": 0.03,
        "add, int32": 0.1,
        "add, float32": 0.9,
        "multiply, int8": 0.2,
        "multiply, float32": 3.7,
        "fetch 4 bytes, cache": 5.0,
        "fetch 4 bytes, memory": 640.0,
    }
)
plots.bars(
    np.log10(picojoules * 1000),
    title="What one operation costs: each unit is a factor of ten (Horowitz, 2014)",
    xlabel="log10 of femtojoules",
    ylabel="operation",
)

# %% [markdown]
# **Predict.** One face takes how many multiplications with an addition in our network: ten thousand, a
# million, a hundred million? And by what factor does the arithmetic get cheaper with int8 products and int32
# sums?

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
print(
    f"fetching the weights from memory, once: {parameters * 640 / 1e6:.1f} microjoules in float32"
)

# %% [markdown]
# Fifteen times less for the arithmetic; and fetching the weights, if they do not fit into the cache, costs
# more than multiplying them. Smaller is not only about disks.

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
# Now take a real tensor: what the first layer of our network puts out for one face.
#
# **Predict.** How large is the largest error that quantizing makes, in steps? And how many of the 256 levels
# are really used?

# %%
from fercourse.edge.integer import dequantize, scale_and_zero_point
from fercourse.edge.integer import quantize as quantized

first_relu = next(layer for layer in network.layers if isinstance(layer, keras.layers.ReLU))
to_first = keras.Model(network.inputs, first_relu.output)
values = answers(to_first, validation[:1])[0]
scale, zero = scale_and_zero_point(float(values.min()), float(values.max()))
levels = quantized(values, scale, zero)
errors = (dequantize(levels, scale, zero) - values) / scale
print(f"{values.size:,} values from {values.min():.2f} to {values.max():.2f}")
print(f"scale {scale:.4f}, zero point {zero}; {len(np.unique(levels))} levels are used")
course.record("largest_error_in_steps", np.abs(errors).max())
plots.histogram(
    {"error": errors},
    title="Quantizing one tensor: errors lie within half a step",
    xlabel="error in steps",
)

# %% [markdown]
# Half a step at most, by construction, and about as often up as down. (The peak at zero are the zeros of ReLU,
# which are exact.) The error is small noise, as long as the range is no larger than it need be. **Remember
# that sentence; section 4 breaks it.**
#
# How many bits does it take? Let us round all weights of the network to fewer and fewer of them, and see how
# often it still names the same class. There are two ways to do it: one scale for a whole kernel (*per
# tensor*), or one for each filter in it (*per channel*).

# %%
from fercourse.edge import fold

folded = fold(network)  # batch normalization becomes part of the weights, as in any exported file
kernels = [layer for layer in folded.layers if hasattr(layer, "kernel")]
originals = [layer.get_weights() for layer in kernels]


def rounded(kernel, bits, per_channel):
    """Return a kernel rounded to so many bits, symmetric around zero."""
    largest = 2 ** (bits - 1) - 1
    axes = tuple(range(kernel.ndim - 1)) if per_channel else None
    step = np.abs(kernel).max(axis=axes) / largest
    return np.round(kernel / step) * step


def agreement_with(bits, per_channel):
    """Return how often the network with rounded weights names the float network's class."""
    for layer, (kernel, bias) in zip(kernels, originals, strict=True):
        layer.set_weights([rounded(kernel, bits, per_channel), bias])
    said = answers(folded)
    return (said.argmax(axis=1) == of_float.argmax(axis=1)).mean()


bits = [8, 6, 5, 4, 3, 2]
by_way = {
    "per channel": [agreement_with(count, True) for count in bits],
    "per tensor": [agreement_with(count, False) for count in bits],
}
for layer, weights in zip(kernels, originals, strict=True):
    layer.set_weights(weights)
course.record("agreement_8_bits_per_channel", by_way["per channel"][0])
course.record("agreement_4_bits_per_channel", by_way["per channel"][3])
course.record("agreement_4_bits_per_tensor", by_way["per tensor"][3])
course.record("agreement_2_bits_per_channel", by_way["per channel"][-1])
plots.curves(
    {name: (bits, shares) for name, shares in by_way.items()},
    title="Eight bits are plenty for weights; with few, each filter wants its own scale",
    xlabel="bits of a weight",
    ylabel="agreement with float",
)

# %% [markdown]
# After batch normalization has been folded in, some filters are many times larger than others. One scale for
# all has to fit the largest one, and the small ones are left with a handful of levels. A scale for each
# channel costs a few bytes. LiteRT does it that way.

# %%
course.quiz("channels", "c")

# %% [markdown]
# ## 3. A convolution in whole numbers
#
# Now to the heart of it. A convolution adds products. With `x = sx * (qx - zx)` and `w = sw * qw`:
#
# ```text
# sum of x * w  =  sx * sw * sum of (qx - zx) * qw
# ```
#
# The sum on the right is whole numbers only, int8 times int8, added up in int32. All that is left is one
# factor: `M = sx * sw / sy` brings the sum into steps of what goes out. `M` is a real number; an INT8 chip
# has no reals. So it is written as a whole number divided by a power of two: `M = m / 2**31 * 2**e`, and to
# multiply by it is an integer product and a shift.
#
# First we let LiteRT's converter make the file.

# %%
from fercourse.edge import read_graph, representative_faces, to_litert

examples = representative_faces(training, 200, seed=course.seed)
int8_file = to_litert(network, "int8", representative=examples, training_data=course.dataset)
graph = read_graph(int8_file)
print("operations:", ", ".join(operation.name for operation in graph.operations))
print("types of tensors:", sorted({tensor.dtype for tensor in graph.tensors}))
course.record("operations", len(graph.operations))
course.record("float_tensors_left", len(graph.float_tensors))

# %% [markdown]
# No float is left, from the gray levels to the probabilities. (Where did batch normalization and ReLU go? The
# one into the weights, the other into a limit on what goes out.) The second convolution takes 16 channels; let
# us compute it ourselves. LiteRT has more than one set of kernels; we ask the *reference* kernels,
# `BUILTIN_REF`, to keep what goes into the layer and what comes out.

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
# By hand, for the one output in row 5, column 7, filter 3. The layer moves by two pixels and pads at the
# right and at the bottom only, as TensorFlow's "same" does with an even size.

# %%
row, column, filter_ = 5, 7, 3
zero_in, zero_out = int(entering.zero_points[0]), int(leaving.zero_points[0])
window = q_in[2 * row : 2 * row + 3, 2 * column : 2 * column + 3].astype(int) - zero_in
total = (window * weights.values[filter_].astype(int)).sum() + int(bias.values[filter_])
factor = entering.scales[0] * weights.scales[filter_] / leaving.scales[0]
mantissa, exponent = np.frexp(factor)
m, e = round(mantissa * 2**31), int(exponent)
level = ((total * m + 2**30) >> 31) / 2**-e  # multiply and shift ...
level = max(round(level) + zero_out, zero_out)  # ... move to the zero point, and ReLU
print(f"sum {total}, factor {factor:.6f} = {m} / 2**31 * 2**{e}")
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
default = tensors_of(OpResolverType.AUTO, validation.images[0])
print(f"of {q_out.size:,} outputs, all equal to BUILTIN_REF: {np.array_equal(by_hand, q_out)}")

# %% [markdown]
# None: whole numbers have no rounding to disagree about, once it is said *how* to round. Which is the catch.
# The kernels that LiteRT uses by default (XNNPACK, on most processors) multiply by the factor in floating
# point, and differ now and then by one step. Both are right. So whoever says "bit-exact" has to name the
# kernel.

# %%
course.quiz("kernels", "a")

# %% [markdown]
# ## 4. Post-training quantization, and its representative faces
#
# The weights are known; the ranges of what flows *between* layers are not. The converter runs the network on
# some **representative faces** and notes the least and the largest value of every tensor. You give it these
# faces. What if they are not representative?
#
# **Predict.** Three sets: 200 training faces of all classes; a single face; the same 200 faces, taken in the
# dark (an eighth of the light). Which will hurt, and how much?

# %%
from fercourse.classifier.litert import LiteRTClassifier

sets = {
    "200 faces": examples,
    "one face": examples[:1],
    "200 dark faces": examples // 8,
}
share = {}
for name, some in sets.items():
    file = to_litert(network, "int8", representative=some, training_data=course.dataset)
    said = LiteRTClassifier(file).predict_proba(validation.images)
    share[name] = (said.argmax(axis=1) == of_float.argmax(axis=1)).mean()
course.record("agreement_of_int8", share["200 faces"])
course.record("agreement_with_one_face", share["one face"])
course.record("agreement_with_dark_faces", share["200 dark faces"])
plots.bars(
    share,
    title="How often INT8 names the class that float names",
    xlabel="agreement",
    ylabel="representative faces",
)

# %% [markdown]
# A range that is too *small* cuts off, and what is cut off is gone: the dark faces taught every layer that
# nothing bright exists. A single ordinary face does surprisingly well, for it has black and white in it. Too
# *large* a range only makes steps coarser. Faces of all kinds that will come, then, and from the training
# split: what is measured on them is part of the model.

# %%
course.quiz("representative", "d")

# %% [markdown]
# ## 5. Latency, measured properly
#
# "It takes 0.1 ms" is not a measurement. On which processor, with how many threads, the first face or the
# thousandth, the mean or the worst? Here is what a minute of care shows.

# %%
classifier = LiteRTClassifier(int8_file, threads=1)
fresh = LiteRTClassifier(int8_file, threads=1)


def seconds(function):
    """Return how long a call takes."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


one = validation.images[:1]
runs = np.array([seconds(lambda: fresh.predict_proba(one)) for _ in range(1000)]) * 1000
print(f"first call {runs[0]:.3f} ms; after a warm-up of 50: median {np.median(runs[50:]):.3f} ms,")
print(
    f"95 % within {np.percentile(runs[50:], 95):.3f}, 99 % within {np.percentile(runs[50:], 99):.3f}"
)
by_keras = min(seconds(lambda: network(one[..., None].astype(np.float32))) for _ in range(5)) * 1000
print(f"the same face through Keras: {by_keras:.1f} ms")

# %% [markdown]
# Keras needs a hundred times longer for one face: it is made to train on many. The median is what a face
# usually takes; the 99 % are what a user notices. Give both, and the threads.
#
# **Exercise 3.** Somebody measured like this. Which lines are mistakes? Put their letters into a set, such as
# `{"a", "b"}`.
#
# ```text
# a   classifier = load_classifier("int8.tflite")
#     begin = time.perf_counter()
#     for face in faces[:3]:
# b       classifier.predict_proba(face[None])         # no call before the clock starts
# c   took = (time.perf_counter() - begin) / 3         # three calls
# d   assert faces.dtype == np.uint8                    # faces are given as they are
# e   print("takes", took * 1000, "ms")                 # no word on machine or threads
# ```

# %% tags=["exercise"]
# BEGIN SOLUTION
mistakes = {"b", "c", "e"}
# END SOLUTION

# %% tags=["check"]
course.check("mistakes", mistakes)

# %% [markdown]
# ### Where INT8 is slower, and why narrow is not fast
#
# Does INT8 make it faster? It depends, on the processor and on the layers. Newer processors multiply four
# pairs of int8 in one instruction (VNNI on Intel and AMD, dot products on ARM); older ones have to widen every
# int8 first, and then float32 can win. The file is smaller in any case.
#
# mini-Xception is the other surprise. It is made of *separable* convolutions, which take few multiplications.
# **Predict.** If all its layers are made narrower, to 0.7 of their filters, its multiply-adds fall by nearly
# half. By how much does its time fall?


# %%
def usual_milliseconds(runner):
    """Return the median of 200 calls for one face, after 50 others."""
    took = [seconds(lambda: runner.predict_proba(one)) for _ in range(250)]
    return np.median(took[50:]) * 1000


wide, narrow = (16, 32, 64, 128), (11, 22, 45, 90)
rows = {}
for name, filters, precisions in [
    ("mini-Xception", wide, ["float32", "int8"]),
    ("0.7 as wide", narrow, ["int8"]),
]:
    other = models.build("mini_xception", 7, seed=course.seed, filters=filters)
    for precision in precisions:
        runner = LiteRTClassifier(to_litert(other, precision, representative=examples[:20]))
        rows[f"{name}, {precision}"] = {
            "million multiply-adds": multiply_adds(other) / 1e6,
            "milliseconds": usual_milliseconds(runner),
        }
speeds = pd.DataFrame(rows).T
speeds["ns per multiply-add"] = speeds["milliseconds"] / speeds["million multiply-adds"]
course.record(
    "work_of_narrow_mini_xception",
    rows["0.7 as wide, int8"]["million multiply-adds"]
    / rows["mini-Xception, int8"]["million multiply-adds"],
)
speeds.round(3)

# %% [markdown]
# Look at the last column. A depthwise convolution multiplies each value only nine times before it puts it
# back; the time goes into fetching and storing, not into multiplying. And kernels compute channels in groups
# of eight or sixteen: 11 filters take as long as 16. Multiply-adds are a promise; only a clock knows. (A
# network that is made for INT8, `edge_net`, therefore has plain 3x3 convolutions and multiples of eight.)

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
# through it. The trick (Bengio, Léonard and Courville, 2013) is to round on the way forth, and to pretend on
# the way back that nothing had happened: the *straight-through estimator*.

# %%
from keras import ops


def fake_quantize(x, step):
    """Round to steps on the way forth, let the gradient through on the way back."""
    rounded = ops.round(x / step) * step
    return x + ops.stop_gradient(rounded - x)


print(np.asarray(fake_quantize(ops.array([0.12, 0.26, 0.9]), 0.25)))

# %% [markdown]
# `quantization_aware` builds such a network from ours, with the scales of LiteRT. It then learns, for a short
# time and at a small rate, *to say what the float network says*. The file that is exported from it rounds
# just as it did in training.
#
# **Predict.** What will the agreement with float be now?

# %%
from fercourse.edge import distil, quantization_aware

aware = quantization_aware(network)
fine_epochs = max(2, course.profile.epochs // 4)
distil(
    network,
    aware,
    training,
    epochs=fine_epochs,
    temperature=1.0,
    soft_share=1.0,
    learning_rate=2e-4,
    seed=course.seed,
)
aware_file = to_litert(aware, "int8", training_data=course.dataset)
of_aware = answers(aware)
of_aware_file = LiteRTClassifier(aware_file).predict_proba(validation.images)
course.record(
    "agreement_of_aware_int8", (of_aware_file.argmax(axis=1) == of_float.argmax(axis=1)).mean()
)
course.record("aware_file_against_training", np.abs(of_aware_file - of_aware).mean())

# %% [markdown]
# The file and the network in training differ by less than a step of the softmax, which has 256 of them. On a
# network as small and shallow as this one there was little left to win: rounding errors add up with depth.

# %%
course.quiz("straight", "a")

# %% [markdown]
# ## 7. Pruning
#
# ### Single weights
#
# Many weights are nearly zero. What if they were? **Magnitude pruning** sets the smallest ones to zero, more
# and more of them while training goes on, so that the others can make up for it (Zhu and Gupta, 2017).
#
# **Predict.** With 80 % zeros: how much accuracy is lost? And how much faster is the file?

# %%
from fercourse.edge import prune_weights

sparse = prune_weights(network, training, 0.8, epochs=fine_epochs, seed=course.seed)
float_file = to_litert(network, training_data=course.dataset)
sparse_file = to_litert(sparse, training_data=course.dataset)
of_sparse = LiteRTClassifier(sparse_file).predict_proba(validation.images)
course.record(
    "accuracy_with_80_percent_zeros", (of_sparse.argmax(axis=1) == validation.labels).mean()
)
course.record("size_with_zeros", len(sparse_file) / len(float_file))
course.record(
    "zipped_size_with_zeros", len(zlib.compress(sparse_file, 9)) / len(zlib.compress(float_file, 9))
)
for name, file in {"all weights": float_file, "80 % zeros": sparse_file}.items():
    runner = LiteRTClassifier(file)
    print(f"{name}: {len(file) / 1000:.0f} kB, {usual_milliseconds(runner):.3f} ms")

# %% [markdown]
# Not a byte smaller, not a microsecond faster. A zero is stored in four bytes and multiplied like any number.
# Only a *zip* of the file is smaller, which helps where models are sent over the air. Special kernels can skip
# zeros; they win from about 70 % on, for few kinds of layers.
#
# ### Whole filters
#
# Take out whole filters instead, and the network is really smaller: fewer outputs here, fewer inputs in the
# next layer. Which ones? Those whose weights are smallest in sum (Li et al., 2017).
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
# `filters_for(network, 0.5)` takes out filters, eight at a time, until half of the multiply-adds are left.
# Then the small network learns from the large one for a while.

# %%
from fercourse.edge import filters_for

small = filters_for(network, 0.5)
before = (answers(small).argmax(axis=1) == validation.labels).mean()
distil(network, small, training, epochs=2 * fine_epochs, temperature=2.0, seed=course.seed)
course.record("work_left", multiply_adds(small) / multiply_adds(network))
course.record("accuracy_before_fine_tuning", before)
course.record(
    "accuracy_after_fine_tuning", (answers(small).argmax(axis=1) == validation.labels).mean()
)

# %%
course.quiz("pruning", "c")

# %% [markdown]
# ## 8. Distillation
#
# Where did the small network learn from just now? Not from labels alone: from what the large one *said*.
# "Happy" is one word. "Happy 0.8, surprise 0.15, and surely not sad" is a lesson. To make more of it, the
# probabilities are flattened by a **temperature** (Hinton, Vinyals and Dean, 2015): divide the logits by T
# before the softmax.
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
scores = answers(models.logits(network), validation[:1])[0]


def at_temperature(temperature):
    """Return the softmax of the scores at a temperature."""
    powers = np.exp((scores - scores.max()) / temperature)
    return powers / powers.sum()


plots.heat_map(
    pd.DataFrame(
        {f"T = {value}": at_temperature(value) for value in (1, 4, 16)}, index=list(faces.classes)
    ).T,
    title="The higher the temperature, the more is seen of the unlikely classes",
    xlabel="class",
    ylabel="temperature",
    scale="probability",
)

# %% [markdown]
# Now two pupils, each with half of the filters and the same weights to begin with. One learns from the labels,
# the other from the teacher at T = 4, for as long. **Predict.** Who does better, and by how much?

# %%
few_filters = (8, 16, 16)
by_labels = models.build("tiny", 7, seed=course.seed, filters=few_filters)
by_teacher = models.build("tiny", 7, seed=course.seed, filters=few_filters)
lessons = {"epochs": course.profile.epochs, "learning_rate": 2e-3, "seed": course.seed}
distil(network, by_labels, training, soft_share=0.0, **lessons)
distil(network, by_teacher, training, soft_share=0.9, temperature=4.0, **lessons)
course.record("pupil_of_labels", (answers(by_labels).argmax(axis=1) == validation.labels).mean())
course.record("pupil_of_teacher", (answers(by_teacher).argmax(axis=1) == validation.labels).mean())
course.record(
    "pupil_agrees_with_teacher",
    (answers(by_teacher).argmax(axis=1) == of_float.argmax(axis=1)).mean(),
)

# %% [markdown]
# With so few faces the difference may go either way: look at your two numbers, and remember how wide an
# interval around them would be. What the second pupil does for certain is *agree* with its teacher more often,
# mistakes included.

# %%
course.quiz("temperature", "b")

# %% [markdown]
# ## 9. The Pareto front
#
# You now have a handful of networks. Which is best? That is the wrong question: best at what? One network
# **beats** another if it is as good and cheaper, or as cheap and better. Those that nobody beats form the
# **Pareto front**. The others need not be discussed.
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
# This is the one time that the test split is opened.

# %%
from fercourse.edge import bench

folder = Path(tempfile.mkdtemp())
contents = {
    "float32": float_file,
    "int8": int8_file,
    "int8 aware": aware_file,
    "half int8": to_litert(small, "int8", representative=examples),
    "pupil int8": to_litert(by_teacher, "int8", representative=examples),
}
files = []
for name, content in contents.items():
    files.append(folder / f"{name}.tflite")
    files[-1].write_bytes(content)
measured = bench(files, test).rename(lambda name: name.removesuffix(".tflite"))
course.record("int8_size", measured.loc["int8", "kb"] / measured.loc["float32", "kb"])
course.record("test_accuracy_float", measured.loc["float32", "accuracy"])
course.record("test_accuracy_int8", measured.loc["int8", "accuracy"])
course.record("test_agreement_int8", measured.loc["int8", "agreement"])
course.record("test_accuracy_pupil", measured.loc["pupil int8", "accuracy"])
measured[
    ["kb", "accuracy", "low", "high", "agreement", "mcnemar_p", "p50_ms", "p99_ms", "peak_mb"]
].round(3)

# %%
plots.pareto(
    measured,
    cost="kb",
    xlabel="size of the file in kB",
    title="Size against accuracy, on the test split",
)

# %% [markdown]
# Read the vertical bars first: they are the intervals, and they overlap. All that can be said of networks
# whose bars overlap is that the *cheaper* one is cheaper. McNemar's p in the table asks the sharper question,
# face by face, whether a file is worse than float; above 0.05 nothing speaks against it.

# %%
course.quiz("front", "d")

# %% [markdown]
# ### Where do two files part?
#
# `verify` compares two classifiers face by face, and two `.tflite` files layer by layer. Between float32 and
# INT8 the difference should grow slowly from layer to layer. Where it jumps, look at that layer's range.

# %%
from fercourse.edge import verify

parity = verify(files[0], files[1], validation.images)
course.record("largest_layer_difference", parity.layers["difference"].max())
print(f"{parity.agreement:.1%} agree; largest difference in probability {parity.largest:.3f}")
parity.layers.round(4)

# %% [markdown]
# ## 10. To a budget
#
# **Exercise 7.** Your customer says: *at most 150 kB, at most 1 ms for a face on one thread, and at most one
# point of accuracy lost* against the float network, on the validation split. Build it: put the content of a
# `.tflite` file into `within_budget`. Everything in this notebook is allowed. The check measures all three.

# %% tags=["exercise"]
# BEGIN SOLUTION
within_budget = to_litert(
    network,
    "int8",
    representative=representative_faces(training, 400),
    training_data=course.dataset,
)
# END SOLUTION

# %% tags=["check"]
course.check("within_budget", within_budget, validation, float_accuracy)

# %% [markdown]
# ### And onto the machine
#
# `bundle` writes a folder with the model, a script and what the script needs, and nothing else: no Keras, no
# TensorFlow, no `fercourse` to install. Copy it to a Raspberry Pi, `pip install -r requirements.txt`, and
# `python run.py` measures there what `bench` measured here. For NVIDIA's machines there is ONNX: `to_onnx`
# writes the file, ONNX Runtime runs it, on TensorRT where that is installed.

# %%
from fercourse.edge import bundle

place = bundle(files[1], folder / "for_the_pi")
sizes = {
    str(path.relative_to(place)): path.stat().st_size for path in place.rglob("*") if path.is_file()
}
print("\n".join(f"{size / 1000:7.1f} kB  {name}" for name, size in sorted(sizes.items())))

# %% [markdown]
# ## What to take away
#
# - Bits cost three times: to store, to fetch, to multiply. INT8 takes a quarter of the bytes.
# - Quantization is a scale and a zero point. Errors are half a step, and the step is as large as the range:
#   so the range is what matters, and the representative faces make it.
# - Integer arithmetic is exact, once the rounding is named. Name the kernel.
# - Multiply-adds are a promise, a clock is a fact. Warm up, fix the threads, give percentiles.
# - Zeros make nothing faster; filters that are gone do.
# - Compare on the same faces, and choose from the front, not from a ranking.
#
# **What to read.** Jacob et al. (2018) on integer arithmetic and training for it; Horowitz (2014) on the price
# of a number; Hinton, Vinyals and Dean (2015) on distillation; Zhu and Gupta (2017) and Li et al. (2017) on
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
