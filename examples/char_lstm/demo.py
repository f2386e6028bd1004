"""Learns to continue text character by character, and writes some with the exported file alone.

    python demo.py                 the book of Genesis, a minute
    python demo.py --text FILE     any text in UTF-8, plain or with .gz
    python demo.py --quick         Genesis, read five times, for the tests
    python demo.py --continue      goes on from the checkpoint of a run that was stopped

Writes char_lstm.checkpoint after each epoch, and char_lstm.weft, into the folder it is started in.
Ends with a non-zero status if the perplexity on the last tenth of the text is not below that of a
5-gram model with the same training text, or if weft.runtime writes another text than Python.
"""

import argparse
import contextlib
import subprocess
import sys
import time
from pathlib import Path

import corpus
import generate
import network
import ngram
import weft
from weft import np

HERE = Path(__file__).resolve().parent
MODEL, CHECKPOINT = Path("char_lstm.weft"), Path("char_lstm.checkpoint")
ORDER = 5
QUICK_EPOCHS, FEWEST_EPOCHS = 5, 3
CHARACTERS = 2_000_000  # to read in all, where the text is short


def train(text: corpus.Corpus, epochs: int, goes_on: bool) -> tuple[network.CharLSTM, float]:
    """The network after all epochs, and its perplexity on the held-out text."""
    # Short texts are read often, and learned by heart without dropout.
    net = network.build(len(text.alphabet), dropout=0.25 if epochs > QUICK_EPOCHS else 0.0)
    net(np.array(text.train[None, :1]), net.lstm.begin_state(1))
    segments = sum(1 for _ in corpus.segments(text.train, network.STREAMS, network.STEPS))
    trainer = network.trainer_for(net, epochs * segments)
    done, found = 0, float("nan")
    if goes_on:
        extra = weft.load_checkpoint(CHECKPOINT, net, trainer)
        done, found = extra["epochs"], extra["perplexity"]
        print(f"going on behind epoch {done}")
    for epoch in range(done + 1, epochs + 1):
        begin = time.perf_counter()
        on_the_way = network.train_epoch(net, trainer, text.train)
        seconds = time.perf_counter() - begin
        found = network.perplexity_of(net, text.validation)
        extra = {"epochs": epoch, "perplexity": found}
        weft.save_checkpoint(CHECKPOINT, net, trainer, extra=extra)
        print(
            f"epoch {epoch}: perplexity {on_the_way:.3f} in training, {found:.3f} on held-out text"
            f"; {seconds:.1f} s, {len(text.train) / seconds:.0f} characters/s",
            flush=True,
        )
    return net, found


def texts(net: network.CharLSTM, alphabet: str) -> tuple[str, str]:
    """What Python writes, and what weft.runtime writes with the exported file."""
    step, states = network.stepper(net)
    example = np.array([0], dtype="int32")
    weft.export(MODEL, step=(step, example), names=states, metadata={"alphabet": alphabet})
    here = generate.sample(
        lambda place: step(np.array([place], dtype="int32")).tolist(),
        *(alphabet, generate.START, generate.LENGTH, generate.SEED),
    )
    script = (
        f"import sys; sys.path.insert(0, {str(HERE)!r}); import generate\n"
        f"status = generate.main([{str(MODEL)!r}])\n"
        "assert not {'numpy', 'weft._native'} & set(sys.modules)\n"
        "sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    return here, done.stdout.decode()


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Text, character by character, to a .weft file.")
    parser.add_argument("--text", type=Path, default=corpus.GENESIS, metavar="FILE")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--continue", action="store_true", dest="goes_on")
    parser.add_argument("--quick", action="store_true", help="fewer epochs, for the tests")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    weft.random.seed(1)
    text = corpus.load(options.text)
    print(f"{len(text.train)} characters to learn, {len(text.validation)} held out")
    wanted = ngram.perplexity(text.train, text.validation, len(text.alphabet), ORDER)
    epochs = options.epochs or max(FEWEST_EPOCHS, CHARACTERS // len(text.train))
    begin = time.perf_counter()
    net, found = train(text, QUICK_EPOCHS if options.quick else epochs, options.goes_on)
    print(f"{time.perf_counter() - begin:.0f} s in all")
    print(f"perplexity on held-out text: {found:.3f}, a {ORDER}-gram model {wanted:.3f}")
    here, alone = texts(net, text.alphabet)
    print(f"\n{here}\n\n{MODEL} in weft.runtime: {'the same text' if here == alone else 'DIFFERS'}")
    if found >= wanted:
        print(f"the network is no better than the {ORDER}-gram model")
    return 0 if here == alone and found < wanted else 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
