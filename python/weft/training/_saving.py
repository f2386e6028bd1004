"""Training in a file: a checkpoint with the place in the epochs, the history and the callbacks."""

import os
from os import PathLike, fsdecode
from typing import Any

from weft._base.errors import InvalidValue
from weft.callbacks._base import is_quiet
from weft.checkpoint import _described, load_checkpoint, save_checkpoint
from weft.gluon.data import DataLoader


def save_training(path: str | PathLike[str], model: Any, run: Any, own: Any = None) -> None:
    """Writes the model, and where `run` is if there is one: `weft.save_checkpoint`.

    own: what several ranks have each of their own (`Run.settle`)
    """
    save_checkpoint(path, model.net, model.trainer, _loader_of(run), extra=_extra(model, run, own))


def save_with_others(path: str | PathLike[str], model: Any, run: Any) -> None:
    """The same by all ranks that train together: rank 0 writes."""
    own = None if run is None else run.settle()
    if not is_quiet():
        save_training(path, model, run, own)
    elif own is not None:
        # Brings together, with rank 0, what is kept in parts.
        _described(model.net, model.trainer, None, None)


def _loader_of(run: Any) -> DataLoader | None:
    loader = None if run is None else run.source.loader
    return loader if isinstance(loader, DataLoader) else None


def _extra(model: Any, run: Any, own: Any) -> dict[str, Any]:
    found = {"history": model.history.state(), "run": None, "callbacks": {}, "ranks": own}
    if run is not None:
        found |= {"run": run.state(), "callbacks": run.hooks.state()}
        if own is not None:
            found["run"]["pending"] = sum(own["pending"])
    return found


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
            f"fit: `{fsdecode(path)}` must be a file of `callbacks.Checkpoint`; it was saved "
            "outside `fit`"
        )
    model.history.restore(extra["history"])
    if run is not None:
        run.restore(extra["run"])
        run.take_own(extra.get("ranks"))
        run.hooks.restore(extra["callbacks"])
    return True


__all__ = ["load_training", "save_training", "save_with_others"]
