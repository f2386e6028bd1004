"""`weft.sklearn` passes scikit-learn's own checks and works in its pipelines and searches."""

import numpy
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.metrics import roc_auc_score
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


@pytest.mark.parametrize("units", [1, 2])
def test_a_network_of_two_classes_may_give_one_score(units):
    x, y = load_breast_cancer(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    names = numpy.array(["bad", "good"])[y]
    options = {"epochs": 20, "random_state": 0}
    estimator = Classifier(lambda _, __: nn.Dense(units), **options).fit(x, names)
    shares = estimator.predict_proba(x)
    assert shares.shape == (len(x), 2)
    numpy.testing.assert_allclose(shares.sum(axis=1), 1)
    numpy.testing.assert_allclose(numpy.log(shares), estimator.predict_log_proba(x), atol=1e-9)
    assert estimator.score(x, names) > 0.9
    assert roc_auc_score(names == "good", shares[:, 1]) > 0.95


@pytest.mark.parametrize(("make", "units"), [(Classifier, 4), (Classifier, 1), (Regressor, 2)])
def test_outputs_that_do_not_fit_are_refused(make, units):
    x, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match=rf"`network` must give .* got \(N, {units}\)"):
        make(lambda _, __: nn.Dense(units)).fit(x, y)
