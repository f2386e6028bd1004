"""`weft.sklearn` passes scikit-learn's own checks and works in its pipelines and searches."""

import numpy
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from weft import np
from weft.gluon import nn
from weft.sklearn import Classifier, Regressor

IRIS = load_iris(return_X_y=True)
BATCHES = "batches of samples that count twice are other batches than those with their copies"


@parametrize_with_checks(
    [Classifier(random_state=0), Regressor(random_state=0)],
    expected_failed_checks=lambda _: {"check_sample_weight_equivalence_on_dense_data": BATCHES},
)
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def test_a_pipeline_is_validated():
    pipeline = make_pipeline(
        StandardScaler(),
        Classifier(hidden=(16,), epochs=40, learning_rate=0.01, random_state=1),
    )
    assert cross_val_score(pipeline, *IRIS, cv=3).mean() > 0.9


def test_a_grid_is_searched():
    search = GridSearchCV(
        Classifier(epochs=15, random_state=1),
        {"hidden": [(4,), (32,)], "learning_rate": [0.01]},
        cv=2,
    )
    search.fit(*IRIS)
    assert search.best_score_ > 0.7 and len(search.cv_results_["params"]) == 2


def test_regression_explains_most_of_what_can_be_explained():
    x, y = load_diabetes(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), Regressor(hidden=(16,), epochs=20, random_state=1))
    assert cross_val_score(pipeline, x, y, cv=3).mean() > 0.35


@pytest.mark.parametrize(
    "make", [lambda: nn.Dense(3), lambda: lambda features, outputs: nn.Dense(outputs)]
)
def test_networks_of_ones_own(make):
    classifier = Classifier(make(), epochs=60, learning_rate=0.05, random_state=2).fit(*IRIS)
    assert classifier.score(*IRIS) > 0.9
    again = clone(classifier).fit(*IRIS)
    numpy.testing.assert_array_equal(
        again.predict_proba(IRIS[0]), classifier.predict_proba(IRIS[0])
    )
    numpy.testing.assert_allclose(classifier.predict_proba(IRIS[0]).sum(axis=1), 1)


def test_a_seed_leaves_the_generator_alone():
    before = np.random.get_state()
    Classifier(epochs=2, random_state=3).fit(*IRIS)
    assert np.random.get_state() == before


def test_mistakes_are_told():
    with pytest.raises(TypeError, match="`network` must be a block"):
        Classifier(3).fit(*IRIS)
    with pytest.raises(ValueError, match="`sample_weight` must have shape"):
        Classifier().fit(*IRIS, sample_weight=[1.0])
