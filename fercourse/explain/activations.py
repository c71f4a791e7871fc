"""Maps from the feature maps of a convolution: the CAM family, as tf-keras-vis computes it.

A map is as coarse as the feature maps of its layer and is enlarged linearly. `Network.layer` chooses
the layer where none is named.
"""

import numpy as np

from fercourse.explain.network import Network, as_input, peer, quiet, score_of

# Feature maps that the faster Score-CAM keeps, as its authors advise.
_VARIED = 10


def grad_cam(network: Network, faces, targets, *, layer: str | None = None) -> np.ndarray:
    """Return Grad-CAM (Selvaraju et al., 2017): float32 (N, H, W), 0 or more."""
    return _cam("gradcam.Gradcam", network, faces, targets, layer)


def grad_cam_pp(network: Network, faces, targets, *, layer: str | None = None) -> np.ndarray:
    """Return Grad-CAM++ (Chattopadhay et al., 2018): float32 (N, H, W), 0 or more."""
    return _cam("gradcam_plus_plus.GradcamPlusPlus", network, faces, targets, layer)


def layer_cam(network: Network, faces, targets, *, layer: str | None = None) -> np.ndarray:
    """Return Layer-CAM (Jiang et al., 2021): float32 (N, H, W), 0 or more."""
    return _cam("layercam.Layercam", network, faces, targets, layer)


def score_cam(network: Network, faces, targets, *, layer: str | None = None) -> np.ndarray:
    """Return Score-CAM (Wang et al., 2020): float32 (N, H, W), 0 or more."""
    return _cam("scorecam.Scorecam", network, faces, targets, layer, batch_size=256)


def faster_score_cam(network: Network, faces, targets, *, layer: str | None = None) -> np.ndarray:
    """Return Score-CAM with the feature maps that vary most: float32 (N, H, W), 0 or more.

    tf-keras-vis takes the ten most varied ones of each face, and lets through those of all faces that
    it is given at once: a face beside others has a few more than by itself, and another map.
    """
    channels = network.layer(layer).output.shape[-1]
    return _cam(
        "scorecam.Scorecam",
        network,
        faces,
        targets,
        layer,
        batch_size=256,
        max_N=min(_VARIED, channels),
    )


def _cam(kind, network, faces, targets, layer, **options) -> np.ndarray:
    chosen = network.layer(layer).name
    with quiet():
        raw = peer(kind)(network.model)(
            score_of(targets),
            as_input(faces),
            penultimate_layer=chosen,
            seek_penultimate_conv_layer=False,
            normalize_cam=False,
            **options,
        )
    return np.asarray(raw, np.float32)
