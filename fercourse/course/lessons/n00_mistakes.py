"""The typical mistakes of notebook 00's numbers, each as the function that makes it."""

import numpy as np

from fercourse.course.exercises import Wrong


def expect_no_mistake(value: float, expected: float, mistakes: dict, *given) -> None:
    """Raise the message of the typical mistake that leads to just this wrong value."""
    for message, mistake in mistakes.items():
        if abs(value - mistake(*given)) < 1e-9 < abs(value - expected):
            raise Wrong(message)


def agreed(mine, theirs):
    """Return the share of faces on which two raters agree."""
    return sum(a == b for a, b in zip(mine, theirs, strict=True)) / len(mine)


AGREEMENT_MISTAKES = {
    "You count the equal labels; divide by the number of faces.": (
        lambda mine, theirs: agreed(mine, theirs) * len(mine)
    ),
    "This is in percent; give a share, between 0 and 1.": (
        lambda mine, theirs: agreed(mine, theirs) * 100
    ),
    "This is the share of places where the words differ.": (
        lambda mine, theirs: 1 - agreed(mine, theirs)
    ),
    "You return 0. Did you write mine == theirs? That asks once whether the two lists are equal; "
    "compare word by word, with zip or with np.array.": lambda mine, theirs: np.mean(
        mine == theirs
    ),
    "You compare which words occur, not face by face.": (
        lambda mine, theirs: len(set(mine) & set(theirs)) / len(set(mine) | set(theirs))
    ),
    "You look whether a word stands anywhere in the other list; go place by place.": (
        lambda mine, theirs: np.mean([word in theirs for word in mine])
    ),
}


def cohens_kappa(mine, theirs, chance=None):
    """Return agreement beyond chance (Cohen, 1960); `chance` stands in for the right one."""
    chance = luck(mine, theirs) if chance is None else chance
    return (agreed(mine, theirs) - chance) / (1 - chance)


def luck(mine, theirs):
    """Return the agreement that luck alone would give."""
    return sum(mine.count(word) * theirs.count(word) for word in set(mine)) / len(mine) ** 2


KAPPA_MISTAKES = {
    "This is the plain agreement; take luck off.": agreed,
    "You took luck off but did not divide by 1 - chance, the most that could be left.": (
        lambda mine, theirs: agreed(mine, theirs) - luck(mine, theirs)
    ),
    "Put brackets around observed - chance: Python divides before it subtracts.": (
        lambda mine, theirs: agreed(mine, theirs) - luck(mine, theirs) / (1 - luck(mine, theirs))
    ),
    "You add a word's share once for each time it stands in mine; go through set(mine).": (
        lambda mine, theirs: cohens_kappa(
            mine,
            theirs,
            sum(mine.count(word) * theirs.count(word) for word in mine) / len(mine) ** 2,
        )
    ),
    "You take each word as equally frequent; use how often each rater says it.": (
        lambda mine, theirs: cohens_kappa(mine, theirs, 1 / len(set(mine + theirs)))
    ),
    "You use the shares of one rater twice; multiply those of both.": (
        lambda mine, theirs: cohens_kappa(mine, theirs, luck(mine, mine))
    ),
}


def right_alarms(base, hit, false):
    """Return the share of alarms that are right, from base, hit and false-alarm rate."""
    return base * hit / (base * hit + (1 - base) * false)


ALARM_MISTAKES = {
    "This is the hit rate: how many angry faces raise an alarm. Asked is the reverse: how many "
    "alarms are angry faces.": lambda base, hit, false: hit,
    "You left the base rate out; angry faces are rarer than others.": (
        lambda base, hit, false: hit / (hit + false)
    ),
    "This is the share of all faces that are angry and raise an alarm; divide by the share that "
    "raises an alarm.": lambda base, hit, false: base * hit,
    "This is the share of alarms that are false; asked are those that are right.": (
        lambda base, hit, false: 1 - right_alarms(base, hit, false)
    ),
    "The false alarms come from the faces that are not angry: 1 - base_rate of all.": (
        lambda base, hit, false: base * hit / (base * hit + false)
    ),
    "This is in percent; give a share, between 0 and 1.": (
        lambda base, hit, false: 100 * right_alarms(base, hit, false)
    ),
    "Do not round: the check wants all the digits.": (
        lambda base, hit, false: round(right_alarms(base, hit, false), 2)
    ),
}
