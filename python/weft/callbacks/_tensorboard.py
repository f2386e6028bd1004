"""The callback that writes for TensorBoard, by the package tensorboardX."""

import os
import warnings
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

import numpy

from weft import profiler
from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft._base.options import require_whole
from weft._base.packages import installing
from weft._core.typing import ndarray
from weft.callbacks._base import Callback, Logs

# What is shown: a thing, or a function of the model that gives it after each epoch.
Shown = Mapping[str, Any]


class TensorBoard(Callback):
    """Writes figures of training and validation into a folder that `tensorboard --logdir` shows.

    folder: gets `train` and, where there is a validation, `validation`, so that both are curves of
        one picture
    histograms: histograms of parameters after so many epochs; 0 for none. They have what is finite,
        and a warning says what is not
    gradients: histograms of the gradients of the last batch, too; steps keep them for that, which
        costs the memory of the parameters once more
    batches: figures of the running epoch after so many batches, too; None for epochs alone
    graph: the network's operators as a graph, and its layers as a text
    hyper: options of the run by name, which TensorBoard compares over runs
    images: by name, images of shape (N, C, H, W), (N, H, W, C) or (N, H, W), floats from 0 to 1 or
        bytes
    texts: by name, texts in Markdown
    embeddings: by name, vectors of shape (N, D), or a pair of them and N labels; written at the end
    profile: batches of the first epoch, as (first, last), that are profiled: tables by operator and
        by layer among the texts, and the file `profile.json` for https://ui.perfetto.dev

    Instead of images, texts and embeddings there may be functions of the model that give them;
    those of images and texts are called after each epoch. `writer` is the writer of `train`, with
    all that tensorboardX has.

    Raises LookupError where tensorboardX is missing: `pip install '.[tensorboard]'`.

    >>> import os
    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam")
    >>> board = callbacks.TensorBoard("logs")
    >>> history = model.fit(x, y, epochs=2, callbacks=board, verbose=0)
    >>> os.listdir("logs")
    ['train']
    """

    of_rank_0 = stops_alike = True

    def __init__(
        self,
        folder: str | PathLike[str] = "logs",
        *,
        histograms: int = 0,
        gradients: bool = False,
        batches: int | None = None,
        graph: bool = True,
        hyper: dict[str, Any] | None = None,
        images: Shown | None = None,
        texts: Shown | None = None,
        embeddings: Shown | None = None,
        profile: tuple[int, int] | None = None,
    ) -> None:
        self.folder = folder
        self.histograms = require_whole("TensorBoard", "histograms", histograms, 0)
        if gradients and not histograms:
            raise InvalidValue("TensorBoard: `gradients` needs `histograms`, such as histograms=1")
        self.gradients = gradients
        self.batches = batches
        if batches is not None:
            require_whole("TensorBoard", "batches", batches, 1)
        self.graph, self.hyper = graph, dict(hyper or {})
        self.images = _by_name("images", images)
        self.texts = _by_name("texts", texts)
        self.embeddings = _by_name("embeddings", embeddings)
        self.profile = _batches("profile", profile)
        self.writer: Any = None
        self._validation: Any = None
        self._profile: profiler.Profile | None = None
        self._step = 0
        _writer_class()

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        if self.gradients:
            model.keeps_gradients = True

    def on_train_begin(self) -> None:
        self.writer = _writer_class()(os.path.join(self.folder, "train"))
        self._has_graph = not self.graph
        self._has_fixed = self._was_profiled = False
        self._last: dict[str, float] = {}
        self._warned: set[str] = set()

    # ---- batches

    def on_train_batch_begin(self, batch: int) -> None:
        if self.profile and batch >= self.profile[0] and not self._was_profiled:
            self._was_profiled = True
            self._profile = profiler.profile()
            self._profile.start()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self._step += 1
        if self.batches and self._step % self.batches == 0:
            for name, value in logs.items():
                self.writer.add_scalar(f"batch/{name}", value, self._step)
        if self._profile is not None and self.profile and batch >= self.profile[1]:
            self._end_profile()

    def _end_profile(self) -> None:
        taken, self._profile = self._profile, None
        if taken is None:
            return
        taken.stop()
        taken.trace(os.path.join(self.folder, "train", "profile.json"))
        for by in ("operator", "layer"):
            text = f"{taken.text(by, top=40)}\n{taken.summary()}"
            self.writer.add_text(f"profile/{by}", _as_code(text), self._step)

    # ---- epochs

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self._end_profile()
        self.writer.add_scalar("epoch/learning_rate", self.model.learning_rate, epoch)
        for name, value in logs.items():
            if name.startswith("val_"):
                self._of_validation().add_scalar(f"epoch/{name[4:]}", value, epoch)
            elif name != "learning_rate":
                self.writer.add_scalar(f"epoch/{name}", value, epoch)
        if self.histograms and (epoch + 1) % self.histograms == 0:
            self._write_histograms(epoch)
        if not self._has_graph:
            self._has_graph = True
            self._write_graph(epoch)
        self._write_shown(epoch)
        self._last = logs
        self.writer.flush()

    def _write_histograms(self, epoch: int) -> None:
        for name, parameter in self.model.net.collect_params().items():
            self._write_histogram(f"parameters/{name}", parameter.data(), epoch)
        if self.gradients:
            for name, gradient in self.model.gradients().items():
                self._write_histogram(f"gradients/{name}", gradient, epoch)

    def _write_histogram(self, name: str, given: Any, epoch: int) -> None:
        """A histogram of what is finite; of what is not a warning, once for each name."""
        values = _floats(given).ravel()
        finite = values[numpy.isfinite(values)]
        if finite.size:  # beyond 1e20 tensorboardX has no bins
            self.writer.add_histogram(name, numpy.clip(finite, -9e19, 9e19), epoch)
        if finite.size < values.size and name not in self._warned:
            self._warned.add(name)
            warnings.warn(
                f"TensorBoard: {values.size - finite.size} of the {values.size} elements of {name} "
                f"are NaN or infinite after epoch {epoch + 1}, and in no histogram",
                stacklevel=2,
            )

    def _write_graph(self, epoch: int) -> None:
        from weft.callbacks._graph_events import write_graph

        self.writer.add_text("network", _as_code(repr(self.model.net)), epoch)
        reason = write_graph(self.writer, self.model)
        if reason:
            self.writer.add_text("network/graph", reason, epoch)

    def _write_shown(self, epoch: int) -> None:
        """Images and texts: fixed ones once, those of functions after each epoch."""
        for name, shown in self.images.items():
            if callable(shown) or not self._has_fixed:
                pixels, order = _pixels(name, self._made(shown))
                self.writer.add_images(name, pixels, epoch, dataformats=order)
        for name, shown in self.texts.items():
            if callable(shown) or not self._has_fixed:
                self.writer.add_text(name, str(self._made(shown)), epoch)
        self._has_fixed = True

    def _made(self, shown: Any) -> Any:
        return shown(self.model) if callable(shown) else shown

    def _of_validation(self) -> Any:
        if self._validation is None:
            self._validation = _writer_class()(os.path.join(self.folder, "validation"))
        return self._validation

    def on_train_end(self) -> None:
        if self.hyper:
            figures = {f"hyper/{name}": value for name, value in self._last.items()}
            self.writer.add_hparams(self.hyper, figures, name="run")
        for name, shown in self.embeddings.items():
            found = self._made(shown)
            vectors, labels = found if isinstance(found, tuple) else (found, None)
            metadata = None if labels is None else [str(each) for each in _numpy(labels).tolist()]
            self.writer.add_embedding(_floats(vectors), metadata, tag=name)

    def on_close(self) -> None:
        if self._profile is not None:  # an error ended the epoch
            self._profile.stop()
            self._profile = None
        for writer in (self.writer, self._validation):
            if writer is not None:
                writer.close()
        self._validation = None

    def state_dict(self) -> dict[str, Any]:
        return {"step": self._step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._step = state["step"]


def _by_name(option: str, given: Shown | None) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise InvalidType(
            f"TensorBoard: `{option}` must be a dict by name; got {type(given).__name__}"
        )
    return dict(given or {})


def _batches(option: str, given: tuple[int, int] | None) -> tuple[int, int] | None:
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise InvalidType(f"TensorBoard: `{option}` must be (first, last); got {given!r}")
    first = require_whole("TensorBoard", f"{option}[0]", given[0], 0)
    return first, require_whole("TensorBoard", f"{option}[1]", given[1], first)


def _numpy(given: Any) -> Any:
    return given.asnumpy() if isinstance(given, ndarray) else numpy.asarray(given)


def _floats(given: Any) -> Any:
    """As float32, which NumPy has for every dtype of Weft."""
    return _numpy(given.astype("float32") if isinstance(given, ndarray) else given).astype(
        "float32"
    )


def _pixels(name: str, given: Any) -> tuple[Any, str]:
    """Images as tensorboardX takes them, and the order of their axes."""
    images = _numpy(given)
    if images.ndim == 3:
        return images[:, None], "NCHW"
    if images.ndim == 4 and images.shape[1] in (1, 3):
        return images, "NCHW"
    if images.ndim == 4 and images.shape[3] in (1, 3):
        return images, "NHWC"
    raise InvalidValue(
        f"TensorBoard: images {name!r} must have shape (N, C, H, W), (N, H, W, C) or (N, H, W) "
        f"with 1 or 3 channels; got {images.shape}"
    )


def _as_code(text: str) -> str:
    """A text that TensorBoard shows as it is, which Markdown does with four blanks in front."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _writer_class() -> Callable[..., Any]:
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        raise NotFound(f"TensorBoard: it needs tensorboardX: {installing('tensorboard')}") from None
    writer: Callable[..., Any] = SummaryWriter
    return writer


__all__ = ["TensorBoard"]
