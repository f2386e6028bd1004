"""The estimators: parameters as scikit-learn has them, the training that of `weft.Model`."""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft.callbacks import EarlyStopping
from weft.gluon import nn
from weft.gluon.block import Block
from weft.training import Model

Network = Block | Callable[[int, int], Block] | None


class _Estimator(BaseEstimator):
    """What both have in common.

    network: a block, of which each `fit` trains a copy; a function of the numbers of features and
        of outputs that makes one; None for dense layers of `hidden` units with rectifiers
    hidden: units of these layers
    optimizer, learning_rate: as for `weft.Model`; wd: weight decay
    epochs: at most so many; batch_size: samples of a batch, at most all
    early_stopping: ends when the loss is not better for `patience` epochs: that of the last
        `validation_fraction` of the samples, or that of the training where this is 0
    callbacks: more of `weft.callbacks`; verbose: as for `fit` of `weft.Model`
    random_state: an integer for the same result each time

    After `fit` there are `model_`, a `weft.Model`, `history_`, and `n_features_in_`.
    """

    _loss = ""

    def __init__(
        self,
        network: Network = None,
        *,
        hidden: Sequence[int] = (100,),
        optimizer: str = "adam",
        learning_rate: float = 0.005,
        wd: float = 0.0,
        epochs: int = 200,
        batch_size: int = 32,
        early_stopping: bool = True,
        patience: int = 10,
        validation_fraction: float = 0.0,
        callbacks: Any = None,
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.network = network
        self.hidden = hidden
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.wd = wd
        self.epochs = epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state

    def _train(self, x: Any, y: Any, outputs: int, sample_weight: Any) -> None:
        """Trains a new network on checked arrays."""
        with _seeded(self.random_state):
            net = self._network(x.shape[1], outputs)
            options = {"learning_rate": self.learning_rate, "wd": self.wd}
            loss = self._loss if self.network is None else self._loss_of(net, x, outputs)
            self.model_ = Model(net, loss, self.optimizer, optimizer_params=options)
            self.history_ = self.model_.fit(
                x,
                y,
                min(self.batch_size, len(x)),
                self.epochs,
                sample_weight=sample_weight,
                validation_split=self.validation_fraction,
                callbacks=self._callbacks(),
                verbose=self.verbose,
            )
        self.n_iter_ = len(self.history_.epoch)

    def _callbacks(self) -> list[Any]:
        given = self.callbacks
        found = list(given) if isinstance(given, list | tuple) else [given] if given else []
        found = copy.deepcopy(found)  # a clone has its own
        if self.early_stopping:
            figure = "val_loss" if self.validation_fraction else "loss"
            delta = 1e-4
            found.append(EarlyStopping(figure, delta, self.patience, restore_best_weights=True))
        return found

    def _network(self, features: int, outputs: int) -> Block:
        given = self.network
        if isinstance(given, Block):
            return copy.deepcopy(given)
        if given is not None:
            if not callable(given):
                raise InvalidType(
                    f"{type(self).__name__}: `network` must be a block, a function that makes one, "
                    f"or None; got {type(given).__name__}"
                )
            return given(features, outputs)
        layers = [nn.Dense(units, activation="relu") for units in self.hidden]
        return nn.HybridSequential(*layers, nn.Dense(outputs))

    def _loss_of(self, net: Block, x: Any, outputs: int) -> str:
        """The loss for a network of the user's. Raises ValueError where its outputs do not fit."""
        shape = _output_shape(net, x)
        if shape != (outputs,):
            raise InvalidValue(
                f"{type(self).__name__}: `network` must give an array of shape (N, {outputs}); got "
                f"({', '.join(['N', *map(str, shape)])})"
            )
        return self._loss

    def _weights(self, sample_weight: Any, count: int) -> Any:
        if sample_weight is None:
            return None
        weights = numpy.asarray(sample_weight, "float32")
        if weights.shape != (count,):
            raise InvalidValue(
                f"{type(self).__name__}: `sample_weight` must have shape ({count},); got "
                f"{weights.shape}"
            )
        if not weights.any():
            raise InvalidValue(
                f"{type(self).__name__}: `sample_weight` must have one above zero; all are zero"
            )
        return weights

    def _scores(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype="float32")
        return self.model_.predict(x, max(len(x), 1))


class Classifier(ClassifierMixin, _Estimator):
    """A network that predicts classes, trained by the cross entropy of their scores. Of two classes
    a network may give one score, that of the second.

    classes_: the labels, in the order of the columns of `predict_proba`. Other parameters and
    attributes as for all estimators of this module.

    >>> from sklearn.datasets import load_iris
    >>> from weft.sklearn import Classifier
    >>> x, y = load_iris(return_X_y=True)
    >>> estimator = Classifier(hidden=(16,), epochs=40, random_state=0).fit(x, y)
    >>> estimator.score(x, y) > 0.9
    True
    """

    _loss = "softmax_cross_entropy"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "Classifier":  # noqa: N803
        """Trains on samples X of shape (N, features) and labels y of shape (N,)."""
        x, y = validate_data(self, X, y, dtype="float32")
        check_classification_targets(y)
        self.classes_, places = numpy.unique(y, return_inverse=True)
        weights = self._weights(sample_weight, len(x))
        self._train(x, places.astype("int64"), max(len(self.classes_), 1), weights)
        return self

    def _loss_of(self, net: Block, x: Any, outputs: int) -> str:
        if outputs == 2 and _output_shape(net, x) in ((), (1,)):
            return "sigmoid_bce"
        return super()._loss_of(net, x, outputs)

    def _class_scores(self, X: Any) -> Any:  # noqa: N803
        """Scores of shape (N, classes), whose softmax is the probabilities."""
        scores = self._scores(X).astype("float64")
        if scores.ndim == 2 and scores.shape[1] == max(len(self.classes_), 1):
            return scores
        scores = scores.reshape(-1, 1)  # of the second class; the first one's is 0
        return np.concatenate([np.zeros_like(scores), scores], axis=1)

    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        """Probabilities of shape (N, classes)."""
        return npx.softmax(self._class_scores(X), axis=-1).asnumpy()

    def predict_log_proba(self, X: Any) -> Any:  # noqa: N803
        """The logarithms of `predict_proba`."""
        return npx.log_softmax(self._class_scores(X), axis=-1).asnumpy()

    def predict(self, X: Any) -> Any:  # noqa: N803
        """The most probable class of each sample."""
        places = np.argmax(self._class_scores(X), axis=-1).asnumpy()
        return self.classes_[places]


class Regressor(RegressorMixin, _Estimator):
    """A network that predicts numbers, trained by their mean squared difference.

    Labels are scaled to mean 0 and variance 1 for the training. Other parameters and attributes as
    for all estimators of this module.

    >>> from sklearn.datasets import load_diabetes
    >>> from weft.sklearn import Regressor
    >>> x, y = load_diabetes(return_X_y=True)
    >>> estimator = Regressor(hidden=(16,), epochs=20, random_state=0).fit(x, y)
    >>> estimator.predict(x[:3]).shape
    (3,)
    """

    _loss = "mse"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "Regressor":  # noqa: N803
        """Trains on samples X of shape (N, features) and labels y of shape (N,) or (N, outputs)."""
        x, y = validate_data(self, X, y, dtype="float32", multi_output=True, y_numeric=True)
        y = numpy.asarray(y, "float64")
        self._has_column = y.ndim == 1
        y = y.reshape(len(y), -1)
        self._center = y.mean(axis=0)
        spread = y.std(axis=0)
        self._scale = numpy.where(spread > 0, spread, 1.0)
        weights = self._weights(sample_weight, len(x))
        labels = ((y - self._center) / self._scale).astype("float32")
        self._train(x, labels, y.shape[1], weights)
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def predict(self, X: Any) -> Any:  # noqa: N803
        """The numbers for each sample, of shape (N,) or (N, outputs), as the labels were."""
        found = self._scores(X).asnumpy().astype("float64")
        found = found * self._scale + self._center
        return found[:, 0] if self._has_column else found


def _output_shape(net: Block, x: Any) -> tuple[int, ...]:
    """What a network gives for a sample; it gets first values where it has none."""
    if any(not (p.is_deferred or p.is_initialized) for p in net.collect_params().values()):
        net.initialize()
    return tuple(net(np.array(x[:1])).shape[1:])


@contextmanager
def _seeded(random_state: Any) -> Iterator[None]:
    """A block that draws from this seed, behind which Weft's generator is as before; with None it
    draws from that generator."""
    if random_state is None:
        yield
        return
    before = np.random.get_state()
    np.random.seed(int(check_random_state(random_state).randint(2**31)))
    try:
        yield
    finally:
        np.random.set_state(before)


__all__ = ["Classifier", "Regressor"]
