"""Trains a small convolutional network on handwritten digits, exports it, and runs it from C; then
makes C of it that needs no library, in float32 and int8, for this machine and for a Cortex-M4.

    python demo.py            everything, about a minute
    python demo.py --quick    fewer epochs, for the tests

Writes digits.weft, the program classify, its scores, digits.png, and digits_float32 and digits_int8
as files and as C into the folder it is started in. Ends with a non-zero status if the accuracy is
lower, or an output differs in one bit, from what is promised.
"""

import argparse
import contextlib
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

import digits
import embedded
import network
import numpy
import picture
import weft
from tqdm import tqdm
from weft import cli, gluon, lr_scheduler, memory, np

HERE = Path(__file__).resolve().parent
MODEL = Path("digits.weft")
EAGER_EPOCHS = 2


class Training:
    """Trains epoch by epoch and keeps what the report needs."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        (self.images, self.labels), self.held_out = digits.split()
        self.batches = network.loader(self.images, self.labels)
        self.net = network.build()
        schedule = lr_scheduler.CosineScheduler(max_update=epochs * len(self.batches))
        options = {"learning_rate": network.LEARNING_RATE, "lr_scheduler": schedule}
        self.trainer = gluon.Trainer(self.net.collect_params(), "adam", options)
        self.losses: list[float] = []
        self.accuracies: list[float] = []

    def run(self, epochs: range, what: str) -> float:
        """Trains these epochs with a progress bar; returns the median seconds of a step."""
        seconds = []
        with tqdm(total=len(epochs) * len(self.batches), desc=f"{what:10}", unit="step") as bar:
            for _ in epochs:
                losses = []
                for duration, loss in network.steps(self.net, self.trainer, self.batches):
                    seconds.append(duration)
                    losses.append(loss)
                    bar.update()
                self.losses.append(statistics.fmean(losses))
                self.accuracies.append(network.accuracy(self.net, *self.held_out))
                bar.set_postfix(
                    loss=f"{self.losses[-1]:.3f}", accuracy=f"{self.accuracies[-1]:.1%}"
                )
        return statistics.median(seconds)


def train(epochs: int) -> Training:
    """Two epochs eagerly, the rest hybridized on the same object, and what each took."""
    training = Training(epochs)
    before = memory.stats()["live"]
    memory.reset_peak()
    eager = training.run(range(EAGER_EPOCHS), "eager")
    eager_bytes = memory.stats()["peak"] - before

    training.net.hybridize()
    hybrid = training.run(range(EAGER_EPOCHS, epochs), "hybridized")
    with weft.autograd.record():  # the plan of a training step, not of the last test
        training.net(np.array(training.images[: network.BATCH]))
    plan = training.net.plan_memory()
    planned = plan["arena"] + plan["residual"] + plan["backward"]

    print(f"accuracy on {len(training.held_out[1])} held-out digits: {training.accuracies[-1]:.2%}")
    print(f"a step takes {eager * 1e3:.2f} ms eager, {hybrid * 1e3:.2f} ms hybridized")
    print(
        f"activations and gradients: eager used up to {eager_bytes / 1024:.0f} KiB, the network's "
        f"plan needs {planned / 1024:.0f} KiB\n  (forward {plan['arena'] / 1024:.0f}, kept for "
        f"backward {plan['residual'] / 1024:.0f}, backward {plan['backward'] / 1024:.0f}; no plan "
        f"of this order needs less than {plan['lower_bound'] / 1024:.0f} forward)"
    )
    return training


def export(training: Training) -> numpy.ndarray:
    """Writes the model and the held-out images; returns the scores that Python gives."""
    images = training.held_out[0]
    scores = training.net(np.array(images)).asnumpy()
    training.net.export(MODEL)
    images.tofile("images.raw")
    print(f"exported {MODEL}, {MODEL.stat().st_size / 1024:.0f} KiB: `weft info {MODEL}` says more")
    return scores


def run_in_c() -> tuple[numpy.ndarray, list[int]]:
    """Compiles classify.c and runs it; returns scores and winners."""
    flags = shlex.split(f"{cli.cflags()} {cli.libs()}")
    compiler = ["cc", "-std=c99", "-O2", str(HERE / "classify.c"), "-o", "classify", *flags]
    print("$ cc classify.c $(weft --cflags --libs) -o classify")
    subprocess.run(compiler, check=True)
    command = ["./classify", str(MODEL), "images.raw", "scores.raw"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    winners = [int(line) for line in done.stdout.split()]
    return numpy.fromfile("scores.raw", numpy.float32).reshape(-1, 10), winners


def run_in_runtime() -> bytes:
    """Runs the model through weft.runtime in a process that has neither NumPy nor the rest."""
    script = (
        "import sys; from weft import runtime\n"
        f"context = runtime.Model({str(MODEL)!r}).context('forward')\n"
        "scores, = context.run(open('images.raw', 'rb').read())\n"
        "assert not {'numpy', 'weft._native'} & set(sys.modules)\n"
        "sys.stdout.buffer.write(scores.tobytes())"
    )
    return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout


def compare(training: Training) -> tuple[bool, list[int]]:
    """Do Python, C and weft.runtime agree in every bit?"""
    scores = export(training)
    from_c, winners = run_in_c()
    from_runtime = run_in_runtime()
    same_c = from_c.tobytes() == scores.tobytes()
    same_runtime = from_runtime == scores.tobytes()
    for what, same in (("C program", same_c), ("weft.runtime", same_runtime)):
        print(f"{what}: {scores.size} scores {'equal Python bit for bit' if same else 'DIFFER'}")
    return same_c and same_runtime, winners


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Handwritten digits, from Python to C.")
    parser.add_argument("--quick", action="store_true", help="fewer epochs")
    parser.add_argument("--epochs", type=int, default=15)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    weft.random.seed(0)
    begin = time.perf_counter()
    training = train(4 if options.quick else options.epochs)
    same, winners = compare(training)
    is_kept = embedded.report(training.net, training.images, training.held_out)
    images, labels = training.held_out
    picture.save("digits.png", images, labels, winners, training.losses, training.accuracies)
    wanted = 0.93 if options.quick else 0.97
    good = training.accuracies[-1] >= wanted
    if not good:
        print(f"accuracy is below {wanted:.0%}")
    if not is_kept:
        print(f"int8 loses more than {embedded.MOST_LOST:.1%} of the answers")
    print(f"wrote digits.png; all in {time.perf_counter() - begin:.0f} s. What to try next:")
    print("  - python examples/digits/crossval.py: five folds, each digit held out once")
    print("  - change network.build(), for example Conv2D(64, ...), and watch the plan's memory")
    print("  - print(net.plan_text()) after hybridize(): the order, kernels and bytes of the plan")
    return 0 if same and good and is_kept else 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
