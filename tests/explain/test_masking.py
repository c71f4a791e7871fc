import numpy as np
import pytest

from fercourse.classifier import as_classifier
from fercourse.classifier.recipes import recipe
from fercourse.errors import ModelError
from fercourse.explain import masking, saliency


@pytest.mark.parametrize("method", ["occlusion", "rise"])
def test_points_at_the_only_pixels_that_the_classifier_sees(method, corner, marked):
    maps = saliency(corner, marked, method, "happy")
    peaks = maps.values.reshape(len(marked), -1).argmax(axis=1)
    assert np.all(peaks // 48 < 6)
    assert np.all(peaks % 48 < 6)


def test_occlusion_is_the_mean_loss_over_the_patches_that_cover_a_pixel(corner, marked):
    raw = saliency(corner, marked[:1], "occlusion", "happy", size=6, stride=6).raw[0]
    gray = np.uint8(marked[0].mean() + 0.5)
    assert raw[0, 0] == pytest.approx(1 - gray / 255, abs=1e-6)
    assert np.abs(raw[6:, 6:]).max() == 0


def test_every_pixel_is_covered_by_as_many_patches():
    assert np.ptp(masking._patches((48, 48), 8, 4).sum(axis=0)) == 0


def test_rise_equals_its_definition(corner, marked):
    raw = saliency(corner, marked[:2], "rise", "happy", masks=40, seed=5).raw
    masks = masking.random_masks(40, 7, (48, 48), 5)
    for face, found in zip(marked[:2], raw, strict=True):
        total = np.zeros((48, 48))
        for mask in masks:
            seen = mask * face + (1 - mask) * face.mean()
            total += mask * corner.predict_proba((seen[None] + 0.5).astype(np.uint8))[0, 3]
        expected = total / masks.sum(axis=0)
        np.testing.assert_allclose(found - found.mean(), expected - expected.mean(), atol=1e-3)


def test_masks_are_half_open_everywhere():
    open_share = masking.random_masks(3000, 7, (48, 48), 0).mean(axis=0)
    assert 0.45 < open_share.min() <= open_share.max() < 0.55


def test_a_face_has_the_same_map_alone_and_among_others(corner, marked):
    for method in ("occlusion", "rise"):
        alone = saliency(corner, marked[:1], method, "happy").raw[0]
        among = saliency(corner, marked, method, "happy").raw[0]
        np.testing.assert_allclose(alone, among, atol=1e-5)


def test_works_for_a_scikit_learn_pipeline(drawn):
    model = recipe("hog_svm").fit(drawn.images, drawn.labels)
    for method in ("occlusion", "rise"):
        maps = saliency(as_classifier(model), drawn.images[:1], method, **_few(method))
        assert maps.values.max() == 1


def _few(method):
    return {"masks": 20} if method == "rise" else {"size": 16, "stride": 16}


def test_a_patch_must_be_a_multiple_of_its_stride(corner, marked):
    with pytest.raises(ModelError, match="multiple of its stride"):
        saliency(corner, marked, "occlusion", size=8, stride=3)
