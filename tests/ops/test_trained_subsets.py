"""Whatever is trained of an operator's inputs: the gradients of some are those of all."""

import itertools
import subprocess
import sys

import numpy
import pytest
import weft
from operator_samples import as_weft, cases, tolerance, weighted_sum
from weft import autograd

CASES = [case for case in cases() if not case.schema["no_gradient"]]


def subsets(wanted):
    """All of them where they are few; else what is trained alone, is frozen alone, and pairs."""
    if len(wanted) <= 4:
        sizes = range(1, len(wanted) + 1)
    else:
        sizes = (1, 2, len(wanted) - 1, len(wanted))
    return [chosen for size in sizes for chosen in itertools.combinations(wanted, size)]


def trained(function, arrays, chosen):
    """Gradients of what is chosen, by `backward`, as training has them."""
    leaves = as_weft(arrays)
    for index in chosen:
        leaves[index].attach_grad()
    weft.random.seed(5)
    with autograd.record():
        outputs = function(*leaves)
        outputs = list(outputs) if isinstance(outputs, tuple | list) else [outputs]
        loss = weighted_sum(outputs)
    if loss is None:
        return None
    try:
        loss.backward()
    except RuntimeError as error:  # of no steps: no result depends on what is trained
        assert "has no history" in str(error)
        return {index: numpy.zeros(leaves[index].shape) for index in chosen}
    return {index: leaves[index].grad.asnumpy() for index in chosen}


@pytest.mark.parametrize("mode", ["eager", "graph"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradients_of_some_inputs_are_those_of_all(case, mode):
    arrays = case.inputs("float64")
    wanted = [i for i in range(len(case.shapes)) if case.is_float_input(i)]
    if not wanted:
        pytest.skip(f"{case.name}: no floating inputs")

    def call(*given):
        return tuple(case.run(list(given)))

    whole = trained(call, arrays, wanted)
    if whole is None:
        pytest.skip(f"{case.name}: no floating results")
    largest = max(array.size for array in arrays if array is not None)
    for chosen in subsets(wanted):
        function = weft.hybridize(call) if mode == "graph" else call
        found = trained(function, arrays, chosen)
        for index in chosen:
            numpy.testing.assert_allclose(
                found[index], whole[index], **tolerance("float64", largest), err_msg=f"{chosen}"
            )


# In a process of its own: what a rule saves is remembered from its first call on.
FROZEN = """
import itertools, sys
import numpy, weft
from weft import autograd, gluon, np

def gradients(layer, steps, chosen, hybridized):
    weft.random.seed(1)
    net = getattr(gluon.rnn, layer)(4, input_size=3)
    net.initialize()
    parameters = net.collect_params()
    for name, parameter in parameters.items():
        parameter.grad_req = "write" if name in chosen else "null"
    if hybridized:
        net.hybridize()
    x = np.array(numpy.random.default_rng(2).normal(size=(steps, 2, 3)).astype("float32"))
    with autograd.record():
        loss = net(x).sum()
    loss.backward()
    return {name: parameters[name].grad().asnumpy() for name in chosen}

layer, hybridized = sys.argv[1], sys.argv[2] == "hybridized"
names = list(getattr(gluon.rnn, layer)(4, input_size=3).collect_params())
for steps in (1, 3, 2, 20):
    whole = gradients(layer, steps, names, hybridized)
    for count in range(1, len(names) + 1):
        for chosen in itertools.combinations(names, count):
            for name, found in gradients(layer, steps, chosen, hybridized).items():
                numpy.testing.assert_allclose(found, whole[name], rtol=1e-5, atol=1e-6)
print("all subsets of", *names)
"""


@pytest.mark.parametrize("form", ["eager", "hybridized"])
@pytest.mark.parametrize("layer", ["LSTM", "GRU", "RNN"])
def test_recurrent_layers_of_which_a_part_is_frozen_after_one_step(layer, form):
    command = [sys.executable, "-c", FROZEN, layer, form]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "h2h_weight" in done.stdout
