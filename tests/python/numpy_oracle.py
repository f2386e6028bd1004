"""Compares functions of `weft.np` with NumPy's: values, shapes and dtypes, also in tuples."""

import numpy
from weft import autograd, np


def ours(value):
    """NumPy arrays as arrays of Weft, in lists and tuples, too."""
    if isinstance(value, numpy.ndarray):
        return np.array(value)
    if type(value) in (list, tuple):
        return type(value)(ours(each) for each in value)
    return value


def same(found, wanted, rtol=1e-9, atol=1e-12):
    if isinstance(wanted, list | tuple):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            same(one, other, rtol, atol)
        return
    if isinstance(found, np.ndarray):
        wanted = numpy.asarray(wanted)
        assert found.shape == wanted.shape
        # Numbers without an array are float32 here.
        fits = found.dtype == wanted.dtype or (found.dtype.name, wanted.dtype.name) == (
            "float32",
            "float64",
        )
        assert fits, (found.dtype, wanted.dtype)
        if found.dtype.name == "float32":
            rtol, atol = 1e-5, 1e-6
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol, atol)
        return
    assert found == wanted or (found != found and wanted != wanted)


def check(name, *args, **kwargs):
    """That a function gives what NumPy's gives."""
    given = {key: ours(value) for key, value in kwargs.items()}
    with numpy.errstate(all="ignore"):
        wanted = getattr(numpy, name)(*args, **kwargs)
    same(getattr(np, name)(*ours(args), **given), wanted)


def check_gradient(function, *arrays, step=1e-6):
    """That the gradients of a function's first result are slopes along random directions."""
    random = numpy.random.default_rng(5)
    variables = [np.array(a) for a in arrays]
    for variable in variables:
        variable.attach_grad()
    with autograd.record():
        found = function(*variables)
        found = found[0] if isinstance(found, tuple | list) else found
    factors = random.standard_normal(found.shape)
    found.backward(np.array(factors))
    for place, variable in enumerate(variables):
        direction = random.standard_normal(variable.shape)

        def along(size, place=place, direction=direction):
            moved = [np.array(a) for a in arrays]
            moved[place] = np.array(arrays[place] + size * direction)
            result = function(*moved)
            result = result[0] if isinstance(result, tuple | list) else result
            return (result.asnumpy() * factors).sum()

        slope = (along(step) - along(-step)) / (2 * step)
        total = (variable.grad.asnumpy() * direction).sum()
        numpy.testing.assert_allclose(total, slope, rtol=2e-5, atol=1e-6)
