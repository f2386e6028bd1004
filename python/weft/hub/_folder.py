"""Folders with config.json and weights: where they are, and what config.json says.

A file of somebody else is read here. Its size is limited, and its numbers are compared with the
weights before a network is built by them: nothing grows beyond what the files hold.
"""

import json
import re
from os import PathLike, fsdecode
from pathlib import Path
from typing import Any

from weft._base.errors import FileFailure, InvalidType, InvalidValue, MissingFile
from weft._base.packages import installing
from weft._base.regular_files import regular
from weft._core.typing import ndarray
from weft.hub._generation import GENERATION

CONFIG = "config.json"
_SAFETENSORS = ("model.safetensors", "model.safetensors.index.json", "model-*.safetensors")
_TORCH = ("pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model-*.bin")
_LONGEST = 1 << 24  # bytes of a config.json; real ones have some thousands
# Keys for how often something is built; a list is for stages.
_LAYERS = (
    "num_hidden_layers",
    "num_layers",
    "num_decoder_layers",
    "encoder_layers",
    "decoder_layers",
    "n_layers",
    "n_layer",
    "num_experts",
    "num_local_experts",
    "depths",
)
# Keys for extents. Some are of tables that are computed, such as positions: a million is let pass.
_EXTENTS = (
    "vocab_size",
    "type_vocab_size",
    "embedding_size",
    "hidden_size",
    "hidden_sizes",
    "intermediate_size",
    "moe_intermediate_size",
    "num_attention_heads",
    "head_dim",
    "dim",
    "hidden_dim",
    "n_heads",
    "n_embd",
    "n_head",
    "n_inner",
    "n_positions",
    "d_model",
    "d_kv",
    "d_ff",
    "num_heads",
    "embed_dim",
    "ffn_dim",
    "word_embed_proj_dim",
    "encoder_ffn_dim",
    "decoder_ffn_dim",
    "max_position_embeddings",
    "max_source_positions",
    "max_target_positions",
    "num_mel_bins",
    "num_channels",
    "num_labels",
    "image_size",
    "patch_size",
    "window_size",
)
_LET_PASS = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)?", re.ASCII)


class Source:
    """A local folder, or a name on the hub whose files are fetched when they are asked for."""

    def __init__(self, model: str | PathLike[str], **options: Any) -> None:
        if not isinstance(model, str | PathLike):
            raise InvalidType(
                f"weft.hub.load: `model` must be a name or a path; got {type(model).__name__}"
            )
        self.name, self._options = fsdecode(model), options
        self._is_local = bool(self.name) and Path(self.name).is_dir()
        if not self._is_local and (isinstance(model, PathLike) or not _NAME.fullmatch(self.name)):
            raise MissingFile(
                f"weft.hub.load: there is no folder {self.name}, and names on the hub are like "
                "`org/name`"
            )

    def config(self) -> dict[str, Any]:
        """What config.json says."""
        return read_config(self._folder(CONFIG) / CONFIG)

    def generation(self) -> dict[str, Any] | None:
        """What generation_config.json says; None where there is none."""
        path = self._folder(GENERATION) / GENERATION
        return read_config(path) if path.exists() else None

    def weights(self) -> Path:
        """A folder with weights, as safetensors where there are any."""
        folder = self._folder(*_SAFETENSORS)
        if not self._is_local and not any(folder.glob("model*.safetensors")):
            folder = self._folder(*_TORCH)
        return folder

    def _folder(self, *patterns: str) -> Path:
        if self._is_local:
            return Path(self.name)
        try:
            from huggingface_hub import snapshot_download
        except ImportError:
            raise ImportError(
                f"weft.hub.load: there is no folder {self.name}, and to look on the hub needs the "
                f"package huggingface_hub: {installing('hub')}"
            ) from None
        try:
            found = snapshot_download(self.name, allow_patterns=list(patterns), **self._options)
        except Exception as error:  # of huggingface_hub, of its HTTP client, of the system
            reason = str(error).strip().splitlines()
            kind = MissingFile if isinstance(error, FileNotFoundError) else FileFailure
            raise kind(
                f"weft.hub.load: huggingface_hub cannot get {patterns[0]} of {self.name}: "
                f"{reason[0] if reason else type(error).__name__}"
            ) from error
        return Path(found)


def read_config(path: Path) -> dict[str, Any]:
    """The dict of a config.json or another file of its kind. Raises OSError for one that is missing
    or damaged."""
    try:
        with open(path, "rb", opener=regular) as file:
            text = file.read(_LONGEST + 1)
    except FileNotFoundError:
        raise MissingFile(f"weft.hub.load: there is no {path.name} in {path.parent}") from None
    if len(text) > _LONGEST:
        raise FileFailure(f"weft.hub.load: {path} must have at most {_LONGEST} bytes")
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileFailure(f"weft.hub.load: {path} must be JSON: {error}") from None
    if not isinstance(config, dict):
        raise FileFailure(
            f"weft.hub.load: {path} must be a JSON object; got a {type(config).__name__}"
        )
    return config


def check_sizes(config: dict[str, Any], arrays: dict[str, ndarray], source: str) -> None:
    """Raises ValueError where config.json says more layers than the files have arrays, or an
    extent beyond their largest array: such a network is not even begun."""
    largest = max((array.size for array in arrays.values()), default=0)
    for keys, what, limit in (
        (_LAYERS, "arrays", len(arrays)),
        (_EXTENTS, "numbers in the largest array", max(largest, _LET_PASS)),
    ):
        for key in keys:
            numbers = _numbers(config.get(key))
            if (sum if keys is _LAYERS else max)(numbers or [0]) > limit:
                raise InvalidValue(
                    f"weft.hub.load: {CONFIG} of {source} says `{key}`: "
                    f"{str(config[key])[:40]}, and its weights have but {limit} {what}"
                )


def _numbers(value: Any) -> list[int]:
    """A whole number, or those of a list, that are above 0."""
    several = value if isinstance(value, list) else [value]
    return [item for item in several if isinstance(item, int) and item > 0]


__all__ = ["Source", "check_sizes", "read_config"]
