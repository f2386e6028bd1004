"""What the tests of converted modules share: networks, and comparisons with PyTorch."""

import numpy
import torch
import weft
from weft import autograd, gluon, np


def torchvision_models():
    """`torchvision.models`; its compiled operators may be those of another PyTorch."""
    try:
        import torchvision.models
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float threshold) -> Tensor")
        torchvision_models.library = library  # the definitions live as long as it does
        import torchvision.models
    return torchvision.models


def leaves(value):
    """The tensors or arrays of a nested result, in their order."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value] if hasattr(value, "shape") else []


def arrays_of(value):
    """A nested value with arrays in the place of tensors."""
    if isinstance(value, dict):
        return {key: arrays_of(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(arrays_of, value))
    return np.array(value.detach().numpy()) if isinstance(value, torch.Tensor) else value


def error_of(found, wanted):
    """The largest difference of results, relative to the largest number of each."""
    found, wanted = leaves(found), leaves(wanted)
    assert [tuple(a.shape) for a in found] == [tuple(b.shape) for b in wanted]
    pairs = [(a.asnumpy(), b.detach().numpy()) for a, b in zip(found, wanted, strict=True)]
    return max(numpy.abs(a - b).max() / max(1e-6, numpy.abs(b).max()) for a, b in pairs)


def check_outputs(module, args=(), kwargs=None):
    """Converts a module and compares its results with PyTorch's, hybridized."""
    kwargs = kwargs or {}
    module = module.eval()
    with torch.no_grad():
        wanted = module(*args, **kwargs)
    block = weft.torch.convert(module, args, kwargs=kwargs)
    block.hybridize()
    found = block(*arrays_of(args), **arrays_of(kwargs))
    assert error_of(found, wanted) < 1e-4
    return block


def check_training(module, args=(), kwargs=None, rate=0.05, steps=5):
    """Trains a module and its block side by side; both lose the same."""
    kwargs = kwargs or {}
    module = module.train()
    block = weft.torch.convert(module, args, kwargs=kwargs)
    block.hybridize()
    optimizer = torch.optim.SGD(module.parameters(), lr=rate)
    trainer = gluon.Trainer(block.collect_params(), "sgd", {"learning_rate": rate})
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = sum((t**2).mean() for t in leaves(module(*args, **kwargs)) if t.is_floating_point())
        loss.backward()
        optimizer.step()
        with autograd.record():
            results = leaves(block(*arrays_of(args), **arrays_of(kwargs)))
            mine = sum((a**2).mean() for a in results if a.dtype.kind == "f")
        mine.backward()
        trainer.step(1)
        losses.append((mine.item(), loss.item()))
    assert losses[-1][1] < losses[0][1]
    numpy.testing.assert_allclose(*zip(*losses, strict=True), rtol=1e-3)
    return module, block
