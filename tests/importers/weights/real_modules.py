"""Networks of torchvision and transformers with random weights, as files that zoo networks read.

`check_same` of a `randomized` module is the first test: fresh weights in float32, as any module has
them. Results of a deep module with fresh weights hardly depend on its inputs, so a wrong network
may pass. `real_training.check_exactly` of a `lively` module, in float64 and with weights that keep
the signal, is the stronger test: take it where layers are convolutions, batch norms and the like.
"""

import numpy
import torch
from weft import np


def randomized(module):
    """The module in predict mode, with statistics and weights that differ from layer to layer."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in module.named_buffers():
            if name.endswith("running_var"):
                value.uniform_(0.5, 1.5, generator=generator)
            elif name.endswith("running_mean"):
                value.normal_(0, 0.1, generator=generator)
        for value in module.parameters():
            if value.ndim == 1:
                value.add_(torch.randn(value.shape, generator=generator) * 0.05)
    return module.eval()


def loaded(net, module, folder):
    """The zoo's network with the module's weights, by way of a file."""
    path = folder / "weights.pth"
    torch.save(module.state_dict(), path)
    net.load_parameters(path)
    return net


def check_same(net, module, *inputs, tolerance=1e-4, **keywords):
    """Equal results, eager and hybridized; inputs are tensors. Returns the module's."""
    with torch.no_grad():
        want = leaves(module(*inputs, **keywords))
    arrays = [np.array(value.numpy()) for value in inputs]
    named = {name: np.array(value.numpy()) for name, value in keywords.items()}
    for _ in range(2):
        found = leaves(net(*arrays, **named))
        for ours, theirs in zip(found, want, strict=False):
            error = numpy.abs(ours.asnumpy() - theirs.numpy()).max()
            assert error <= tolerance * numpy.abs(theirs.numpy()).max()
        net.hybridize()
    return want


def leaves(outputs):
    """The arrays or tensors of nested results, in order."""
    if hasattr(outputs, "shape"):
        return [outputs]
    parts = outputs.values() if hasattr(outputs, "values") else outputs
    return [leaf for part in parts if part is not None for leaf in leaves(part)]
