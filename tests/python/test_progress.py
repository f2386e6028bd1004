"""Progress of `fit`: a line that stays for each epoch with all its figures, fitted to the width."""

import builtins
import fcntl
import io
import os
import pty
import re
import struct
import sys
import termios
import types

import pytest
import weft
from weft import callbacks, np
from weft.callbacks import _lines as lines
from weft.gluon import nn

X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")
MANY = ["accuracy", "precision", "recall", "f1", "roc_auc", "mcc"]


class Terminal(io.TextIOWrapper):
    """The program's side of a terminal of so many columns."""

    def __init__(self, columns):
        self.side, ours = pty.openpty()
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        super().__init__(os.fdopen(ours, "wb", 0), encoding="utf-8", write_through=True)

    def frames(self):
        """What was written, line by line, each as what stood there one after another."""
        self.close()
        written = b""
        try:
            while part := os.read(self.side, 1 << 16):
                written += part
        except OSError:  # the other side is closed
            os.close(self.side)
        text = written.decode().replace("\r\n", "\n")
        return [line.split("\r") for line in text.split("\n")][:-1]


def shown(frames):
    """What stays of a line that was written over."""
    screen = ""
    for frame in frames:
        screen = frame + screen[len(frame) :]
    return screen.rstrip()


def fitted(figures, **options):
    model = weft.Model(nn.Dense(1), "sigmoid_bce", "adam", figures)
    return model.fit(X, Y, batch_size=8, epochs=2, validation_split=0.25, **options)


@pytest.mark.parametrize("columns", [40, 80, 120, 400])
@pytest.mark.parametrize("figures", [[], ["accuracy"], MANY], ids=["loss", "accuracy", "many"])
def test_a_terminal_keeps_all_figures_of_each_epoch(monkeypatch, columns, figures):
    terminal = Terminal(columns)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.delenv("COLUMNS", raising=False)
    history = fitted(figures)
    found = terminal.frames()
    assert all(len(frame) < columns for line in found for frame in line)
    stayed = [shown(line) for line in found]
    starts = [place for place, line in enumerate(stayed) if line.startswith("epoch ")]
    assert [stayed[place][:9] for place in starts] == ["epoch 1/2", "epoch 2/2"]
    for epoch, (begin, end) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
        text = " ".join(stayed[begin:end])
        for name, values in history.items():
            of = "val_" if name.startswith("val_") else ""
            known = {name, lines._short(name)}
            assert any(re.search(rf"(?<!_){n} {values[epoch]:.4g}\b", text) for n in known), of
    if columns >= 80 and figures != MANY:
        assert len(stayed) == 2  # one line for each epoch
    if columns == 400:
        assert "val_loss" in stayed[0] and (not figures or " accuracy " in stayed[0])


def test_a_file_gets_a_line_for_each_epoch_and_nothing_is_written_over(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delenv("WEFT_TERMINAL", raising=False)
    history = fitted(MANY, verbose=1)
    text = stream.getvalue()
    assert "\r" not in text and "\x1b" not in text
    assert [line[:9] for line in text.splitlines()] == ["epoch 1/2", "epoch 2/2"]
    assert all(f"  {name} {values[0]:.4g}" in text for name, values in history.items())


def test_a_notebook_gets_its_lines_on_the_standard_output(monkeypatch, capsys):
    shell = types.SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    fitted(["accuracy"])
    out, err = capsys.readouterr()
    assert err == "" and "\x1b" not in out
    stayed = [shown(line.split("\r")) for line in out.split("\n")[:-1]]
    assert [line[:9] for line in stayed] == ["epoch 1/2", "epoch 2/2"]
    assert all("val_acc" in line for line in stayed)


def test_an_error_leaves_the_line_of_the_epoch_and_a_new_one(monkeypatch):
    terminal = Terminal(80)
    monkeypatch.setattr(sys, "stderr", terminal)

    def stop(batch, logs):
        raise KeyboardInterrupt

    hears = callbacks.LambdaCallback(on_train_batch_end=stop)
    with pytest.raises(KeyboardInterrupt):
        fitted([], callbacks=hears)
    found = terminal.frames()
    assert len(found) == 1 and shown(found[0]).startswith("epoch 1/2")


LOGS = {f"val_{name}" if half else name: 0.123456 for half in (0, 1) for name in MANY}


@pytest.mark.parametrize("width", [30, 60, 79, 100, 119, 200, 500])
@pytest.mark.parametrize("steps", [None, 7, 100_000])
def test_a_running_line_fits_and_has_what_fits(width, steps):
    line = lines.running_line("epoch 1/9", 5, steps, 3.2, LOGS, width, "=-")
    assert len(line) <= width
    assert line.startswith("epoch 1/9  5")
    if width == 500:
        assert all(f"{name} 0.1235" in line for name in LOGS)
        assert ("=" in line) == (steps == 7)


def test_a_bar_has_the_characters_of_its_stream():
    class Of:
        def __init__(self, encoding):
            self.encoding = encoding

    assert [lines.cells_of(Of(name)) for name in ("utf-8", "latin-1", None)] == ["━─", "=-", "=-"]
