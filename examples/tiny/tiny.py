"""What the networks of this folder have in common: first parameters, their work, and int8 files."""

from pathlib import Path
from types import ModuleType

import autoencoder
import ds_cnn
import keywords
import lenet
import mobilenet
import numpy
import resnet8
import weft
from weft import gluon, init, np, npx, runtime

# Those of MLPerf Tiny by the names of their tasks, LeNet, and a recurrent network.
NETWORKS = {
    "anomaly_detection": autoencoder,
    "keyword_spotting": ds_cnn,
    "image_classification": resnet8,
    "visual_wake_words": mobilenet,
    "digits": lenet,
    "keywords": keywords,
}


def examples(module: ModuleType, count: int, seed: int = 0) -> np.ndarray:
    """Random inputs (count, ...), for sizes and bits where no data is at hand."""
    shape = (count, *module.SHAPE)
    return np.array(numpy.random.default_rng(seed).normal(size=shape).astype("float32"))


def untrained(module: ModuleType, x: np.ndarray) -> gluon.HybridBlock:
    """The network with random parameters, whose activations neither vanish nor grow."""
    net = module.build()
    net.initialize(init.Xavier(factor_type="in", magnitude=2))
    net(x)
    generator = numpy.random.default_rng(1)
    for name, parameter in net.collect_params().items():
        if name.endswith(("beta", "running_mean")):
            parameter.set_data(np.array(generator.normal(0, 0.1, parameter.shape), "float32"))
    return net


def macs(net: gluon.HybridBlock, x: np.ndarray) -> int:
    """Multiplications with additions of convolutions, dense and recurrent layers, for a sample."""
    total = 0

    def count_steps(layer: gluon.HybridBlock, _: object, out: np.ndarray) -> None:
        nonlocal total
        weights = [p.data() for n, p in layer.collect_params().items() if n.endswith("weight")]
        total += out.shape[1] * sum(weight.size for weight in weights)

    def count(layer: gluon.HybridBlock, _: object, out: np.ndarray) -> None:
        nonlocal total
        places = out[0].size // layer.weight.shape[0]
        total += places * layer.weight.data().size

    def watch(block: gluon.HybridBlock) -> list[object]:
        if isinstance(block, gluon.nn.Conv2D | gluon.nn.Dense):
            return [block.register_forward_hook(count)]
        if isinstance(block, gluon.rnn.GRU | gluon.rnn.LSTM):
            return [block.register_forward_hook(count_steps)]
        return [hook for child in block._children.values() for hook in watch(child)]

    hooks = watch(net)
    net(x[:1])
    for hook in hooks:
        hook.detach()
    return total


def as_integers(block: gluon.SymbolBlock, x: np.ndarray) -> np.ndarray:
    """What the int8 network takes for x: images with channels last."""
    return npx.quantize(np.moveaxis(x, 1, -1) if x.ndim == 4 else x, *block.input_scale)


def write(
    net: gluon.HybridBlock, x: np.ndarray, name: str, folder: Path, **options: bool | int
) -> gluon.SymbolBlock:
    """The network in int8, calibrated with x, as `name`.weft in the folder, and as C beside it.

    options: of runtime.Model.write_c: ports_in_arena, memory, feed_rows
    """
    block = weft.quantize(net, x, integers=True)
    block.hybridize()
    one = as_integers(block, x[:1])
    block(one)
    path = folder / f"{name}.weft"
    block.export(path, one)
    model = runtime.Model(str(path))
    model.write_c(str(folder), name=name, main=True, **options)
    return block
