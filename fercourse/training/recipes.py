"""How each network is trained unless something else is asked for: ``fercourse train NETWORK``."""

from dataclasses import replace

from fercourse.training.config import Augmentation, Config

# Frozen before PrivateTest is scored; chosen on PublicTest.
MINI_XCEPTION = Config(
    epochs=100,
    batch_size=128,
    learning_rate=3e-3,
    warmup_epochs=5,
    weight_decay=4e-3,
    label_smoothing=0.1,
    augmentation=Augmentation(rotation=0.0, shift=5.0, zoom=0.0, brightness=0.2, contrast=0.2),
)
EDGE_NET = replace(
    MINI_XCEPTION,
    weight_decay=2e-2,
    augmentation=Augmentation(rotation=10.0, shift=5.0, zoom=0.1, brightness=0.2, contrast=0.2),
)
# As many epochs as two processor cores do in a little more than an hour.
ATTENTION_CNN = replace(EDGE_NET, epochs=25, learning_rate=2e-3, warmup_epochs=2)
# The recipe that many courses teach for this network: Adam, early stopping by the loss.
FOUR_BLOCK = Config(
    epochs=50,
    batch_size=32,
    optimizer="adam",
    schedule="constant",
    patience=10,
    monitor="loss",
    augmentation=Augmentation(shift=0.0),
)
# After Khaireddin and Chen (2021), whose plateau scheduler keeps three quarters of the rate.
VGG = Config(
    epochs=300,
    batch_size=64,
    optimizer="sgd",
    learning_rate=0.01,
    schedule="plateau",
    augmentation=Augmentation(shift=9.0, zoom=0.2, brightness=0.0),
)
RECIPES = {
    "tiny": Config(batch_size=32, learning_rate=3e-3),
    "mini_xception": MINI_XCEPTION,
    "four_block": FOUR_BLOCK,
    "vgg": VGG,
    "edge_net": EDGE_NET,
    "attention_cnn": ATTENTION_CNN,
}


def recipe_for(network: str) -> Config:
    """Return the config of a network; one without its own has that of mini_xception."""
    return RECIPES.get(network, MINI_XCEPTION)
