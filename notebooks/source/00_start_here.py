# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 00 · Start here
#
# Look at a stranger's face for a second and you know how they feel. Or so it seems. This course
# teaches a machine to name what a face *shows*, from the pixels to a small classifier that runs live
# on your own computer. This first notebook is about the step that no machine can take for you: what
# such a name means, and what it does not.
#
# **Afterwards you can**
#
# - work with these notebooks: predict, run, check, ask for a hint;
# - say why two runs agree, and make your own code do the same;
# - measure how far two people agree on faces, and how much of that is luck;
# - tell seven answers apart to the question why faces move, and say what a face is in each;
# - say what expression recognition can claim, what it cannot, and where it is forbidden.
#
# **You need** a little Python (lists, functions, loops). Some cells use NumPy and pandas; you need only
# read them, and write one line of NumPy, like those above it. No network and no camera. Nothing here reads your face.

# %% [markdown]
# ## 1. Set-up, and how to read on
#
# Every notebook begins with a cell like the next one. It finds out where it runs and fixes every source of chance, so
# that with the same profile and versions you get the numbers we got, or nearly. Click into it and press Shift+Enter.

# %%
import numpy as np
import pandas as pd

import fercourse
from fercourse import plots, synth
from fercourse.emotions import CLASSES

course = fercourse.setup("00")

# %% [markdown]
# Four things were found:
#
# - the **profile** says how much is computed: `quick` for a test, `class` for reading and teaching,
#   `full` for real data and long training;
# - the **data set** is the built-in one unless you say otherwise: faces that are *drawn*, on your
#   machine, from the movements of facial muscles. Nobody was photographed;
# - the **device** is what computes. Here any computer will do;
# - the **versions** are what you name when you ask for help.
#
# You choose profile and data set before you start, with the environment variables `FERCOURSE_PROFILE`,
# `FERCOURSE_DATASET` and `FERCOURSE_DATA` (the path of your copy). There is no need to today: without them you get
# `class` and the built-in faces. (On Linux or a Mac: `FERCOURSE_PROFILE=quick fercourse lab`; in PowerShell first
# `$env:FERCOURSE_PROFILE = "quick"`.)
#
# Where we write `fercourse ...`, it is for a *second* terminal, in the folder where you started the course, and if you
# began as README says, `uv run --extra course` comes before it.
#
# | if | then |
# |---|---|
# | a cell runs and runs | *Kernel ▸ Interrupt Kernel* |
# | errors are odd, or you ran cells in another order | *Kernel ▸ Restart Kernel*, then *Run ▸ Run All Above Selected Cell* |
# | a notebook is spoiled | rename it, stop the course and start it again: a fresh copy comes |
# | you want to compare with our answers | `notebooks/solutions/` of the project holds every notebook with them |
#
# Is anything missing on this machine? The doctor looks. (In a terminal: `fercourse doctor`.) Only a *fault*
# keeps the course from running.

# %%
from fercourse.course.doctor import examine

pd.set_option("display.max_colwidth", None)  # else a table cuts long texts off
pd.DataFrame(examine())[["state", "what", "found", "advice"]]

# %% [markdown]
# From here on there is one rule: **predict, then run.** Where it says *Predict*, write your guess into
# the cell (or on paper, where the cell has no place for it) before you run it. A wrong guess is worth
# more than a right one: it shows you what you did not know that you believed.

# %% [markdown]
# ## 2. A face is a grid of numbers
#
# `course.load()` gives the faces of the chosen data set. Here are sixteen of them. (The built-in faces are drawn when
# they are first asked for. That takes half a minute on two cores, longer on an old laptop, and only once.)

# %%
faces = course.load()
print(faces)
course.record("faces_loaded", len(faces))
plots.mosaic(faces.images[:16], title="The first 16 faces of the data set")

# %% [markdown]
# `course.record` wrote a number down and told you what is expected of it. When all notebooks are run
# by `fercourse run`, every such number is compared with its expected range. So the course notices when
# it goes wrong, and so will you.

# %% [markdown]
# What does the computer see? Let us draw one face by ourselves, as small as those above, and cut out the piece
# around one eye. A drawn face knows where its eyes are.

# %%
drawing = synth.draw_face(identity=4, size=48)
face = drawing.images[0]
x, y = drawing.landmarks[0, 36:42].mean(axis=0).round().astype(int)
piece = face[y - 4 : y + 4, x - 6 : x + 6]
plots.steps(
    [face, piece], ["a whole face", "the piece around an eye"], title="A face, and a piece of it"
)

# %% [markdown]
# And this is the same piece as the computer holds it: one number for each *pixel*, from 0, black, to 255, white.
# Find the iris.

# %%
print("shape of the whole face:", face.shape, "  type of a number:", face.dtype)
pd.DataFrame(piece, index=range(y - 4, y + 4), columns=range(x - 6, x + 6))

# %% [markdown]
# **Exercise 1.** How many numbers make up one such face? Replace the three dots.

# %% tags=["exercise"]
# BEGIN SOLUTION
pixels = 48 * 48
# END SOLUTION

# %% tags=["check"]
course.check("pixels", pixels)

# %% [markdown]
# A check gives one of three verdicts. **Predict:** what will it say of three dots, of the number 48, and
# of the text `"2304"`?

# %%
for attempt in (..., 48, "2304"):
    verdict = course.lesson.exercise("pixels").judge(attempt)
    print(f"{attempt!r:>9}  {verdict.status}. {verdict.message}")

# %% [markdown]
# *Not attempted* is not *wrong*: you may leave an exercise and come back, since no later cell needs your
# answer. And a wrong answer is told *what* is wrong with it. If that is not enough, ask for a hint; each
# call gives one more.

# %%
course.hint("pixels")

# %% [markdown]
# Faces differ for many reasons: whose face it is, the light, the pose, the camera. We are after one
# reason, the muscles. Psychologists number their visible effects as **action units** (AU), in the
# *Facial Action Coding System*, FACS for short (Ekman and Friesen, 1978). With drawn faces we can move
# one at a time.
#
# **Predict:** the second face moves AU12 by half, the third fully. The fourth adds AU6. Where will you
# see it?

# %%
moves = {
    "at rest": {},
    "AU12, half": {12: 0.5},
    "AU12, full": {12: 1},
    "AU6 and AU12": {6: 1, 12: 1},
}
drawn = [synth.draw_face(move, identity=4).images[0] for move in moves.values()]
plots.steps(drawn, list(moves), title="One person, four movements")

# %% [markdown]
# AU12 pulls the corners of the lips; AU6 lifts the cheeks and wrinkles the skin beside the eyes. Both together are
# called a *Duchenne smile*. It was held to be the sign of real joy (Ekman, Davidson and Friesen, 1990), yet people
# produce it on request (Krumhuber and Manstead, 2009). Remember that: a movement can be measured; what it means is
# another question, and the subject of this notebook.

# %% [markdown]
# ## 3. The same seed, the same answer
#
# Drawing faces, shuffling them, starting a network: all of it rolls dice. Computer dice are not random.
# They follow from a number called the **seed**.
#
# **Predict:** which of the three lines will be equal?

# %%
print(np.random.default_rng(0).integers(1, 7, size=10))
print(np.random.default_rng(0).integers(1, 7, size=10))
print(np.random.default_rng(1).integers(1, 7, size=10))

# %% [markdown]
# The same holds for a whole set of faces. Here 20 are drawn twice with seed 1 and once with seed 2, and
# every pixel is compared.

# %%
once, again, other = (synth.draw(20, seed=seed).images for seed in (1, 1, 2))
print("seed 1 against seed 1:", np.array_equal(once, again))
print("seed 1 against seed 2:", np.array_equal(once, other))
course.record("same_seed_same_faces", np.array_equal(once, again))

# %% [markdown]
# **Exercise 2.** Write your first function of this course: `roll(seed)` returns five dice as whole numbers
# from 1 to 6, the same five whenever the seed is the same.


# %% tags=["exercise"]
def roll(seed):
    """Return five dice, whole numbers from 1 to 6, that follow from the seed."""
    # BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    return rng.integers(1, 7, size=5)
    # END SOLUTION


# %% tags=["check"]
course.check("roll", roll)

# %% [markdown]
# A seed makes a result *repeatable*, not *true*. A network trained with another seed scores a little
# differently: one of ours, trained three times on the same faces, came to between 32.4 and 33.7 % (balanced accuracy on
# FER2013's PublicTest after drawn faces alone; `benchmarks/results/synth.json`). So we fix several seeds **beforehand** and report all of them.

# %%
course.quiz("seeds", "b")

# %% [markdown]
# ## 4. You are a rater
#
# Where does the word "happy" on a photo come from? From a person who looked at it: a **rater**. Now you
# are one. Below are twelve drawn faces. Write the word that fits each best into the next cell, out of
# angry, disgust, fear, happy, sad, surprise, neutral. Take five seconds a face.

# %%
crowd = synth.draw(420, seed=7, variant="balanced")
chosen = [3, 17, 29, 40, 64, 85, 110, 131, 150, 200, 222, 271]
large = [
    synth.draw(1, seed=7, start=number, size=96, variant="balanced").images[0] for number in chosen
]
plots.mosaic(
    large, [f"face {n}" for n in range(1, 13)], columns=6, title="What does each face show?"
)

# %% [markdown]
# A lazy stand-in has labeled them already: it calls everything neutral. **Overwrite its words with
# yours.** (If you do not, all goes on, and you will see what laziness is worth.)

# %%
answers = """
neutral neutral neutral neutral neutral neutral
neutral neutral neutral neutral neutral neutral
"""
mine = answers.split()
assert len(mine) == 12, f"Give twelve words, not {len(mine)}."
assert set(mine) <= set(CLASSES), f"Not among the seven: {set(mine) - set(CLASSES)}."

# %% [markdown]
# Each face also comes with ten **simulated votes**. Nobody looked: a voter says a word by lot, with
# chances that depend on what was drawn and how strongly, set after the votes on photographs published
# as FER+ (Barsoum et al., 2016). Here are your first six faces with the shares of the ten votes.

# %%
classes = list(CLASSES)
votes = crowd.table[[f"votes_{name}" for name in classes]].set_axis(classes, axis=1)
plots.votes(large[:6], votes.iloc[chosen[:6]] / 10, title="Ten simulated votes on faces 1 to 6")

# %% [markdown]
# The votes differ. How often are all ten the same?
#
# **Predict:** overwrite the guess, then run.

# %%
guess = 0.5  # the share of faces on which all ten votes agree
unanimous = (votes.max(axis=1) == 10).mean()
print(f"You guessed {guess:.0%}; it is {unanimous:.0%} of {len(votes)} faces.")
course.record("unanimous", unanimous)

# %% [markdown]
# Our simulated raters disagree even more than real ones: on 30,266 of FER+'s 35,887 photographs (our copy is not
# complete) all ten raters agree on about a quarter. The two are not quite alike: among those photographs hardly any
# show fear or disgust, which are harder. (We counted: 25.7 %, in the project's `benchmarks/results/evaluation/raters.json`.)
#
# **Exercise 3.** Write `agreement(mine, theirs)`: the share of places, 0 to 1, at which two lists of words
# hold the same word.


# %% tags=["exercise"]
def agreement(mine, theirs):
    """Return the share of faces on which two raters say the same, 0 to 1."""
    # BEGIN SOLUTION
    return sum(a == b for a, b in zip(mine, theirs, strict=True)) / len(mine)
    # END SOLUTION


# %% tags=["check"]
course.check("agreement", agreement)

# %% [markdown]
# And how well do *you* agree with the crowd? Its word is the class with most votes, the **majority**.

# %%
majority = votes.idxmax(axis=1).to_numpy()
yours = np.mean(np.array(mine) == majority[chosen])
print(f"You agree with the crowd on {yours:.0%} of the 12 faces.")
pd.DataFrame({"you": mine, "crowd": majority[chosen]}, index=range(1, 13)).T

# %% [markdown]
# Is that good? We need a measure of comparison: one rater out of the ten against the other nine. For each
# of the 420 faces we pick one vote by lot and take it out of the count before the others are asked.
#
# **Predict:** on what share of the faces does one rater agree with the other nine?

# %%
guess = 0.9
rng = np.random.default_rng(course.seed)
counts = votes.to_numpy()
one = np.array([rng.choice(7, p=row / row.sum()) for row in counts])
nine = (counts - np.eye(7, dtype=int)[one]).argmax(axis=1)
print(f"You guessed {guess:.0%}; it is {np.mean(one == nine):.0%}.")
course.record("rater_agreement", np.mean(one == nine))

# %% [markdown]
# Even a perfect classifier could hardly agree with one such rater more often than the other nine do, because part
# of what a single rater says is chance. Remember this when you meet a test label that rests on one
# opinion: in FER2013 it is a search word that people checked and let pass, and nobody's second opinion is kept.
#
# Now the lazy stand-in, with its one word. How often is it "right" over all 420 faces?

# %%
lazy = np.full(len(majority), "neutral")
print(f"The lazy rater agrees with the crowd on {np.mean(lazy == majority):.0%} of the faces.")

# %% [markdown]
# Part of every agreement is luck: two people who say "neutral" a lot will meet there without looking.
# **Cohen's kappa** (1960) takes luck off. With the agreement *observed* and the agreement that *chance*
# alone would give,
#
# ```text
# kappa = (observed - chance) / (1 - chance)
# ```
#
# Chance works like two spinners. If I say "happy" for a third of the faces and you for half of them, we both
# say it on 1/3 · 1/2 = 1/6 of them by luck. Add this up over all words. For example:

# %%
first = ["happy", "happy", "sad", "sad", "sad", "sad"]
second = ["happy", "sad", "happy", "sad", "sad", "sad"]
observed = 4 / 6
chance = 2 / 6 * 2 / 6 + 4 / 6 * 4 / 6
print(f"observed {observed:.3f}, chance {chance:.3f}")
print(f"kappa {(observed - chance) / (1 - chance):.3f}")

# %% [markdown]
# **Exercise 4.** Write `kappa(mine, theirs)` for any two lists of words. (Two lists that hold one and the
# same word only would divide by zero. You may leave that case aside.)


# %% tags=["exercise"]
def kappa(mine, theirs):
    """Return Cohen's kappa of two lists of words."""
    # BEGIN SOLUTION
    n = len(mine)
    observed = sum(a == b for a, b in zip(mine, theirs, strict=True)) / n
    chance = sum(mine.count(word) * theirs.count(word) for word in set(mine)) / n**2
    return (observed - chance) / (1 - chance)
    # END SOLUTION


# %% tags=["check"]
course.check("kappa", kappa)

# %% [markdown]
# Once the idea is clear we use a library's version. This is a habit of the course: first by hand, then by
# the package.

# %%
from sklearn.metrics import cohen_kappa_score

words = np.array(classes)
rater_kappa = cohen_kappa_score(words[one], words[nine])
print(f"kappa of you and the crowd (12 faces):    {cohen_kappa_score(mine, majority[chosen]):.2f}")
print(f"kappa of lazy and the crowd (420 faces):  {cohen_kappa_score(lazy, majority):.2f}")
print(f"kappa of one rater and the other nine:    {rater_kappa:.2f}")
course.record("rater_kappa", rater_kappa)

# %% [markdown]
# Laziness is worth exactly nothing. (With twelve faces your own kappa is rough: one word more or less moves it by
# about a tenth.) And where do raters differ?
#
# **Predict:** which two classes are mixed up most often?

# %%
table = pd.crosstab(words[nine], words[one], normalize="index").reindex(classes, axis=0)
table = table.reindex(classes, axis=1).fillna(0)
plots.heat_map(
    table,
    title="What one rater says, where the other nine say...",
    xlabel="one rater",
    ylabel="the other nine",
    scale="share",
)

# %% [markdown]
# We put this pattern in, after FER+; here you see how it shows. Look off the diagonal. Sad goes to neutral most
# often, then disgust to angry, where both lower the brows. Surprise goes to neutral about as often as fear goes to
# surprise, where both raise the brows and widen the eyes. Faint smiles go to neutral too. (A row is some 50 to 75
# faces, so the shares are rough.) The classes of our field are no islands.

# %% [markdown]
# With drawn faces we can ask what nobody can ask of a photo: was the crowd *right*? We know which expression
# was drawn.

# %%
true_class = words[crowd.table["true_class"]]
print(
    f"The majority names the expression drawn on {np.mean(majority == true_class):.0%} of the faces."
)
course.record("crowd_is_right", np.mean(majority == true_class))

# %% [markdown]
# Mostly, not always. And note what "right" means here: the *movement* that was drawn. Behind a drawn face
# there is no feeling at all; still, everybody finds a word for it. One reason is the task itself. You had to
# pick one of seven words. *Concentrating*, *polite* or *needs glasses* were not on offer. Such **forced
# choice** makes people agree more than they would in their own words (Russell, 1994).

# %%
course.quiz("luck", "b")

# %% [markdown]
# ## 5. The same face in another story
#
# You were shown faces and nothing else. Life is not like that. Here is one face in three stories. Say
# aloud, each time, what this person feels.

# %%
wide = synth.draw_face({1: 0.9, 2: 0.8, 5: 0.8, 25: 1, 26: 1}, identity=4).images[0]
stories = [
    "The door opens:\na surprise party.",
    "The door opens:\nthe dog is loose.",
    "The curtain opens:\nact two, scene one.",
]
plots.steps([wide] * 3, stories, title="Three stories, one face")

# %% [markdown]
# The pixels are the same, to the last one. What changed was what you know, the **context**. It does not merely
# add to the face, it changes what you see in it:
#
# - Shown a disgusted face on a body that raises its fist, viewers called the *face* angry (Aviezer et al., 2008).
# - Tennis players at the moment of a won or lost point: from the faces viewers could not tell which, from the
#   bodies they could (Aviezer, Trope and Todorov, 2012).
#
# We can write down what a story does. Say how often such a face comes with each state, and how often each
# state comes up in the story. Multiply, and divide by the sum: **Bayes' rule**. (All numbers here are invented.)

# %%
with_this_face = pd.Series({"surprised": 0.6, "afraid": 0.5, "acting": 0.3})
in_the_story = pd.DataFrame(
    {
        "surprise party": {"surprised": 0.85, "afraid": 0.05, "acting": 0.10},
        "loose dog": {"surprised": 0.25, "afraid": 0.70, "acting": 0.05},
        "on stage": {"surprised": 0.05, "afraid": 0.05, "acting": 0.90},
    }
)
belief = in_the_story.mul(with_this_face, axis=0)
belief /= belief.sum()
plots.heat_map(
    belief.T, title="One face, three beliefs", xlabel="state", ylabel="story", scale="probability"
)

# %% [markdown]
# One face, three answers, and each of them sound. A classifier sees 2,304 gray levels and no story. So it can at
# best give the average answer over the stories of its training photos. Keep this in mind whenever its output
# looks like certainty.

# %%
course.quiz("context", "b")

# %% [markdown]
# ## 6. Why do we move our faces? Seven answers
#
# Faces matter to us before we can speak. When a mother suddenly keeps her face still, her infant tries to win it
# back, and then turns away (Tronick et al., 1978). We copy each other's smiles, take turns by brow and gaze, soften
# or sharpen what we say. We also judge: a tenth of a second is enough to call a stranger trustworthy, and with
# more time we hardly change our mind, we only grow surer (Willis and Todorov, 2006).
#
# So a face is a tool of talk. Is it a window as well? **Predict:** when does somebody at a bowling alley smile:
# on seeing all pins fall, or on turning round to the friends?

# %% [markdown]
# Kraut and Johnston (1979) watched nearly two thousand balls, and in a second study bowlers from both sides. Facing
# the pins, bowlers rarely smiled, even after a strike. Facing their friends they often did. What had happened
# mattered less than who was looking.
#
# Keep the bowlers in mind while we go through seven theories, in four steps. Ask of each: *what is the face,
# according to it?*

# %% [markdown]
# ### The face as a readout
#
# **Darwin** (1872) asked where the movements come from. A movement that was once of use, such as baring teeth
# before biting, stays as a habit where it is of use no more. Shared ancestors leave shared expressions.
#
# **Ekman** (1992) went further: there are a few *basic emotions*, inborn, each with its own expression that people
# everywhere recognize. With Friesen he showed photos to people in New Guinea who had hardly met outsiders, and found
# agreement above chance (1971). The seven classes of our data sets are his list plus neutral. Ekman knows that people
# also mask and pose: by *display rules*, customs about who may show what to whom (Ekman and Friesen, 1969). Critics
# answer that forced choice inflates agreement (Russell, 1994), and that it shrinks where people sort faces freely, as
# among the Himba of Namibia (Gendron et al., 2014).

# %% [markdown]
# ### The body as a cause
#
# **James** (1884) and **Lange** (1885) turned the order round: first the body changes, and feeling those changes
# *is* the emotion. We are sad because we weep.
#
# Make it small and you get **facial feedback**: moving the face alone should change the feeling. The famous test
# had people hold a pen in the teeth, which forces a smile, and rate cartoons: they found them funnier, by 0.82 points
# of a scale of ten, than people who held it with the lips, which prevents a smile (Strack, Martin and Stepper, 1988).
# It went into textbooks. Then 17 laboratories repeated the study with nearly 1,900 people. **Predict** the mean
# difference that they found, before you read on.

# %% [markdown]
# They found 0.03 points, with a 95 % interval from -0.11 to 0.16: a range made by a rule that catches the true
# value in 95 of 100 repetitions (Wagenmakers et al., 2016).
#
# How can a famous effect vanish? Try it. Suppose the true difference is 0.1 points. Each of ten thousand teams tests 30
# people in either group. Single ratings scatter by about 2 points, so the difference that a team finds scatters as
# well, by 2 · √(2/30), about 0.5 points. This is its *standard error*.
#
# Were there no effect at all, a difference of more than 1.96 standard errors in the expected direction would come up
# once in 40 studies. Such a difference is called *significant*. Say that a journal prints only those. **Predict** the
# mean difference that is printed.

# %%
guess = 0.1
truth, scatter, people = 0.1, 2.0, 30
rng = np.random.default_rng(course.seed)
error = scatter * np.sqrt(2 / people)
found = rng.normal(truth, error, size=10_000)
printed = found[found > 1.96 * error]
print(f"True: {truth} points. You guessed {guess}. Printed, on average: {printed.mean():.2f}.")
course.record("printed_difference", printed.mean())
plots.histogram(
    {"all teams": found, f"printed ({len(printed) / len(found):.0%})": printed},
    title="What 10,000 small studies find when the truth is 0.1",
    xlabel="difference in points",
)

# %% [markdown]
# What is printed is twelve times the truth, *without anybody cheating*: small studies that must be significant to
# be seen overstate. The same happens to accuracies in our own field when only the best run is printed.
#
# For facial feedback the story ended well. Believers and doubters planned a test together: 3,878 people in 19
# countries. Copying or posing a smile raised reported happiness a little; for the hidden pen the evidence stayed
# weak (Coles et al., 2022).

# %%
course.quiz("feedback", "c")

# %% [markdown]
# ### The face as a trace of judgments
#
# A dog runs toward you. Joy or fear? That depends on what it means to you. This meaning-for-me is called
# **appraisal** (Arnold, 1960; Lazarus, 1991): the judgment comes first, and the emotion follows from it.
#
# Scherer's **component process model** (2009) takes the judgment apart: is it new? pleasant? does it help my
# goals? can I cope? does it fit my norms? Each check in turn leaves its own mark on body, voice and face, so that
# an expression is built up piece by piece, and the order can be looked for in films of faces.

# %% [markdown]
# ### The face as material
#
# In the theory of **constructed emotion** (Barrett, 2017; Russell, 2003, is near) there is no fixed program for
# anger that could have a fixed face. The brain makes each instance, out of the state of the body (*valence*:
# pleasant or not; *arousal*: calm or excited), memory, and the concepts of one's culture. Anger may scowl, weep,
# smile or stay still; variety is what one expects, not noise.
#
# An eighth view, also against the readout but on other grounds, takes faces as social tools that evolved for dealing
# with others (Fridlund, 1994): an expression says what I am about to do,
# and to whom. It would have told you about the bowlers at once.

# %% [markdown]
# **Exercise 5.** Who says what? Give each sentence its theory, out of: `"Darwin"`, `"Ekman"`, `"James-Lange"`,
# `"facial feedback"`, `"appraisal"`, `"component process"`, `"constructed"`. Each is used once. Write
# a dictionary of all seven letters, which begins like `{"A": "Darwin", "B": "Ekman"` (these two are wrong).
#
# - **A** "I do not tremble because I am afraid. I notice my trembling and racing heart, and that is the fear."
# - **B** "Whether the dog frightens you is settled by what you take it to mean for you."
# - **C** "There are a handful of emotions, and a smile of joy is understood on every island."
# - **D** "Your brain made this anger just now, out of a tense stomach, a memory, and the word you have for it."
# - **E** "We bare our teeth in rage since our ancestors were about to use them."
# - **F** "Lift the corners of your mouth for a minute, and you will feel a little better."
# - **G** "First the brows react to the new, then the nose to the unpleasant, then the mouth to what can be done."

# %% tags=["exercise"]
# BEGIN SOLUTION
said_by = {
    "A": "James-Lange",
    "B": "appraisal",
    "C": "Ekman",
    "D": "constructed",
    "E": "Darwin",
    "F": "facial feedback",
    "G": "component process",
}
# END SOLUTION

# %% tags=["check"]
course.check("theories", said_by)

# %% [markdown]
# ## 7. What can be claimed
#
# Barrett and colleagues of quite different schools (2019) went through the evidence together. People do scowl in
# anger and smile in joy *more often than by chance*. But how they show an emotion varies across cultures, across
# situations, and within one person; and the same movement serves several emotions, or none. To read a face
# backwards, three things would have to hold:
#
# | | asks | and for anger and the scowl? |
# |---|---|---|
# | **reliability** | does the movement come whenever the emotion does? | far from always |
# | **specificity** | does it come only then? | no: also in effort, doubt, bright sun |
# | **generalizability** | everywhere, in all people? | few kinds of people were tested |
#
# Reliability is the one we like to talk about. The next cell shows why specificity matters more.

# %% [markdown]
# A school is offered a camera that "detects anger". In tests it finds 80 % of the angry faces (the **hit rate**) and
# alarms at only 5 % of the others (the **false-alarm rate**). Suppose pupils are angry in 2 of 100 moments (the
# **base rate**).
#
# **Predict:** an alarm sounds. What is the chance that the pupil is angry? Then count, on 100,000 moments.

# %%
guess = 0.8
rng = np.random.default_rng(course.seed)
angry = rng.random(100_000) < 0.02
alarm = rng.random(100_000) < np.where(angry, 0.80, 0.05)
print(
    f"{alarm.sum():,} alarms, of which {angry[alarm].sum():,} are right: {angry[alarm].mean():.0%}."
)
print(f"You guessed {guess:.0%}.")
course.record("right_alarms", angry[alarm].mean())

# %% [markdown]
# Three alarms in four accuse somebody who is not angry. The 98 of 100 calm moments are so many that 5 % of them
# outnumber 80 % of the 2. And that was generous: *angry face* stood for *angry*.
#
# How common must a thing be before such an alarm is worth anything?

# %%
base_rates = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5])
right = []
for base_rate in base_rates:
    angry = rng.random(100_000) < base_rate
    alarm = rng.random(100_000) < np.where(angry, 0.80, 0.05)
    right.append(angry[alarm].mean())
plots.curves(
    {"alarms that are right": (base_rates, np.array(right))},
    title="Rare things: most alarms are false",
    xlabel="base rate: share of moments with anger",
    ylabel="share of right alarms",
)

# %% [markdown]
# At a base rate of 0.06 every second alarm is right. Below that, most are false.
#
# **Exercise 6.** Write the rule that you counted. `alarms(base_rate, hit_rate, false_alarm_rate)` returns the share of
# alarms that are right.


# %% tags=["exercise"]
def alarms(base_rate, hit_rate, false_alarm_rate):
    """Return the share of alarms that are right, 0 to 1."""
    # BEGIN SOLUTION
    hits = base_rate * hit_rate
    false_alarms = (1 - base_rate) * false_alarm_rate
    return hits / (hits + false_alarms)
    # END SOLUTION


# %% tags=["check"]
course.check("alarms", alarms)

# %% [markdown]
# So this is the language of the course. We say **expression class**, never "emotion", for what a classifier puts out.
#
# | It can be claimed | It cannot be claimed |
# |---|---|
# | AU12 is active on this picture | this person is happy |
# | raters who see only the face mostly say "happy" | this person is lying, dangerous, or interested |
# | the classifier agrees with the raters on 70 % of *these* faces | it will on yours |
# | it agrees less often on faces like these | it is fair, since nobody measured otherwise |

# %%
course.quiz("smile", "c")

# %% [markdown]
# ## 8. Uses, misuses, and the law
#
# ### Where movements of the face are put to good use
#
# - In research: FACS coding by machine saves months of work by hand, and can be checked against it.
# - For the person whose face it is: a doctor follows a facial palsy; a person who cannot speak steers a computer with
#   brows and lips.
# - For somebody who looks at faces: glasses that name the expressions of others helped autistic children practice in a
#   small trial, at home and by choice (Voss et al., 2019). Here those who are looked at must agree, too.
# - In safety: cars warn a drowsy driver. That is about closed eyes, not about feelings.
# - In drawing and film: an actor's face moves a character.

# %% [markdown]
# ### Where it goes wrong
#
# - *Hiring.* A large vendor of video interviews scored applicants by face as well; in 2021, under criticism, it
#   announced that it had stopped (Zuloaga, 2021; Knight, 2021).
# - *Selling "emotion" as a service.* Microsoft announced in 2022 that it would take emotion inference out of its face
#   service, and named the lack of agreement on what an emotion is (Crampton, 2022).
# - *Borders and airports.* Officers were trained to spot bad intent by look and behavior; the auditors of the US
#   government found no evidence that it works (GAO, 2013).
# - *Unequal errors.* Commercial systems called black basketball players angrier than white ones with matched smiles
#   (Rhue, 2018).
#
# The pattern: somebody with power looks for something rare in the face of somebody without, and believes the output.

# %% [markdown]
# ### The law in the European Union
#
# Article 5(1)(f) of the AI Act, which has applied since 2 February 2025, forbids AI systems
# that infer emotions of people *at work and in education*, except for medical or safety reasons. **Consent does not
# lift this**: who is paid or graded by the asker cannot refuse freely. Recital 44 gives the reasons, and you have
# met them: limited reliability, lack of specificity, limited generalizability.
#
# Noticing that a face smiles or frowns is not yet emotion recognition in the sense of the Act; inferring a feeling
# from it is (Recital 18). Elsewhere this article does not forbid such systems. But people must be told (Article 50(3),
# since 2 August 2026), and they count as high-risk (Annex III), which brings duties from 2 December 2027 on: the date
# was put off by Regulation (EU) 2026/1744. Pictures of recognizable people are personal data (GDPR, Regulation (EU) 2016/679).
# Other places have other laws. This is a course, not legal advice: read the text.

# %%
course.quiz("law", "c")

# %% [markdown]
# ### The rules of this course
#
# They hold for you as for us.
#
# 1. We say what a face *shows*. Nobody is told what they feel.
# 2. The webcam (notebook 07 only) is off until its owner starts it, shows only its owner, and stores nothing. A class
#    can do all of it with a supplied clip.
# 3. No result is tied to a name or a mark. Never rate students or colleagues with what you build here.
# 4. Faces of real people never leave your machine, unless those people and the data's owner allow it.
# 5. Every score is given with its data, its number of faces and its interval, and every model with a card that says on
#    whom it fails (Mitchell et al., 2019).
#
# A last question, about the notebook itself.

# %%
course.quiz("untouched", "b")

# %% [markdown]
# ### An open project
#
# **You and somebody else.** Take about 60 faces (`course.load().sample(60, seed=1)`), and rate them both, each alone,
# without the labels. Write down before: what will your agreement be, and your kappa? On which two classes will you
# differ? Then measure both, with an interval (draw 60 of your 60 faces by lot, each as often as it comes up, and
# measure again; do this a thousand times, and take the range of the middle 950 results), show the three faces on which
# you differ most, and write half a page: who is right about them, and what would settle it?

# %% [markdown]
# ## 9. Wrap-up
#
# - A label is an opinion about a picture. Opinions can be counted, and luck can be taken off.
# - Context changes what a face means, and a classifier has none.
# - Theories disagree about what a face is. Even the theory that comes nearest, Ekman's, knows masked and posed faces;
#   none makes one picture a proof.
# - When a thing is rare, most alarms of even a good detector are false.
# - The same seed gives the same numbers; a good number needs several seeds and an interval.
#
# **Read next.** Barrett, Adolphs, Marsella, Martinez and Pollak (2019), *Emotional expressions reconsidered*: the one
# paper to read. Ekman (1992), *An argument for basic emotions*, and Russell (1994), *Is there universal recognition of
# emotion from facial expression?*: the two sides, at their best. Wagenmakers et al. (2016) and Coles et al. (2022): how
# a question is settled. Cohen (1960): kappa, in ten readable pages. The AI Act, Regulation (EU) 2024/1689, Article 5
# and Recitals 18 and 44. Darwin (1872) is free, and a pleasure.
#
# **Words.** *Action unit, agreement, appraisal, base rate, Cohen's kappa, context, expression class, forced choice,
# label, rater, reliability, seed, specificity*: all of them are in the glossary, the file `docs/glossary.md`. Beside it
# lies `docs/cheat-sheet.md`, all of the course on a page; and `fercourse progress`, typed in a terminal, counts what
# you have answered.
#
# **On to notebook 01**, *Meet the faces*: a whole data set, and every reason to doubt it.
