"""What channel blocks save: convolutional networks whole, with the pass `block` and without.

    python benchmarks/convolution_networks.py [results.json]

One network of each kind for both ways, with the same parameters: random ones of He's scale, so that
values stay in range through all layers. Results are compared before anything is timed.
"""

import os
import sys

import numpy
from side_by_side import Report
from weft import np
from weft.gluon import model_zoo

NETWORKS = (("resnet50_v1", 1), ("resnet50_v1", 8), ("mobilenet_v2_1_0", 1))
BOUND = 1e-4  # of the largest result: sums of another order, through all layers


def fill(net):
    generator = numpy.random.default_rng(1)
    for name, parameter in net.collect_params().items():
        shape = parameter.shape
        if name.endswith(("running_var", "gamma")):
            values = generator.uniform(0.5, 1.5, shape)
        elif len(shape) > 1:
            values = generator.normal(size=shape) * (2 / numpy.prod(shape[1:])) ** 0.5
        else:
            values = generator.normal(size=shape) * 0.1
        parameter.set_data(np.array(values.astype("float32")))


def planned(name, x, passes):
    """The network with a plan of its own: which passes it takes is read when that is made."""
    net = model_zoo.vision.get_model(name)
    net.initialize()
    net(x)
    fill(net)
    os.environ["WEFT_PASSES"] = passes
    net.hybridize()
    net(x)
    del os.environ["WEFT_PASSES"]
    return net


def main() -> int:
    report = Report("Convolutional networks, forward: plain images and channel blocks")
    for name, batch in NETWORKS:
        images = numpy.random.default_rng(0).normal(size=(batch, 3, 224, 224))
        x = np.array(images.astype("float32"))
        plain, blocked = planned(name, x, "-block_channels"), planned(name, x, "")
        want, have = plain(x).asnumpy(), blocked(x).asnumpy()
        if not abs(have - want).max() <= BOUND * abs(want).max():
            raise SystemExit(f"{name}: the results differ")
        ways = {
            "plain": lambda net=plain, x=x: net(x).wait_to_read(),
            "blocks": lambda net=blocked, x=x: net(x).wait_to_read(),
        }
        report.compare(f"{name}, batch {batch}", ways, "plain", count=7 if batch > 1 else 31)
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
