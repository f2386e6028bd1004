"""A generation_config.json: how a network writes text unless it is told otherwise, as arguments of
`generate`.

Keys have the meanings and defaults that transformers gives them. What `generate` has no argument
for is told by a warning.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from weft._base.errors import InvalidType

GENERATION = "generation_config.json"

# Numbers that are arguments as they are.
_SAME = {
    "max_new_tokens": "steps",
    "max_length": "length",
    "min_length": "shortest",
    "min_new_tokens": "least",
    "repetition_penalty": "repetition_penalty",
    "no_repeat_ngram_size": "no_repeat",
    "num_beams": "beams",
    "num_return_sequences": "returned",
    "length_penalty": "length_penalty",
    "pad_token_id": "pad",
}
# Lists of tokens, or a token.
_TOKENS = {
    "eos_token_id": "end",
    "suppress_tokens": "suppressed",
    "begin_suppress_tokens": "suppressed_first",
}
# Keys that change no token, say what a caller may ask for, or are of one method of transformers.
_IDLE = (
    *("transformers_version", "_from_model_config", "use_cache", "cache_implementation"),
    *("cache_config", "return_dict_in_generate", "output_scores", "output_logits"),
    *("output_attentions", "output_hidden_states", "bos_token_id", "low_memory", "disable_compile"),
    *("compile_config", "remove_invalid_values", "is_assistant", "num_assistant_tokens"),
    *("num_assistant_tokens_schedule", "assistant_confidence_threshold", "assistant_lookbehind"),
    *("target_lookbehind", "max_matching_ngram_size", "prefill_chunk_size", "return_timestamps"),
    # Whisper's tables of languages, tasks and times
    *("alignment_heads", "lang_to_id", "task_to_id", "is_multilingual", "no_timestamps_token_id"),
    *("max_initial_timestamp_index", "prev_sot_token_id", "median_filter_width", "language"),
    *("task",),
)
# Keys that ask for nothing where they have these values, or are null, false, 0 or empty.
_NEUTRAL = {
    "typical_p": 1.0,
    "encoder_repetition_penalty": 1.0,
    "num_beam_groups": 1,
    "guidance_scale": 1,
}


def options_by(config: Mapping[str, Any], pair: bool) -> tuple[dict[str, Any], list[str]]:
    """Arguments of `generate` by name, and the keys that ask for what it lacks.

    pair: of an encoder–decoder, whose texts begin with a token that the file may tell
    """
    given = {key: value for key, value in config.items() if value is not None}
    for key, (kind, wanted) in _KINDS.items():
        if key in given and not kind(given[key]):
            raise InvalidType(
                f"weft.hub.load: `{key}` of {GENERATION} must be {wanted}; got {given[key]!r}"
            )
    found = {name: given[key] for key, name in _SAME.items() if key in given}
    found |= {name: _listed(given[key]) for key, name in _TOKENS.items() if key in given}
    found |= _drawing(given)
    if early := given.get("early_stopping"):
        found["early_stopping"] = early
    if pair:  # without an end in this file there is none, whatever config.json says
        found.setdefault("end", [])
    if pair and "decoder_start_token_id" in given:
        found["begin"] = given["decoder_start_token_id"]
    if forced := dict(_forced(given)):
        found["forced"] = forced
    return found, list(_unknown(given))


def _drawing(given: Mapping[str, Any]) -> dict[str, Any]:
    """How tokens are drawn: the best ones are taken unless `do_sample` says otherwise."""
    if not given.get("do_sample", False):
        return {"temperature": 0.0}
    found = {"temperature": given.get("temperature", 1.0)}
    if top_k := given.get("top_k", 50):
        found["top_k"] = top_k
    if given.get("top_p", 1.0) < 1:
        found["top_p"] = given["top_p"]
    if "min_p" in given:
        found["min_p"] = given["min_p"]
    return found


def _forced(given: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Tokens by place among the steps; the token that a text begins with has place 0 in the
    file."""
    for place, token in given.get("forced_decoder_ids", ()):
        if token is not None:
            yield place - 1, token
    if "forced_bos_token_id" in given:
        yield 0, given["forced_bos_token_id"]
    if "forced_eos_token_id" in given:
        ends = _listed(given["forced_eos_token_id"])
        yield -1, ends[0]


def _unknown(given: Mapping[str, Any]) -> Iterator[str]:
    """Keys that ask for something that there is no argument for."""
    for key, value in given.items():
        if key not in _KINDS and key not in _IDLE and value and value != _NEUTRAL.get(key):
            yield key


def _listed(value: Any) -> list[int]:
    return list(value) if isinstance(value, list) else [value]


# ---- what values must be -------------------------------------------------------------------------


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_tokens(value: Any) -> bool:
    return all(map(_is_whole, _listed(value)))


def _are_placed(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list)
        and len(pair) == 2
        and _is_whole(pair[0])
        and pair[0] >= 1
        and (pair[1] is None or _is_whole(pair[1]))
        for pair in value
    )


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_stopping(value: Any) -> bool:
    return isinstance(value, bool) or value == "never"


_WHOLE = (_is_whole, "a whole number of at least 0")
_NUMBER = (_is_number, "a number")
_FEW = (_are_tokens, "a token or a list of tokens")
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(_SAME, _WHOLE),
    **dict.fromkeys(_TOKENS, _FEW),
    **dict.fromkeys(("top_k", "decoder_start_token_id"), _WHOLE),
    **dict.fromkeys(("temperature", "top_p", "min_p"), _NUMBER),
    **dict.fromkeys(("repetition_penalty", "length_penalty"), _NUMBER),
    "do_sample": (_is_flag, "true or false"),
    "early_stopping": (_is_stopping, 'true, false or "never"'),
    "forced_bos_token_id": _WHOLE,
    "forced_eos_token_id": _FEW,
    "forced_decoder_ids": (_are_placed, "a list of pairs of a place and a token"),
}

__all__ = ["GENERATION", "options_by"]
