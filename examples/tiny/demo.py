"""Networks for microcontrollers: int8 files of them, and C that needs no library.

    python demo.py            trains LeNet on handwritten digits for 15 epochs
    python demo.py --quick    for 4

For each network of this folder: counts its multiplications, quantizes it to int8, exports it, makes
C of it, compiles that with the host's compiler, and runs it: it has to give the bits that the file
gives. LeNet is trained; the others, whose data is not here, have random parameters. Writes a .weft,
.c and .h file for each into the folder it is started in.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import tiny
import weft
from weft import autograd, gluon, np

DIGITS = Path(__file__).resolve().parents[1] / "digits"
sys.path.append(str(DIGITS))
import digits  # noqa: E402

MOST_LOST = 0.005  # of the accuracy, by int8


def trained(epochs: int) -> gluon.HybridBlock:
    """LeNet, and what it was trained on."""
    weft.random.seed(1)
    (images, labels), _ = digits.split()
    net = tiny.NETWORKS["digits"].build()
    net.initialize(weft.init.Xavier())
    net.hybridize()
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.004})
    batches = gluon.data.DataLoader(gluon.data.ArrayDataset(images, labels), 64, shuffle=True)
    for _ in range(epochs):
        for x, y in batches:
            with autograd.record():
                loss = loss_of(net(x), y)
            loss.backward()
            trainer.step(len(x))
    return net


def accuracies(net: gluon.HybridBlock, block: gluon.SymbolBlock) -> tuple[float, float]:
    """Of both networks on new digits."""
    _, (images, labels) = digits.split()
    x = np.array(images)
    real = net(x).asnumpy().argmax(1)
    integer = block(tiny.as_integers(block, x)).asnumpy().argmax(1)
    return float((real == labels).mean()), float((integer == labels).mean())


def run_c(name: str) -> bool:
    """Compiles and runs the C; does it give what the file gives?"""
    sources = [f"{name}_main.c", f"{name}.c"]
    flags = ["-std=c99", "-O2", "-ffp-contract=off"]
    subprocess.run(["cc", *flags, *sources, "-o", name, "-lm"], check=True)
    return subprocess.run([f"./{name}"], check=False, capture_output=True).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer epochs")
    epochs = 4 if parser.parse_args().quick else 15
    failed = False
    for name, module in tiny.NETWORKS.items():
        if name == "digits":
            net, x = trained(epochs), np.array(digits.split()[0][0][:256])
        else:
            x = tiny.examples(module, 4)
            net = tiny.untrained(module, x)
        work = tiny.macs(net, x)
        block = tiny.write(net, x, name, Path())
        is_same = run_c(name)
        failed |= work != module.MACS or not is_same
        size = Path(f"{name}.weft").stat().st_size
        print(f"{name:20} {work:12,} multiply-adds, {size:7,} bytes, C gives the same: {is_same}")
        if name == "digits":
            real, integer = accuracies(net, block)
            failed |= integer < real - MOST_LOST
            print(f"{'':20} right answers: {real:.2%} in float32, {integer:.2%} in int8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
