"""The callback that writes for TensorBoard, by the package tensorboardX."""

import os
from os import PathLike
from typing import Any

from weft._base.errors import NotFound
from weft._base.options import require_whole
from weft.callbacks._base import Callback, Logs


class TensorBoard(Callback):
    """Writes figures of training and validation into a folder that `tensorboard --logdir` shows.

    folder: gets `train` and, where there is a validation, `validation`, so that both are curves of
        one picture
    histograms: histograms of parameters after so many epochs; 0 for none
    batches: figures of the running epoch after so many batches, too; None for epochs alone
    graph: the network's operators, once: a picture and a text
    hyper: options of the run by name, which TensorBoard compares over runs

    `writer` is the writer of `train`, for images, texts and embeddings of one's own: `add_image`,
    `add_text`, `add_embedding` of tensorboardX.

    Raises LookupError where tensorboardX is missing: `pip install weft[tensorboard]`.
    """

    def __init__(
        self,
        folder: str | PathLike[str] = "logs",
        *,
        histograms: int = 0,
        batches: int | None = None,
        graph: bool = True,
        hyper: dict[str, Any] | None = None,
    ) -> None:
        self.folder = folder
        self.histograms = require_whole("TensorBoard", "histograms", histograms, 0)
        self.batches = batches
        if batches is not None:
            require_whole("TensorBoard", "batches", batches, 1)
        self.graph, self.hyper = graph, dict(hyper or {})
        self.writer: Any = None
        self._validation: Any = None
        self._step = 0
        _writer_class()

    def on_train_begin(self) -> None:
        self.writer = _writer_class()(os.path.join(self.folder, "train"))
        self._has_graph = not self.graph

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self._step += 1
        if self.batches and self._step % self.batches == 0:
            for name, value in logs.items():
                self.writer.add_scalar(f"batch/{name}", value, self._step)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self.writer.add_scalar("epoch/learning_rate", self.model.learning_rate, epoch)
        for name, value in logs.items():
            if name.startswith("val_"):
                self._of_validation().add_scalar(f"epoch/{name[4:]}", value, epoch)
            elif name != "learning_rate":
                self.writer.add_scalar(f"epoch/{name}", value, epoch)
        if self.histograms and (epoch + 1) % self.histograms == 0:
            for name, parameter in self.model.net.collect_params().items():
                values = parameter.data().astype("float32").asnumpy()
                self.writer.add_histogram(f"parameters/{name}", values, epoch)
        if not self._has_graph:
            self._has_graph = True
            self.writer.add_text("network", _as_code(repr(self.model.net)), epoch)
        self._last = logs
        self.writer.flush()

    def _of_validation(self) -> Any:
        if self._validation is None:
            self._validation = _writer_class()(os.path.join(self.folder, "validation"))
        return self._validation

    def on_train_end(self) -> None:
        if self.hyper:
            figures = {f"hyper/{name}": value for name, value in self._last.items()}
            self.writer.add_hparams(self.hyper, figures, name="run")

    def on_close(self) -> None:
        for writer in (self.writer, self._validation):
            if writer is not None:
                writer.close()
        self._validation = None

    def state_dict(self) -> dict[str, Any]:
        return {"step": self._step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._step = state["step"]


def _as_code(text: str) -> str:
    """A text that TensorBoard shows as it is, which Markdown does with four blanks in front."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _writer_class() -> Any:
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        raise NotFound(
            "TensorBoard: needs the package tensorboardX; install it with `pip install "
            "weft[tensorboard]`"
        ) from None
    return SummaryWriter


__all__ = ["TensorBoard"]
