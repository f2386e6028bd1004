"""A zoo network does what the real module does where it matters: its results depend on its inputs,
it trains alike, and its file gives the same."""

import numpy
import torch
from real_modules import check_same, leaves
from weft import autograd, gluon, np, runtime
from weft.gluon import published


def lively(module, *inputs):
    """The module with matrices and norms that keep the size of what they are given, so that its
    results depend on its inputs. Fresh weights with any statistics make them nearly constant, and a
    wrong network would give the same.

    inputs: that the batch norms take their statistics of
    """
    generator = torch.Generator().manual_seed(2)
    for parameter in module.parameters():
        if parameter.ndim > 1 and parameter[0].numel() > 1:
            with torch.no_grad():
                scale = (2 / parameter[0].numel()) ** 0.5
                parameter.normal_(0, scale, generator=generator)
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.train()
            part.momentum = 1.0
    with torch.no_grad():
        module(*inputs)
        for part in module.modules():
            # A channel that hardly varies would make noise large.
            if isinstance(part, torch.nn.BatchNorm2d):
                part.running_var.clamp_(min=part.running_var.mean())
    return module.eval()


def check_dependence(results):
    """The first result differs from sample to sample."""
    first = results[0]
    assert (first[0] - first[1]).abs().max() > 1e-3 * first.abs().max()


def check_exactly(net, module, *inputs):
    """Equal results of a lively module in float64; a deep one makes the noise of float32 large."""
    module.double()
    net.cast("float64")
    check_dependence(check_same(net, module, *(x.double() for x in inputs), tolerance=1e-8))


def check_gradients(net, module, *inputs, tolerance=1e-6):
    """Equal gradients of all parameters in train mode; both have the same weights, nothing drops
    out.

    In float64: noise of float32 takes some rectified sum over zero, which changes what is before.
    """
    module = module.train().double()
    net.cast("float64")
    inputs = [value.double() if value.is_floating_point() else value for value in inputs]
    sum((leaf**2).mean() for leaf in leaves(module(*inputs))).backward()
    with autograd.record():
        loss = sum((leaf**2).mean() for leaf in leaves(net(*(np.array(x.numpy()) for x in inputs))))
    loss.backward()
    own = {n: p for n, p in net.collect_params().items() if p.grad_req != "null"}
    wanted = _gradients(net, module, own)
    assert set(wanted) == set(own)
    largest = max(numpy.abs(gradient).max() for gradient in wanted.values())
    for name, parameter in own.items():
        # A bias before a norm has no gradient but noise.
        scale = max(numpy.abs(wanted[name]).max(), 1e-6 * largest)
        error = numpy.abs(parameter.grad().asnumpy() - wanted[name]).max()
        assert error <= tolerance * scale, name


def _gradients(net, module, own):
    """The module's gradients by the names of the network."""
    theirs = {
        name: np.array(parameter.grad.numpy())
        for name, parameter in module.named_parameters()
        if parameter.grad is not None
    }
    names = published.fitting(net.published_names, theirs, own)
    shapes = {name: parameter.shape for name, parameter in own.items()}
    found = published.translated(names, theirs, shapes, "the module")
    return {name: gradient.asnumpy() for name, gradient in found.items()}


def check_file(net, x, path):
    """The exported network gives the same, as a block and in the runtime."""
    array = np.array(x.numpy())
    want = net(array).asnumpy()
    net.hybridize()
    net(array)
    net.export(str(path), array)
    (found,) = runtime.Model(str(path)).context().run(array.asnumpy())
    for result in (gluon.SymbolBlock.imports(str(path))(array).asnumpy(), numpy.asarray(found)):
        assert numpy.abs(result - want).max() <= 1e-4 * numpy.abs(want).max()
