"""A keyword spotter that learns its user's voice on the device.

    python personal.py            three times as much training
    python personal.py --quick

DS-CNN is trained for the voices of many and made int8, but for its last layer; its training step is
exported beside it, and `weft compile --train` makes C of both. That C, on this machine and without
the library, then learns from eight utterances of each word by a speaker with an accent, one after
another, as a microphone would bring them. Where the tools are, a step runs on an emulated
Cortex-M4. The voices are synthetic (speakers.py): the accuracies are theirs.
"""

import argparse
import ctypes
import re
import subprocess
import sys
from pathlib import Path

import ds_cnn
import numpy
import speakers
import weft
from weft import autograd, gluon, np, runtime

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "cortexm"))
import machine  # noqa: E402
import steps  # noqa: E402

MOST_MEMORY = 256 << 10
NAME = "personal"
ENTROPY = gluon.loss.SoftmaxCrossEntropyLoss()


def trained(epochs: int) -> tuple[gluon.HybridBlock, numpy.ndarray]:
    """The network, and what it was trained on."""
    weft.random.seed(1)
    features, words = speakers.everybody(30, 4, seed=1)
    net = ds_cnn.build(speakers.WORDS)
    net.initialize(weft.init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.004})
    step = trainer.compile(net, ENTROPY)
    rows = gluon.data.ArrayDataset(features, words)
    for _ in range(epochs):
        for x, y in gluon.data.DataLoader(rows, 48, shuffle=True):
            step(x, y)
    return net, features


def write(net: gluon.HybridBlock, features: numpy.ndarray) -> None:
    """The network in int8 with a last layer that can be trained, and C of it."""
    *_, last = (name for name in net.collect_params() if name.endswith(".weight"))
    int8 = weft.quantize(net, np.array(features[:96]), keep=[last.rsplit(".", 1)[0]])
    options = {"learning_rate": 0.01, "momentum": 0.5}
    trainer = gluon.Trainer(int8.collect_params(), "sgd", options)
    x, label = np.array(features[:1]), np.zeros((1,), dtype="int32")
    step = trainer.compile(int8, ENTROPY)
    weft.export(f"{NAME}.weft", train=(step, x, label), forward=(int8, x))
    runtime.Model(f"{NAME}.weft").write_c(".", name=NAME, train="*", memory=MOST_MEMORY)


class Device:
    """The C as a device has it: a state, and one utterance at a time."""

    def __init__(self) -> None:
        header = Path(f"{NAME}.h").read_text()
        flash, arena, state = (
            int(re.search(pattern, header)[1])
            for pattern in (r"flash +(\d+)", r"memory +(\d+)", r"state +(\d+)")
        )
        self.figures = {"bytes of weights": flash, "bytes of arena": arena, "bytes of state": state}
        library = Path(f"{NAME}.so").absolute()
        flags = ["-std=c99", "-O2", "-ffp-contract=off", "-shared", "-fPIC"]
        subprocess.run(["cc", *flags, f"{NAME}.c", "-o", library, "-lm"], check=True)
        self._code = ctypes.CDLL(str(library))
        self._state = (ctypes.c_double * (state // 8))()
        self._code[f"{NAME}_reset"](self._state)

    def accuracy(self, features: numpy.ndarray, words: numpy.ndarray) -> float:
        """Share of right answers."""
        scores = numpy.empty(speakers.WORDS, "float32")
        right = 0
        for x, word in zip(features, words, strict=True):
            self._code[f"{NAME}_run"](self._state, *_pointers(x, scores))
            right += int(scores.argmax() == word)
        return right / len(words)

    def learn(self, features: numpy.ndarray, words: numpy.ndarray) -> None:
        """A step for each."""
        loss = numpy.empty(1, "float32")
        for x, word in zip(features, words, strict=True):
            label = numpy.array([word], "int32")
            self._code[f"{NAME}_train"](self._state, *_pointers(x, label, loss))


def _pointers(*arrays: numpy.ndarray) -> list[ctypes.c_void_p]:
    return [ctypes.c_void_p(array.ctypes.data) for array in arrays]


def board_figures(x: numpy.ndarray, word: int) -> dict[str, int]:
    """What a step takes on an emulated Cortex-M4, if there is one."""
    if machine.missing_tools():
        print(f"no emulated Cortex-M4: {machine.why_not()}")
        return {}
    cost = steps.run(NAME, Path(), x[None], numpy.array([word], "int32"))
    if cost.difference > 1e-3:
        raise RuntimeError("the Cortex-M4 has other losses than the library")
    return {
        "Cortex-M4: bytes of flash": cost.flash + cost.code,
        "Cortex-M4: bytes of memory": cost.memory,
        "Cortex-M4: instructions of a step": cost.step,
        "Cortex-M4: instructions of a run": cost.run,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="less training")
    epochs = 2 if parser.parse_args().quick else 6
    net, features = trained(epochs)
    write(net, features)
    own, new = speakers.somebody(8, 40, seed=3)
    device = Device()
    before = device.accuracy(*new)
    for _ in range(3):
        device.learn(*own)
    after = device.accuracy(*new)
    table = device.figures | board_figures(own[0][0], int(own[1][0]))
    with autograd.predict_mode():
        others = speakers.everybody(10, 8, seed=2)
        known = float((net(np.array(others[0])).asnumpy().argmax(1) == others[1]).mean())
    print(f"right answers: {known:.1%} for other voices of that kind, in float32;")
    print(f"for a new voice {before:.1%} before and {after:.1%} after {3 * len(own[1])} steps")
    for what, value in table.items():
        print(f"{what:34}{value:>12,}")
    taken = table.get("Cortex-M4: bytes of memory", 0) or sum(list(device.figures.values())[1:])
    return int(not (after > before + 0.05 and taken < MOST_MEMORY))


if __name__ == "__main__":
    sys.exit(main())
