import cv2
import numpy as np
import pytest

from fercourse.features import Gabor


def wavelet(length, angle, deviation):
    y, x = np.mgrid[-32:33, -32:33]
    envelope = np.exp(-(x**2 + y**2) / (2 * deviation**2)) / (2 * np.pi * deviation**2)
    wave = np.exp(2j * np.pi / length * (x * np.cos(angle) + y * np.sin(angle)))
    return envelope * (wave - np.exp(-((2 * np.pi * deviation / length) ** 2) / 2))


@pytest.mark.parametrize(("scale", "direction"), [(0, 0), (0, 5), (1, 3)])
def test_magnitudes_equal_those_of_filtering_with_the_wavelet(mixed, scale, direction):
    bank = Gabor((6, 12), step=1).fit(mixed)
    length = (6, 12)[scale]
    kernel = wavelet(length, direction * np.pi / 8, length / 2)
    border = cv2.BORDER_REPLICATE
    parts = [
        cv2.filter2D(mixed[0] / 255, -1, part, borderType=border)
        for part in (kernel.real, kernel.imag)
    ]
    ours = bank.magnitudes(mixed[:1])[0, scale * 8 + direction]
    np.testing.assert_allclose(ours, np.hypot(*parts), atol=1e-4)


def test_even_light_excites_no_wavelet():
    even = np.full((1, 48, 48), 200, np.uint8)
    assert Gabor().fit_transform(even).max() < 1e-4


def test_features_are_the_means_of_magnitudes_over_the_cells(mixed):
    bank = Gabor((4, 8), orientations=4, grid=3).fit(mixed)
    magnitudes = bank.magnitudes(mixed)
    assert magnitudes.shape == (len(mixed), 8, 24, 24)
    features = bank.transform(mixed).reshape(len(mixed), 8, 3, 3)
    np.testing.assert_allclose(
        features[:, 5, 2, 0], magnitudes[:, 5, 16:, :8].mean(axis=(1, 2)), rtol=1e-5
    )


def test_stripes_excite_the_wavelet_of_their_direction_and_length_most():
    stripes = np.uint8(127 + 100 * np.sin(2 * np.pi / 8 * np.arange(48)))
    face = np.tile(stripes, (48, 1))[None]
    bank = Gabor((4, 8, 16), grid=1).fit(face)
    best = bank.get_feature_names_out()[bank.transform(face)[0].argmax()]
    assert best.startswith("gabor_wavelength8_direction0_")
