# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 07 · Live
#
# A classifier takes a picture of 48x48 pixels and gives seven numbers. A webcam gives thirty pictures a
# second, each with a room in it. This notebook builds what lies between: find the face, follow it, cut it
# out, classify it, calm the answer down, and do all that before the next picture is there. At the end you
# measure where the whole thing fails, and talk about where it must never be used.
#
# **Afterwards you can**
#
# - build a live pipeline from its stages, and say where its milliseconds go;
# - keep a latency budget, and say what happens when a stage breaks it;
# - follow a face between two detections, and measure how well;
# - smooth probabilities over time, and say what the calm costs;
# - say why a slow program must drop frames, and never queue them;
# - measure a whole system, not only its classifier, and collect its failures;
# - say what keeps a camera program private, and where the law forbids what you have just built.
#
# **You need** notebooks 01 and 06. **You need no camera**: a supplied clip shows a drawn person, and is the
# default. If you do use your camera, only you should be in its picture.
#
# As before: where it says **Predict**, write your guess down before you run the cell.

# %%
import time

import cv2
import numpy as np
import pandas as pd

import fercourse
from fercourse import faces, live, plots, synth
from fercourse.classifier import load_classifier
from fercourse.classifier.files import shipped

course = fercourse.setup("07")

# %% [markdown]
# ## 1. A film whose truth is known
#
# The supplied clip lasts eight seconds. A drawn person looks at the camera, shows *happy*, *neutral*, *surprise*, and
# *neutral* again. It is drawn on your machine, so we know in each frame where the face is and
# what it shows. There are twelve frames a second, of 320x240 pixels.

# %%
clip = list(live.draw_supplied_clip())
chosen = [clip[5], clip[30], clip[52], clip[74]]
plots.steps(
    [frame.image for frame in chosen],
    [f"{frame.time:.1f} s: {frame.expression}" for frame in chosen],
    title="Four frames of the clip",
)

# %% [markdown]
# The classifier may be anything that is quick: to this notebook it is a function from raw faces to
# probabilities. We take `builtin`, which ships with the course: a small network, trained on drawn faces and
# quantized to INT8 as in notebook 06. A file of your own fits into the same place:
# `classifier = load_classifier("my_network.tflite")`. (Not a `.keras` file: Keras takes tens of milliseconds
# for a single face, and the package refuses it here.)

# %%
classifier = load_classifier("builtin")
print(classifier.classes)

# %% [markdown]
# ## 2. The pipeline, stage by stage
#
# One frame, five steps, each in a line: decode the JPEG that a browser sends, find the face, find its tilt by
# the eyes, cut out an upright square, classify it.

# %%
frame = clip[30]
jpeg = cv2.imencode(".jpg", frame.image)[1]

decoded = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
detector = faces.Haar()
box = detector(decoded)[0]
tilt = faces.find_tilt(decoded, box) or 0.0
face = faces.cut_upright(decoded, box, tilt)
probabilities = classifier.predict_proba(face[None])[0]

seen = cv2.cvtColor(decoded, cv2.COLOR_GRAY2RGB)
cv2.rectangle(seen, box[:2], (box.x + box.width, box.y + box.height), (230, 159, 0), 3)
print(f"tilt {tilt:.1f} degrees")
plots.steps([decoded, seen, face], ["the frame", "the face, found", "what is classified"])

# %%
plots.bars(
    dict(zip(classifier.classes, probabilities, strict=True)),
    title="What the classifier says of it",
    xlabel="probability",
    ylabel="class",
)

# %% [markdown]
# **Predict.** Which step takes longest? Write the five of them down in the order of the time they take, and
# guess how many times longer the slowest takes than the classifier.


# %%
def milliseconds(step, times=20):
    """Return the median time of a step in milliseconds."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        step()
        spent.append(1000 * (time.perf_counter() - begin))
    return float(np.median(spent))


stages = {
    "decode": milliseconds(lambda: cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)),
    "detect": milliseconds(lambda: detector(decoded)),
    "find the eyes": milliseconds(lambda: faces.find_tilt(decoded, box)),
    "cut out": milliseconds(lambda: faces.cut_upright(decoded, box, tilt)),
    "classify": milliseconds(lambda: classifier.predict_proba(face[None])),
}
plots.bars(stages, title="Where the time goes", xlabel="milliseconds", ylabel="stage")

# %% [markdown]
# Most people guess the classifier. But it looks at 2,304 pixels once, while the detector slides a window over
# the frame at a dozen sizes, and the search for the eyes does the same within the face. In notebook 06 you
# fought for tenths of a millisecond; here they drown. **Measure the whole before you speed up a part.**
# (Milliseconds depend on your machine, so none is recorded here.)

# %% [markdown]
# ## 3. A budget
#
# A live program has *two* budgets. We set them so: a result at least every 66 ms (15 a second, which begins to look
# like motion), and none older than 100 ms when it is seen, about the span within which we perceive an answer as
# immediate (Card, Moran and Newell, 1983). The first is a matter of *rate*, the second of *latency*. The camera, the
# way to the program and back, and the drawing all add to the second.
#
# **Exercise 1.** A camera gives 30 frames a second. Each frame is decoded (1 ms), searched (14 ms), made upright and
# cut out (9 ms) and classified (1 ms), one after the other. When that is done, the newest frame is taken at once;
# one that has been handled is not taken again. Then the detector is replaced by a better one, which needs 40 ms. How
# many results a second are there before and after? Give both as numbers, to one decimal.

# %% tags=["exercise"]
# BEGIN SOLUTION
before, after = 30, 1000 / (1 + 40 + 9 + 1)
# END SOLUTION

# %% tags=["check"]
course.check("rates", (before, after))

# %% [markdown]
# What if frames come faster than they can be handled? There are two ways: keep them all and handle them in
# turn, or handle the *newest* one whenever the program is free, and forget the others.
#
# **Predict.** Frames come every 33 ms, and each takes 50. If all frames are kept: how late comes the result of the
# frame that was taken after ten seconds?


# %%
def ages_when_all_are_kept(taken, busy):
    """Return how old each frame is when its result is there; times in milliseconds."""
    free, ages = 0.0, []
    for moment in taken:
        free = max(free, moment) + busy
        ages.append(free - moment)
    return np.array(ages)


taken = np.arange(0, 10_000, 33.0)
ages = ages_when_all_are_kept(taken, busy=50.0)
course.record("seconds_late_after_ten", round(ages[-1] / 1000, 3))

# %% [markdown]
# Five seconds late, and it grows for ever. In a live program a queue is a bug.
#
# **Exercise 2.** Write `frames_handled(taken, busy)`: the numbers of the frames that are handled if frames are
# dropped. `taken` holds the times at which frames come, in order. The first one is handled at once. Whenever
# the program becomes free, it takes the **newest** frame that has come *meanwhile* (at that very moment
# counts); if there is none, it waits for the next one.


# %% tags=["exercise"]
def frames_handled(taken, busy):
    """Return the numbers of the frames that are handled, in order."""
    # BEGIN SOLUTION
    handled, free = [], -np.inf
    number = 0
    while number < len(taken):
        while number + 1 < len(taken) and taken[number + 1] <= free:
            number += 1
        handled.append(number)
        free = max(free, taken[number]) + busy
        number += 1
    return handled
    # END SOLUTION


# %% tags=["check"]
course.check("frames_handled", frames_handled)

# %% [markdown]
# The widget of this notebook does just that: one frame is with the kernel, and no second one is taken until the
# answer has come. A slow kernel lowers the frame rate, and nothing else.

# %%
course.quiz("queue", "b")

# %% [markdown]
# ## 4. Follow, don't search
#
# The detector is the dear part, so ask it more rarely. Between two searches the face can be *followed*: put a
# grid of points on it, ask for each where its small neighborhood went in the next frame (optical flow, Lucas
# and Kanade, 1981), and move the box as most points moved.

# %%
before_frame, after_frame = clip[22].image, clip[26].image
box = detector(before_frame)[0]
across = np.linspace(0.2, 0.8, 7)
grid = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)
points = (box[:2] + grid * box[2:]).astype(np.float32)
there, ok, _ = cv2.calcOpticalFlowPyrLK(before_frame, after_frame, points, None, winSize=(15, 15))
print("median shift in pixels:", np.median(there - points, axis=0).round(2))

shown = cv2.cvtColor(after_frame, cv2.COLOR_GRAY2RGB)
tips = points + 5 * (there - points)
arrows = np.stack([points, tips], axis=1)[ok.ravel() == 1].astype(int)
for start, end in arrows:
    cv2.arrowedLine(shown, start.tolist(), end.tolist(), (230, 159, 0), 1, tipLength=0.3)
plots.steps(
    [before_frame, shown],
    ["frame 22", "frame 26: where each point went"],
    title="Flow (arrows five times as long as the way)",
)

# %% [markdown]
# How good is a followed box? Two numbers tell. One is its overlap with the true box (*intersection over union*, as in
# notebook 01). The other is its **jitter**: by how many pixels the box moves from one frame to the next *beyond* what
# the face does. A box that lies three pixels too far left in every frame does not jitter at all.
#
# **Exercise 3.** Write `jitter(found, truth)`. Both are arrays (T, 2): x and y of the upper left corner of the box, in
# each of T frames. Take the error of each frame, by how much it changes from frame to frame, and the mean size of these
# changes, over frames and over x and y.


# %% tags=["exercise"]
def jitter(found, truth):
    """Return by how many pixels a box moves a frame beyond what the face does."""
    # BEGIN SOLUTION
    return np.abs(np.diff(found - truth, axis=0)).mean()
    # END SOLUTION


# %% tags=["check"]
course.check("jitter", jitter)

# %% [markdown]
# The package's `Tracker` adds what a program needs besides: points are followed back again, and those that do
# not return are dropped; scale and tilt are followed too; each face has a number; a detection corrects the box
# only halfway, so that it does not jump.
#
# **Predict.** With a search in every frame, in every 5th, and in every 15th: how will the overlap with the
# truth change? And the jitter?


# %%
def followed(find):
    """Return how well find(image) follows the face of the clip, and how long it takes."""
    found, spent = [], []
    for one in clip:
        begin = time.perf_counter()
        found.append(find(one.image))
        spent.append(1000 * (time.perf_counter() - begin))
    truth = [one.box for one in clip]
    overlaps = [faces.overlap(mine, true) for mine, true in zip(found, truth, strict=True)]
    error = np.array(found)[:, :2] - np.array(truth)[:, :2]
    return {
        "median overlap": np.median(overlaps),
        "jitter": np.abs(np.diff(error, axis=0)).mean(),
        "mean ms": np.mean(spent),
    }


rows = {"detector alone": followed(lambda image: detector(image)[0])}
for every in (1, 5, 15):
    tracker = faces.Tracker(faces.Haar(), every=every)
    rows[f"every {every}"] = followed(lambda image, tracker=tracker: tracker.track(image)[0].box)
course.record("overlap_every_5", rows["every 5"]["median overlap"])
course.record("jitter_of_detector", rows["detector alone"]["jitter"])
course.record("jitter_every_5", rows["every 5"]["jitter"])
pd.DataFrame(rows).T.round(3)

# %% [markdown]
# Searching less often costs no overlap here, and the box stands *stiller*. Much of the jitter goes already
# at "every 1", since a detection corrects a followed box only halfway. The rest goes because a detector knows only the
# sizes on its list and answers in steps, while the flow moves by parts of a pixel. So a followed box is calmer, and on
# average it is quicker.

# %%
course.quiz("follow", "c")

# %% [markdown]
# ## 5. Calm the answer down
#
# Here are the probabilities of the clip, frame by frame, with how strongly the person shows something.

# %%
tracker = faces.Tracker(faces.Haar(), every=5)
cut = []
for one in clip:
    track = tracker.track(one.image)[0]
    cut.append(faces.cut_upright(one.image, track.box, track.tilt))
raw = classifier.predict_proba(np.array(cut))
times = np.array([one.time for one in clip])
likely = ("neutral", "happy", "surprise", "fear")
places = {name: classifier.classes.index(name) for name in likely}
shown = {name: raw[:, place] for name, place in places.items()}
shown["truth: how strong"] = np.array([one.intensity for one in clip])
plots.curves(
    {name: (times, values) for name, values in shown.items()},
    title="Every frame for itself",
    xlabel="seconds",
    ylabel="probability, or strength",
)

# %% [markdown]
# There is no noise in this clip, and nobody blinks; still the numbers shake. The head sways, so the crop moves by parts
# of a pixel, and near a change the label may waver. With a camera's noise expect more, and a label that flickers
# cannot be read. The simplest remedy is *exponential smoothing* (Brown, 1959): keep a running answer, and move it a
# share of the way to each new one.
#
# Which share? If it were the same for every frame, a faster computer would smooth less. So it depends on the
# time that has passed: after `passed` seconds the share is `1 - exp(-passed / tau)`. After one `tau`, 63 % of
# a sudden change shows; after three, 95 %.
#
# **Exercise 4.** Write `smooth(before, new, passed, tau)`: the new running answer. `before` and `new` are
# arrays of probabilities; do not change them.


# %% tags=["exercise"]
def smooth(before, new, passed, tau):
    """Return the running answer after `passed` seconds."""
    # BEGIN SOLUTION
    share = 1 - np.exp(-passed / tau)
    return before + share * (new - before)
    # END SOLUTION


# %% tags=["check"]
course.check("smooth", smooth)

# %% [markdown]
# **Predict.** With `tau` = 0.3 s: how often does the label change in the clip, and by how much later is *happy*
# shown than without smoothing?


# %%
def smoothed(rows, tau):
    """Return the probabilities of a clip, smoothed over time."""
    out = [rows[0]]
    for row, passed in zip(rows[1:], np.diff(times), strict=True):
        out.append(out[-1] + (1 - np.exp(-passed / tau)) * (row - out[-1]))
    return np.array(out)


def changes(rows):
    """Return how often the label changes."""
    return int((np.diff(rows.argmax(axis=1)) != 0).sum())


def first_happy(rows):
    """Return when the label is happy for the first time, in seconds."""
    return float(times[(rows.argmax(axis=1) == places["happy"]).argmax()])


table = {}
for tau in (0.01, 0.1, 0.3, 1.0):
    rows = smoothed(raw, tau)
    table[tau] = {
        "changes of the label": changes(rows),
        "happy is late by (s)": first_happy(rows) - first_happy(raw),
    }
course.record("label_changes_raw", changes(raw))
course.record("label_changes_smoothed", changes(smoothed(raw, 0.3)))
course.record("happy_late_by", round(first_happy(smoothed(raw, 0.3)) - first_happy(raw), 3))
pd.DataFrame(table).T.rename_axis("tau (s)")

# %%
plots.curves(
    {
        "happy, as it comes": (times, raw[:, places["happy"]]),
        "tau 0.3 s": (times, smoothed(raw, 0.3)[:, places["happy"]]),
        "tau 1 s": (times, smoothed(raw, 1.0)[:, places["happy"]]),
    },
    title="Calm has a price",
    xlabel="seconds",
    ylabel="probability of happy",
)

# %% [markdown]
# The story of the clip has four changes. What is beyond that is flicker, such as a single frame of *fear* near a
# change, and smoothing takes it away. The price is delay. With `tau` = 1 s, *happy* comes late and stays when the
# face has long been calm; the last change may not even have arrived when the clip ends, and then the count falls
# below four. An expression of less than half a second would hardly show. There is no best `tau`, only one for a
# purpose.

# %%
course.quiz("tau", "d")

# %% [markdown]
# ## 6. Put together: a session
#
# `live.Session` is these stages in a row: frame in, results out. It opens no camera and writes no file. From one frame
# to the next it keeps the last frame, small and gray, and for each face in view a box and a running answer. (While
# somebody is in view, most searches look near the known faces only, and every sixth looks everywhere. So a second
# person may wait thirty frames to be noticed.)

# %%
session = live.Session(classifier, every=5, seconds=0.3)
results = [session.see(one.image, one.time) for one in clip]
labels = [session.classes[int(result.faces[0].probabilities.argmax())] for result in results]
numbers = {result.faces[0].id for result in results}
at_apex = [
    label == one.expression for label, one in zip(labels, clip, strict=True) if one.intensity == 1
]
at_rest = [
    label == "neutral" for label, one in zip(labels, clip, strict=True) if one.intensity == 0
]
course.record("people_in_the_clip", len(numbers))
course.record("right_at_the_apex", float(np.mean(at_apex)))
course.record("neutral_at_rest", float(np.mean(at_rest)))
spent = pd.DataFrame([result.milliseconds for result in results])
spent["all stages"] = spent.sum(axis=1)
spent.describe().loc[["50%", "max"]].round(2)

# %% [markdown]
# The median of *detect* is next to nothing, since the detector is asked at every fifth frame only; the largest value
# is what it costs then, with the search for the eyes. Compare *all stages* with both budgets of section 3. The next
# frame is taken only when the answer is back, so stages and way have to fit into 66 ms; camera and drawing come on
# top, and all of it has to fit into 100. If the largest value does not, which of the two is broken, and how often?
#
# Is the answer the same as that of `fercourse predict`? That takes the thorough detector, and so do we for once. The
# same crop must come out, and the same numbers. (The quick detector may answer with another box, and so with others.)

# %%
first = clip[0].image
mine = live.Session(classifier, detector=faces.detect).see(first, 0.0).faces[0]
theirs = classifier.predict_proba(faces.crop(first)[None])[0]
course.record("same_answer_everywhere", bool(np.array_equal(mine.now, theirs)))

# %% [markdown]
# Two things do differ in a browser: the page shrinks frames to a width of 320 pixels, which ours have already, and they
# travel as JPEG. **Predict.** By how much does JPEG move the probabilities, at the widget's quality of 90? And at 30?

# %%
sample = clip[::8]
exact = [live.Session(classifier).see(one.image, 0.0).faces[0] for one in sample]


def upright(image, box, tilt):
    """Return the answer to a face whose place is known."""
    return classifier.predict_proba(faces.cut_upright(image, box, tilt)[None])[0]


moved, alone, missed = {}, {}, {}
for quality in (95, 90, 70, 50, 30, 10):
    whole, kept = [], []
    for one, known in zip(sample, exact, strict=True):
        data = cv2.imencode(".jpg", one.image, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
        image = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        whole += [
            np.abs(face.now - known.now).max()
            for face in live.Session(classifier).see(image, 0.0).faces[:1]
        ]
        place = known.box, faces.find_tilt(one.image, known.box) or 0.0
        kept.append(np.abs(upright(image, *place) - upright(one.image, *place)).max())
    moved[quality], alone[quality] = float(np.mean(whole)), float(np.mean(kept))
    missed[quality] = len(sample) - len(whole)
print("faces not found any more:", missed)
course.record("moved_by_jpeg_90", moved[90])
course.record("moved_by_jpeg_10", moved[10])
course.record("moved_in_the_same_box_90", alone[90])
plots.curves(
    {
        "the whole pipeline": (list(moved), list(moved.values())),
        "the same box kept": (list(alone), list(alone.values())),
    },
    title=f"Less JPEG than another box moves the answer ({len(sample)} frames)",
    xlabel="quality of the JPEG",
    ylabel="mean of the largest change",
)

# %% [markdown]
# The lower line is JPEG itself. At 90 the upper one is several times higher: the detector answers other pixels with
# another box, and another crop moves the answer by more than JPEG does. The lower the quality, the more
# JPEG itself catches up. (The upper line need not grow evenly, for twelve frames are few.) That is why
# equality is claimed for equal pixels only, and for the rest a number is given.
#
# ## 7. Find the mistake
#
# Webcam pictures are shown *mirrored*, since people are used to mirrors. The frame is analyzed as it comes;
# only the drawing is mirrored, so boxes have to be mirrored too. A colleague has written this:
#
# ```python
# def to_screen(box, scale, width):
#     """Return a box of the small frame on the mirrored screen, which is `width` pixels wide."""
#     x, y, w, h = (value * scale for value in box)
#     return width - x, y, w, h
# ```
#
# Boxes appear beside the faces, the farther off, the larger they are.
#
# **Exercise 5.** Write `to_screen` as it must be.


# %% tags=["exercise"]
def to_screen(box, scale, width):
    """Return a box (x, y, w, h) of the small frame on the mirrored screen of `width` pixels."""
    # BEGIN SOLUTION
    x, y, w, h = (value * scale for value in box)
    return width - x - w, y, w, h
    # END SOLUTION


# %% tags=["check"]
course.check("to_screen", to_screen)

# %% [markdown]
# ## 8. The widget
#
# Press **Start**. The source is the drawn clip; nothing else happens until you choose another. Watch the bars, the
# trace of the last ten seconds, and the milliseconds of each stage. *Where did it look?* hides one place of the face
# after another and shows what that takes from the answer. Networks that ship with the course stand under *Model*:
# `builtin` has seen drawn faces only, so it is for the clip. For your camera, or a film of people, choose
# `mini_xception`, which learned from photographs; its card says how far to trust it. (The neural detector YuNet finds
# turned faces too: get its file from OpenCV's model zoo and add `"YuNet": faces.YuNet("the_file.onnx")` to the
# detectors.)
#
# If you choose the camera: it is off until you press Start and after you press Stop, and it goes off when this cell
# is deleted, the page is closed or loaded anew, the kernel ends, or nothing is heard of it for eight seconds. *Pause*
# stops the sending, not the camera, and another tab in front does not turn it off, either: press Stop. Frames go from
# the browser to the kernel as JPEG and are looked at; the last one, and the last face, are kept until the next one
# comes or you press Stop. Nothing is written, logged or sent anywhere else. If the kernel runs on another machine,
# the widget says so and asks first, as far as it can tell: it looks at the page's address and for the signs of Colab,
# Kaggle, JupyterHub, SSH and the like. Through a tunnel it may not notice; then you must know. **Only you should be
# in the picture.** Others have not agreed, and you cannot agree for them.

# %%
models = {name: load_classifier(name) for name in shipped()}
live.LiveWidget(models, detectors={"Haar cascade": faces.Haar()})

# %% [markdown]
# VS Code gives notebooks no camera: open this one in JupyterLab in a browser, or take the clip. Without a browser, type
# `fercourse live mini_xception` in a terminal, on a machine that has a camera and a screen, for a window of its own, or
# `fercourse live mini_xception --video in.mp4 --out annotated.mp4 --csv results.csv` for a file.

# %%
course.quiz("private", "a")

# %% [markdown]
# ## 9. Where does it fail?
#
# An accuracy on a test split says how often the classifier is right on faces that *somebody else found and cut
# out*. A system has to find them first. So test the system: draw people who show *happy*, *surprise* and *neutral*,
# change one thing at a time, and count three things. How often is the face *found* (a box overlaps it by more than
# 0.4)? How often is it found *and* named rightly? And how many boxes lie beside the face altogether?

# %%
from fercourse.synth import Light

expressions = {"neutral": {}, "happy": {6: 0.9, 12: 0.9, 25: 0.7}, "surprise": {1: 0.9, 2: 0.9, 5: 0.8, 26: 0.9}}  # fmt: skip
people = range(100, 100 + course.profile.faces)
pictures, astray = [], []


def exam(collect=True, **how):
    """Return the share of faces that were found, and of those found and named rightly."""
    found, right = [], []
    for person in people:
        for name, units in expressions.items():
            image, box = synth.draw_view(units, identity=person, size=(180, 240), **how)
            seen = live.Session(classifier).see(image, 0.0).faces
            hit = [one for one in seen if faces.overlap(one.box, faces.Box(*box.tolist())) > 0.4]
            label = classifier.classes[int(hit[0].now.argmax())] if hit else "not found"
            found.append(bool(hit))
            face = faces.Box(*box.tolist())
            astray.append(sum(faces.overlap(one.box, face) == 0 for one in seen))
            right.append(label == name)
            if collect:
                pictures.append((image, name, label, *how))
    return np.mean(found), np.mean(right)


# %% [markdown]
# (The third line of the figures is for comparison: a classifier that calls every found face *happy* is right in a third
# of them. In the quick profile a share stands on nine faces: one face is eleven points, and the interval of 5 of 9 goes
# from 27 to 81 %. The class profile has 60.)
#
# **Predict.** Five changes: the face at the edge of the picture, far away, tilted, turned to the side, and in
# little light. For each of the five: which fails first, the *detector* or the *classifier*?


# %%
def examined(usual, others, change):
    """Return found and right shares for each value, as curves; the usual picture counts as no failure."""
    scores = {value: exam(**change(value)) for value in others}
    scores[usual] = exam(collect=False, **change(usual))
    values = sorted(scores)
    found, right = np.array([scores[value] for value in values]).T
    return {
        "found": (values, found),
        "found and right": (values, right),
        "if each found were called happy": (values, found / 3),
    }


SHARE = {"ylabel": f"share of {3 * len(people)} faces", "limits": (0, 1.05)}

by_side = examined(0.5, [0.15, 0.3, 0.8], lambda side: {"side": side})
course.record("found_near", float(by_side["found"][1][2]))
course.record("right_near", float(by_side["found and right"][1][2]))
course.record("found_far", float(by_side["found"][1][0]))
plots.curves(
    by_side,
    title="Distance: how large the face is",
    xlabel="side of the face as a share of the picture's height",
    **SHARE,
)

# %%
by_roll = examined(0, [10, 20, 30], lambda roll: {"roll": roll})
course.record("found_tilted_by_10", float(by_roll["found"][1][1]))
course.record("found_tilted_by_30", float(by_roll["found"][1][3]))
plots.curves(by_roll, title="Tilt: how far the head leans to a shoulder", xlabel="degrees", **SHARE)

# %%
by_yaw = examined(0, [20, 40, 60], lambda yaw: {"yaw": yaw})
course.record("right_turned_by_20", float(by_yaw["found and right"][1][1]))
course.record("found_turned_by_60", float(by_yaw["found"][1][3]))
plots.curves(by_yaw, title="Turn: how far the head looks to the side", xlabel="degrees", **SHARE)

# %%
by_light = examined(
    1.0,
    [0.1, 0.4],
    lambda factor: {"light": Light(strength=0.8 * factor, ambient=0.38 * factor)},
)
course.record("right_in_a_tenth_of_the_light", float(by_light["found and right"][1][0]))
plots.curves(
    by_light, title="Light: how much falls on the face", xlabel="share of the usual light", **SHARE
)

# %%
by_place = examined(0.5, [0.0, 0.2], lambda x: {"x": x})
course.record("found_half_outside", float(by_place["found"][1][0]))
plots.curves(
    by_place,
    title="From the edge of the picture to its middle",
    xlabel="middle of the face as a share of the picture's width",
    **SHARE,
)

# %% [markdown]
# Read the curves in pairs, and against the usual picture, where perhaps not every face is named rightly either. Where
# both lines fall together, the *detector* fails and the classifier is never asked: so it is with tilt, turn and the
# edge of the picture. Where the upper one stays and the lower one falls, the classifier is shown something it does
# not know and answers all the same: so it is with distance and in the dark. The first kind of failure is visible:
# there is no box. The second kind is not, and so it is the worse one. Some of each kind:

# %%
missed = [one for one in pictures if one[2] == "not found"]
misread = [one for one in pictures if one[2] not in ("not found", one[1])]
picked = missed[:: max(1, -(-len(missed) // 4))] + misread[:: max(1, -(-len(misread) // 4))]
plots.mosaic(
    [image for image, *_ in picked],
    [f"{name}:\n{label}" for _, name, label, _ in picked],
    columns=4,
    title="Failures, collected: what was shown, and what was said",
)

# %%
called = {"side": "distance", "roll": "tilt", "yaw": "turn", "light": "light", "x": "edge"}
changed = pd.DataFrame(
    [(called[how], name, label) for _, name, label, how in pictures],
    columns=["changed", "shown", "said"],
)
changed["failures"] = changed["shown"] != changed["said"]
print(changed.groupby("changed")["failures"].agg(failures="sum", faces="count"), "\n")
print(changed["said"][changed["failures"]].value_counts().to_string(), "\n")
print("boxes beside the face:", sum(astray))

# %% [markdown]
# (An empty wall gives a detector little to mistake for a face. Before a bookshelf the last number would be larger, and
# the classifier would put a word to each such box.)

# %%
course.quiz("silent", "c")

# %% [markdown]
# These people are drawn, their expressions textbook-like, their background empty. On real people everything
# above is harder. What carries over is the *method*: vary one thing, count each kind of failure, look at the pictures.

# %% [markdown]
# ## 10. What did you just build?
#
# A program that watches a face and prints a word. The word is an *expression class*. It is not what the person
# feels: people smile when they are afraid and scowl when they think (Barrett et al., 2019). Nothing in this
# pipeline, however fast and however smooth, closes that gap. A smooth curve merely looks more certain.
#
# That is the reason why the law steps in where people cannot walk away. Since 2 February 2025 the EU's AI Act,
# Article 5(1)(f), forbids systems that infer emotions of people **at work and in education**, except for
# medical or safety reasons. Consent does not lift that: who depends on a boss or a teacher is not free to say
# no. (So we read it; this is no legal advice.) Trying it on yourself, freely, is another matter than pointing it at a
# class or at colleagues; and nobody may require it of you. Elsewhere such systems are not simply free, either: the Act
# counts them among those of high risk (Annex III; its duties begin on 2 December 2027), and those who are exposed to
# them must be told (Article 50; since 2 August 2026).
#
# Talk about it, in pairs if you can:
#
# - A call center wants to show its agents when *customers* sound or look annoyed. Who is watched? Who can
#   refuse?
# - A car watches its driver for drowsiness. What is different from watching for anger?
# - A museum counts smiles before its paintings and stores no picture. What is stored all the same?
# - Which of the failures of section 9 would hit some people more often than others?

# %%
course.quiz("law", "b")

# %%
course.quiz("meaning", "d")

# %% [markdown]
# ## What to take away
#
# - The search for the face, not the classifier, eats the time. Measure the whole before you speed up a part.
# - A live program drops frames; a queue makes it late, for ever.
# - A followed face is calmer than one that is found anew, and on average quicker.
# - Smoothing trades flicker for delay, by time and not by frames.
# - A system fails in three ways: no box, a box where no face is, a wrong word. The last one nobody sees.
# - Privacy is a property of the program: off until started, nothing kept, nothing sent on.
#
# **Open project.** Take the system test further. Choose one way of failing (a hand before the face, two people,
# a lamp from the side, a fast turn of the head), draw a clip for it with `synth.draw_view`, write down
# beforehand what you expect, measure, change *one* thing in the pipeline, and measure again on other people.
# One page, two figures, and an honest last paragraph.
#
# **What to read.** Card, Moran and Newell (1983) on what feels immediate; Viola and Jones (2001) on the cascade;
# Lucas and Kanade (1981) and Kalal, Mikolajczyk and Matas (2010) on following points; Wu, Peng and Yu (2023) on
# YuNet; Barrett et al. (2019), again; the AI Act (Regulation (EU) 2024/1689), Articles 5 and 50.
#
# Words to look up in `docs/glossary.md`: *expression class*, *latency*, *intersection over union*,
# *exponential smoothing*.
