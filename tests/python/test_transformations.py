"""Transformations: inverses, derivatives, compositions; constraints and the ways to them."""

import numpy as onp
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from weft import autograd, gluon, np
from weft.gluon import probability as mgp
from weft.gluon.probability import constraint

POSITIVE = onp.array([[0.3, 1.0], [2.5, 4.0]])
ALL = onp.array([[-1.5, 0.25], [0.0, 2.0]])


class Flow(mgp.TransformBlock):
    """A shift that is learnt."""

    bijective = True
    sign = 1

    def __init__(self):
        super().__init__()
        self.shift = gluon.Parameter(shape=(2,), init="ones", dtype="float64")

    def _forward_compute(self, x):
        return x + self.shift.data()

    def _inverse_compute(self, y):
        return y - self.shift.data()

    def log_det_jacobian(self, x, y):
        return np.zeros_like(x)


def flow():
    made = Flow()
    made.initialize()
    return made


EACH = {
    "exp": (mgp.ExpTransform(), ALL),
    "affine": (mgp.AffineTransform(0.5, np.array([2.0, -3.0])), ALL),
    "power": (mgp.PowerTransform(1.7), POSITIVE),
    "power of an array": (mgp.PowerTransform(np.array([2.0, -1.0])), POSITIVE),
    "sigmoid": (mgp.SigmoidTransform(), ALL),
    "composed": (
        mgp.ComposeTransform(
            [mgp.AffineTransform(1.0, 2.0), mgp.SigmoidTransform(), mgp.AffineTransform(1.0, 2.0)]
        ),
        ALL,
    ),
    "learnt": (flow(), ALL),
}
EACH.update({f"inverse of {n}": (t.inv, t(np.array(x)).asnumpy()) for n, (t, x) in EACH.items()})
each = pytest.mark.parametrize("transform, x", EACH.values(), ids=EACH)


@each
def test_an_inverse_leads_back(transform, x):
    x = np.array(x)
    assert transform.bijective and transform.inv.bijective
    assert_allclose(transform.inv(transform(x)).asnumpy(), x.asnumpy(), 1e-6, 1e-9)
    assert_allclose(transform.inv.inv(x).asnumpy(), transform(x).asnumpy(), rtol=1e-6)


@each
def test_a_transformation_knows_its_derivative_and_its_sign(transform, x):
    x = np.array(x)
    (slope,) = autograd.vjp(transform, x)[1](np.ones(x.shape))
    y = transform(x)
    logs = transform.log_det_jacobian(x, y).asnumpy()
    assert_allclose(logs, onp.log(abs(slope.asnumpy())), rtol=1e-5, atol=1e-6)
    assert_allclose(transform.inv.log_det_jacobian(y, x).asnumpy(), -logs, rtol=1e-5, atol=1e-6)
    sign = onp.broadcast_to(np.asarray(transform.sign).asnumpy(), x.shape)
    assert (sign == onp.sign(slope.asnumpy())).all()


@each
def test_a_transformation_in_a_graph_is_the_same(transform, x):
    x = np.array(x)
    assert_allclose(weft.hybridize(transform)(x).asnumpy(), transform(x).asnumpy(), rtol=1e-12)


def test_events_of_several_numbers_have_one_determinant():
    x, scale = np.array(ALL), np.array([2.0, 3.0])
    affine = mgp.AffineTransform(0.0, scale, event_dim=1)
    assert_allclose(affine.log_det_jacobian(x, affine(x)).asnumpy(), onp.log([6.0, 6.0]))
    both = mgp.ComposeTransform([affine, mgp.ExpTransform()])
    assert both.event_dim == 1
    expected = onp.log(6.0) + (ALL * [2.0, 3.0]).sum(axis=-1)
    assert_allclose(both.log_det_jacobian(x, both(x)).asnumpy(), expected)
    d = mgp.TransformedDistribution(mgp.Normal(np.zeros((4, 2))), both)
    assert d.event_dim == 1 and d.batch_shape == (4,) and d.sample().shape == (4, 2)
    assert d.sample((3, 4)).shape == d.broadcast_to((3, 4)).sample().shape == (3, 4, 2)
    assert d.log_prob(np.ones((4, 2))).shape == (4,)


def test_a_transformation_that_is_learnt_gets_gradients():
    shift = flow()
    d = mgp.TransformedDistribution(mgp.Normal(np.zeros(2), 1.0), shift)
    with autograd.record():
        loss = -d.log_prob(np.array([[3.0, 5.0]])).sum()
    loss.backward()
    assert_allclose(shift.shift.grad().asnumpy(), [-2, -4])
    assert list(shift.collect_params()) == ["shift"]


def test_softmax_and_absolute_values_have_one_way_back_of_several():
    softmax, absolute = mgp.SoftmaxTransform(), mgp.AbsTransform()
    assert not softmax.bijective and not absolute.bijective and softmax.event_dim == 1
    y = softmax(np.array(ALL))
    assert_allclose(y.sum(axis=-1).asnumpy(), 1)
    assert_allclose(softmax(softmax.inv(y)).asnumpy(), y.asnumpy())
    assert_allclose(absolute(absolute.inv(np.array(POSITIVE))).asnumpy(), POSITIVE)
    for lacking in (softmax, absolute):
        with pytest.raises(NotImplementedError, match="`log_det_jacobian` is not defined"):
            lacking.log_det_jacobian(y, y)


def test_parts_are_transformations():
    with pytest.raises(TypeError, match="`parts` must be transformations; got int among them"):
        mgp.ComposeTransform([mgp.ExpTransform(), 3])


CONSTRAINTS = [
    constraint.Real(),
    constraint.Positive(),
    constraint.NonNegative(),
    constraint.GreaterThan(np.array([2.0, -3.0])),
    constraint.GreaterThanEq(1.5),
    constraint.LessThan(np.array([2.0, -3.0])),
    constraint.LessThanEq(-1.0),
    constraint.UnitInterval(),
    constraint.Interval(np.array([0.0, 1.0]), np.array([2.0, 1.5])),
    constraint.OpenInterval(-1.0, 1.0),
    constraint.HalfOpenInterval(np.array([0.0, 1.0]), 5.0),
]


@given(data=st.data(), x=st.lists(st.floats(-8, 8), min_size=2, max_size=2))
@settings(max_examples=60, deadline=None)
def test_maps_lead_into_their_constraints_and_back(data, x):
    allowed = data.draw(st.sampled_from(CONSTRAINTS))
    x = np.array(onp.array(x))
    for table in (mgp.biject_to, mgp.transform_to):
        way = table(allowed)
        y = way(x)
        assert allowed.check(y) is y
        assert_allclose(way.inv(y).asnumpy(), x.asnumpy(), rtol=1e-4, atol=1e-4)


def test_a_simplex_is_reached_by_softmax_but_not_by_a_bijection():
    y = mgp.transform_to(constraint.Simplex())(np.array(ALL))
    constraint.Simplex().check(y)
    with pytest.raises(ValueError, match=r"sum to 1 along the last axis; got 0.5"):
        constraint.Simplex().check(0.5)
    with pytest.raises(NotImplementedError, match="no transformation to Simplex; known are Real"):
        mgp.biject_to(constraint.Simplex())
    with pytest.raises(NotImplementedError, match="no smooth way to NonNegativeInteger"):
        mgp.biject_to(constraint.NonNegativeInteger())


def test_a_table_of_ones_own_is_filled_by_a_decorator():
    table = mgp.domain_map()

    @table.register(constraint.Positive)
    def squared(allowed):
        return mgp.PowerTransform(2.0)

    assert table(constraint.Positive())(np.array([3.0])) == 9
    with pytest.raises(TypeError, match="`constraint` must be a class of constraints"):
        table.register(3)


ALLOWED = {
    constraint.Real(): ([0.0, -3.5], onp.nan),
    constraint.Boolean(): ([0.0, 1.0], 0.5),
    constraint.Interval(0, 2): ([0.0, 2.0], 2.5),
    constraint.OpenInterval(0, 2): ([0.5, 1.5], 2.0),
    constraint.HalfOpenInterval(0, 2): ([0.0, 1.5], 2.0),
    constraint.UnitInterval(): ([0.0, 1.0], -0.5),
    constraint.IntegerInterval(0, 2): ([0.0, 2.0], 1.5),
    constraint.IntegerOpenInterval(0, 2): ([1.0], 2.0),
    constraint.IntegerHalfOpenInterval(0, 2): ([0.0, 1.0], 2.0),
    constraint.GreaterThan(1): ([1.5], 1.0),
    constraint.GreaterThanEq(1): ([1.0], 0.5),
    constraint.IntegerGreaterThan(1): ([2.0], 1.0),
    constraint.IntegerGreaterThanEq(1): ([1.0], 1.5),
    constraint.LessThan(1): ([0.5], 1.0),
    constraint.LessThanEq(1): ([1.0], 1.5),
    constraint.IntegerLessThan(1): ([0.0], 1.0),
    constraint.IntegerLessThanEq(1): ([1.0], 0.5),
    constraint.Positive(): ([0.5], 0.0),
    constraint.NonNegative(): ([0.0], -0.5),
    constraint.PositiveInteger(): ([1.0], 0.0),
    constraint.NonNegativeInteger(): ([0.0], 0.5),
}


@pytest.mark.parametrize("allowed", ALLOWED, ids=repr)
def test_a_constraint_gives_the_value_or_tells_the_rule(allowed):
    good, bad = ALLOWED[allowed]
    array = np.array(good)
    assert allowed.check(array) is array
    assert allowed.check(good[0]) == good[0]
    name = type(allowed).__name__
    with pytest.raises(ValueError, match=rf"{name}: `value` must be .*; got {bad} at \(1, 0\)"):
        allowed.check(np.array([[good[0]], [bad]]))
    with pytest.raises(ValueError, match=rf"{name}: `value` must be .*; got {bad}$"):
        allowed.check(bad)


def test_constraints_of_matrices_and_vectors():
    lower = np.array([[[1.0, 0.0], [2.0, 3.0]]])
    constraint.LowerTriangular().check(lower)
    constraint.LowerCholesky().check(lower)
    constraint.PositiveDefinite().check(np.matmul(lower, np.swapaxes(lower, -1, -2)))
    constraint.Simplex().check(np.array([[0.25, 0.75]]))
    for allowed, bad in (
        (constraint.LowerTriangular(), [[1.0, 2.0], [0.0, 1.0]]),
        (constraint.LowerCholesky(), [[-1.0, 0.0], [0.0, 1.0]]),
        (constraint.PositiveDefinite(), [[1.0, 0.0], [0.0, -1.0]]),
        (constraint.Simplex(), [[0.5, 0.6], [0.5, 0.5]]),
    ):
        with pytest.raises(ValueError, match=r"must .*; got an array of shape \(2, 2\)"):
            allowed.check(np.array(bad))


def test_constraints_of_parts_of_an_axis():
    both = [constraint.Positive(), constraint.Real()]
    value = np.array([[1.0, 2.0], [-3.0, 4.0]])
    assert constraint.Stack(both).check(value) is value
    assert constraint.Cat(both, axis=0, lengths=[1, 1]).check(value) is value
    for allowed in (constraint.Stack(both, axis=1), constraint.Cat(both, axis=1)):
        with pytest.raises(ValueError, match="Positive: `value` must be greater than 0"):
            allowed.check(value)
        with pytest.raises(ValueError, match=r"must have extent 2 along axis 1; got shape"):
            allowed.check(np.ones((2, 3)))
    with pytest.raises(ValueError, match="`lengths` must have 2 numbers"):
        constraint.Cat(both, lengths=[1])


def test_functions_of_numbers_and_arrays():
    for name, at in (("erf", 0.3), ("erfinv", 0.3), ("gammaln", 3.5), ("digamma", 3.5)):
        function = getattr(mgp, name)()
        number = function(at)
        assert isinstance(number, float)
        assert_allclose(function(np.array([at])).asnumpy(), number, rtol=3e-6)
    back = mgp.logit2prob(mgp.prob2logit(np.array([0.2, 0.9])))
    assert_allclose(back.asnumpy(), [0.2, 0.9], 1e-6)
    assert onp.isfinite(mgp.prob2logit(np.array([0.0, 1.0])).asnumpy()).all()
