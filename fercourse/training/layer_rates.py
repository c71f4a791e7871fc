"""A learning rate for each layer: the lower it stands, the less it should change."""

from collections.abc import Mapping

import keras

from fercourse.training.freezing import body_layers


def layer_rates(model: keras.Model, decay: float) -> dict[str, float]:
    """Return a factor of the learning rate for each variable, by its path.

    The head has 1; each layer with weights below it has `decay` times the factor of the one above
    ("discriminative fine-tuning", Howard and Ruder, 2018). Batch normalization goes with the layer
    before it. Introduced in notebook 04.

    Parameters
    ----------
    model : keras.Model
        Of `models.build`.
    decay : float
        Between 0 and 1, such as 0.8.
    """
    body = {layer.name for layer in body_layers(model)}
    rates, factor = {}, 1.0
    for layer in reversed(model.layers):
        if layer.name in body:
            factor *= decay
        below = factor * decay if layer.name not in body and layer.name != "logits" else factor
        rates |= {variable.path: below for variable in layer.trainable_variables}
    return rates


@keras.saving.register_keras_serializable("fercourse")
class LayerwiseAdam(keras.optimizers.Adam):
    """Adam (Kingma and Ba, 2015) with a factor of the learning rate for each variable.

    Scaling the gradients instead would do nothing: Adam divides by their size.

    Parameters
    ----------
    learning_rate : float
        Of the head.
    factors : mapping of str to float
        By the path of a variable, as `layer_rates` gives them; 1 where there is none.
    """

    def __init__(self, learning_rate=1e-3, factors: Mapping[str, float] = {}, **options):
        super().__init__(learning_rate, **options)
        self.factors = dict(factors)

    def update_step(self, gradient, variable, learning_rate):
        """Do Adam's step of one variable at a rate of its own."""
        # TensorFlow hands over its own variable, which does not know its path in the model.
        path = self._trainable_variables[self._get_variable_index(variable)].path
        super().update_step(gradient, variable, learning_rate * self.factors.get(path, 1))

    def get_config(self):
        return {**super().get_config(), "factors": self.factors}
