"""Training in a file: a checkpoint with the place in the epochs, the history and the callbacks."""

import os
from os import PathLike, fspath
from typing import Any

from weft._base.errors import InvalidValue
from weft.checkpoint import load_checkpoint, save_checkpoint
from weft.gluon.data import DataLoader


def save_training(path: str | PathLike[str], model: Any, run: Any, background: bool = False) -> Any:
    """Writes the model, and where `run` is if there is one: `weft.save_checkpoint`."""
    extra = {"history": model.history.state(), "run": None, "callbacks": {}}
    loader = None
    if run is not None:
        loader = run.source.loader if isinstance(run.source.loader, DataLoader) else None
        extra |= {"run": run.state(), "callbacks": run.hooks.state()}
    return save_checkpoint(
        path, model.net, model.trainer, loader, extra=extra, background=background
    )


def load_training(path: str | PathLike[str], model: Any, run: Any, must_exist: bool = True) -> bool:
    """Restores what `save_training` wrote; false where there is no file."""
    if not must_exist and not os.path.exists(path):
        return False
    loader = None
    if run is not None:
        loader = run.source.loader
        if not isinstance(loader, DataLoader):
            raise InvalidValue(
                "fit: `resume` needs arrays, a data set or a DataLoader, whose place in the order "
                f"of samples is known; got {type(loader).__name__}"
            )
    extra = load_checkpoint(path, model.net, model.trainer, loader)
    if "history" not in extra or (run is not None and extra["run"] is None):
        raise InvalidValue(
            f"fit: `{fspath(path)}` must be a file of `callbacks.Checkpoint`; it was saved outside "
            "`fit`"
        )
    model.history.restore(extra["history"])
    if run is not None:
        run.restore(extra["run"])
        run.hooks.restore(extra["callbacks"])
    return True


__all__ = ["load_training", "save_training"]
