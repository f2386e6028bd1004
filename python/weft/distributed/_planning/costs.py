"""What a training step of a network costs on one rank, as measured here: time and memory as
straight lines over the number of samples, and what each layer has of it."""

import copy
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from weft import np
from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.typing import ndarray
from weft.gluon import Block, Trainer

_RUNS = 5  # of each size; the least time counts


class Layer(NamedTuple):
    """A layer that holds parameters, in the order of the network.

    parameters: bytes of those; products: whether its weight is a matrix or a kernel, which can be
    cut; output: bytes that it gives a sample
    """

    name: str
    parameters: int
    products: bool
    output: float


class Costs(NamedTuple):
    """Of one step on one rank with n samples: `fixed_seconds + sample_seconds * n` for forward and
    backward pass, `update_seconds` for the update of all parameters, `fixed_bytes + sample_bytes *
    n` for what is computed on the way, gradients included.

    parameters, gradients, states: bytes of the network, its gradients and the optimizer's states
    samples: how many the larger measured batch had
    """

    fixed_seconds: float
    sample_seconds: float
    update_seconds: float
    fixed_bytes: float
    sample_bytes: float
    parameters: int
    gradients: int
    states: int
    samples: int
    layers: tuple[Layer, ...]

    def seconds(self, samples: float) -> float:
        """Of forward and backward pass."""
        return self.fixed_seconds + self.sample_seconds * samples

    def activations(self, samples: float) -> float:
        """Bytes of the arena without the gradients."""
        return max(0.0, self.fixed_bytes - self.gradients) + self.sample_bytes * samples


def measure(
    net: Block,
    loss: Callable[..., Any] | None,
    optimizer: str,
    options: dict[str, Any] | None,
    x: ndarray,
    y: ndarray | None,
) -> Costs:
    """Trains a copy of the network for some steps, with the whole batch and with half of it.

    Raises ValueError for a batch of fewer than two samples.
    """
    if x.shape[0] < 2:
        raise InvalidValue(f"plan: `x` must have two samples or more; got {x.shape[0]}")
    layers = _layers_of(net, x)
    whole, half = x.shape[0], max(1, x.shape[0] // 2)
    first = _Step(net, loss, optimizer, options, x, y)
    second = _Step(net, loss, optimizer, options, x[:half], None if y is None else y[:half])
    slope = lambda at_whole, at_half: max(0.0, (at_whole - at_half) / (whole - half))  # noqa: E731
    per_sample = min(slope(first.passes, second.passes), first.passes / whole)
    bytes_per_sample = slope(first.arena, second.arena)
    return Costs(
        fixed_seconds=max(0.0, first.passes - per_sample * whole),
        sample_seconds=per_sample,
        update_seconds=min(first.update, second.update),
        fixed_bytes=max(0.0, first.arena - bytes_per_sample * whole),
        sample_bytes=bytes_per_sample,
        parameters=first.parameters,
        gradients=first.gradients,
        states=first.states,
        samples=whole,
        layers=layers,
    )


class _Step:
    """A compiled step of a copy of the network: its time and its bytes."""

    def __init__(
        self,
        net: Block,
        loss: Callable[..., Any] | None,
        optimizer: str,
        options: dict[str, Any] | None,
        x: ndarray,
        y: ndarray | None,
    ) -> None:
        net = copy.deepcopy(net)
        trainer = Trainer(net.collect_params(), optimizer, options)
        step = trainer.compile(net, loss)
        whole = _least_seconds(lambda: step(x, y))
        self.arena = step.plan_memory()["arena"] + step.plan_memory()["residual"]
        trained = [p for p in net.collect_params().values() if p.grad_req != "null"]
        self.parameters = sum(p.data().nbytes for p in net.collect_params().values())
        self.gradients = sum(p.data().nbytes for p in trained)
        arrays = trainer.state_arrays()
        counters = ("num_update", "learning_rate")
        self.states = sum(a.nbytes for name, a in arrays.items() if name not in counters)
        # An update reads and writes what it changes, so a pass over as many bytes is its time.
        moved = 2 * (self.parameters + self.states) + self.gradients
        probe = np.zeros(max(1, int(moved) // 12), dtype="float32")
        out = np.empty_like(probe)
        self.update = _least_seconds(lambda: np.add(probe, probe, out=out))
        self.passes = max(whole - self.update, 0.05 * whole)


def _least_seconds(call: Callable[[], Any]) -> float:
    call()
    found = []
    for _ in range(_RUNS):
        begin = time.perf_counter()
        call()
        native.wait_all()
        found.append(time.perf_counter() - begin)
    return min(found)


def _layers_of(net: Block, x: ndarray) -> tuple[Layer, ...]:
    """Layers with parameters of their own, in the order in which one sample meets them."""
    found: list[Layer] = []
    handles = []

    def note(name: str, block: Block) -> Callable[..., None]:
        def hook(_block: Block, _inputs: Any, output: Any) -> None:
            arrays = output if isinstance(output, tuple | list) else [output]
            size = sum(a.nbytes for a in arrays if isinstance(a, ndarray))
            own = [p.data() for p in block.params.values()]
            cut = any(weight.ndim >= 2 for weight in own)
            found.append(Layer(name, sum(a.nbytes for a in own), cut, float(size)))

        return hook

    for name, block in _named_leaves(net):
        handles.append(block.register_forward_hook(note(name, block)))
    try:
        net(x[:1])
    finally:
        for handle in handles:
            handle.detach()
    return tuple(found)


def _named_leaves(block: Block, prefix: str = "") -> list[tuple[str, Block]]:
    """Blocks that hold parameters themselves, by their paths."""
    found = [(prefix or "net", block)] if block.params else []
    for name, child in block._children.items():
        found += _named_leaves(child, f"{prefix}.{name}" if prefix else name)
    return found


__all__ = ["Costs", "Layer", "measure"]
