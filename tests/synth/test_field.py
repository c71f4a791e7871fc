import numpy as np

from fercourse.synth.field import make_field, sum_of_bumps


def test_bumps_are_gaussians_of_their_place_width_and_amounts():
    field = make_field(28)
    bumps = np.array([[0.2, -0.3, 0.1, 0.4, 1.0, -0.5], [-0.6, 0.8, 0.05, 0.02, 0.3, 2.0]])
    x, y = (part.astype(float) for part in (field.x[None, :], field.y[:, None]))
    expected = [
        sum(
            row[4 + amount]
            * np.exp(-0.5 * (((x - row[0]) / row[2]) ** 2 + ((y - row[1]) / row[3]) ** 2))
            for row in bumps
        )
        for amount in range(2)
    ]
    np.testing.assert_allclose(sum_of_bumps(field, bumps), expected, atol=1e-6)
