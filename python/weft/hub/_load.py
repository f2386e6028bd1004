"""A network of the hub or of a folder: config.json, then weights, then values by name."""

import warnings
from os import PathLike
from typing import Any, NamedTuple

from weft._core.typing import DTypeLike, ndarray
from weft.gluon._weight_files import read_weights
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text._encoder_decoder import EncoderDecoder
from weft.gluon.model_zoo.text.decoder import Decoder
from weft.gluon.published import fitting
from weft.hub._families import Family, find
from weft.hub._folder import Source, check_sizes
from weft.hub._generation import GENERATION, options_by

# Arrays that no network needs: they follow from its sizes.
_FOLLOWS = ("position_ids", "token_type_ids", "num_batches_tracked", "inv_freq")


def load(
    model: str | PathLike[str],
    *,
    revision: str | None = None,
    token: str | bool | None = None,
    cache_dir: str | PathLike[str] | None = None,
    local_files_only: bool = False,
    dtype: DTypeLike = None,
    architecture: str | None = None,
    allow_missing: bool = False,
    ignore_extra: bool = False,
) -> HybridBlock:
    """A network with its weights: call it, hybridize, train, quantize, export.

    model: a folder with config.json and weights, or a name on the Hugging Face hub, "org/name", of
        which config.json, generation_config.json and the weights alone are downloaded, as
        safetensors where there are any
    revision, token, cache_dir, local_files_only: as for `huggingface_hub.snapshot_download`; they
        do not concern a folder
    dtype: of floating parameters, float32 if None
    architecture: instead of the one that config.json names: "BertModel" for the encoder without
        its head
    allow_missing: parameters that the files lack, such as a new head, get first values, with a
        warning
    ignore_extra: leave out what the network lacks

    A network that writes text has what generation_config.json asks for as its `generation`: the
    arguments of `generate` where it is told nothing.

    Weights that the network has no use for, such as another head's, are told by a warning, and so
    is what generation_config.json asks for beyond them.

    Raises NotImplementedError for an architecture that is not in `families()` or for what a network
    cannot honour, OSError for files that are missing or damaged, LookupError for parameters that
    the files lack or have beyond the network, ValueError for another shape, ImportError where
    `huggingface_hub` is needed and not installed.

    >>> import json
    >>> from weft import hub, np
    >>> from weft.gluon.model_zoo import text
    >>> small = {"vocab_size": 10, "n_embd": 8, "n_layer": 1, "n_head": 2, "n_positions": 16}
    >>> first = text.gpt.from_config(small)
    >>> first.initialize()
    >>> first.save_parameters("model.safetensors")
    >>> with open("config.json", "w") as file:  # stands for a model that was downloaded
    ...     json.dump({**small, "model_type": "gpt2"}, file)
    >>> net = hub.load(".")
    >>> net(np.array([[1, 2, 3]])).shape
    (1, 3, 10)
    """
    return loaded(
        Source(
            model,
            revision=revision,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
        ),
        dtype,
        architecture,
        allow_missing=allow_missing,
        ignore_extra=ignore_extra,
    ).network


class Loaded(NamedTuple):
    """A network, and what it was built by."""

    network: HybridBlock
    family: Family
    architecture: str
    config: dict[str, Any]


def loaded(
    source: Source,
    dtype: DTypeLike = None,
    architecture: str | None = None,
    *,
    allow_missing: bool = False,
    ignore_extra: bool = False,
) -> Loaded:
    """The network of a folder; arguments as for `load`."""
    config = source.config()
    family, name = find(config, source.name, architecture)
    arrays = read_weights(source.weights())
    check_sizes(config, arrays, source.name)
    net = family.build(config, name)
    if dtype is not None:
        net.cast(dtype)
    net.load_dict(
        arrays, allow_missing=allow_missing, ignore_extra=ignore_extra, source=source.name
    )
    _tell_unused(net, arrays, source.name)
    _fill_missing(net, source.name)
    if isinstance(net, Decoder | EncoderDecoder):
        _take_generation(net, source)
    return Loaded(net, family, name, config)


def _take_generation(net: Decoder | EncoderDecoder, source: Source) -> None:
    """Gives a network the options of its generation_config.json."""
    config = source.generation()
    if config is None:
        return
    net.generation, unknown = options_by(config, isinstance(net, EncoderDecoder))
    if unknown:
        _warn(
            f"{GENERATION} of {source.name} asks for what `generate` has no argument for: "
            f"{_shown(unknown)}"
        )


def _tell_unused(net: HybridBlock, arrays: dict[str, ndarray], source: str) -> None:
    names = fitting(net.published_names, arrays, net.collect_params())
    if names is None:
        return
    unused = [
        name
        for name in arrays
        if names.has(name)
        and names.translate(name) is None
        and name.rpartition(".")[2] not in _FOLLOWS
    ]
    if unused:
        _warn(f"{source} has weights that {_named(net)} has no use for: {_shown(unused)}")


def _fill_missing(net: HybridBlock, source: str) -> None:
    missing = [name for name, p in net.collect_params().items() if not p.is_initialized]
    if missing:
        net.initialize()
        _warn(f"{source} lacks weights of {_named(net)}, which got first values: {_shown(missing)}")


def _named(net: HybridBlock) -> str:
    return type(net).__name__


def _shown(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _warn(text: str) -> None:
    warnings.warn(f"weft.hub.load: {text}", stacklevel=5)


__all__ = ["Loaded", "load", "loaded"]
