"""What networks that predict the next token have in common: caches, generation, a file for C.

A subclass has `max_length` and `layers`, each with an `attention` that has `new_cache`, and its
`forward(tokens, caches, mask)` gives the scores (N, T, vocabulary) of the tokens that come next.
"""

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from types import MappingProxyType
from typing import Any, Literal

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.dimensions import Dim
from weft._core.typing import ndarray
from weft._export.export import export
from weft._trace.planned import hybridize
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text._beams import Beams, search
from weft.gluon.model_zoo.text._generation import Stop, TextOf, drawn, filler_of, finished
from weft.gluon.model_zoo.text._options import Options, options_of
from weft.gluon.model_zoo.text._places import Places, places_of
from weft.gluon.model_zoo.text._reading import KeptTexts, Reading
from weft.gluon.model_zoo.text.sampling import penalized

# Caches have a multiple of these many positions, so that texts of near lengths share a plan.
_STEP = 64
_GIVEN = ("self", "tokens", "mask")  # arguments of `generate` that are no options
_STREAMED = (
    *("steps", "temperature", "top_k", "top_p", "min_p", "repetition_penalty", "no_repeat"),
    *("end", "least", "suppressed", "suppressed_first"),
)


class Decoder(HybridBlock):
    """A network that gives the scores of next tokens, and goes on from a cache.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> net = text.GPT(10, units=8, num_layers=1, num_heads=2, max_length=16)
    >>> net.initialize()
    >>> isinstance(net, text.Decoder), net.generate(np.array([[1, 2, 3]]), 4).shape
    (True, (1, 7))
    """

    max_length: int
    layers: nn.HybridSequential
    # Arguments of `generate` that count where it is told nothing, such as those of a folder's
    # generation_config.json.
    generation: Mapping[str, Any] = MappingProxyType({})

    @property
    def turning_length(self) -> int | None:
        """The length of texts beyond which all their positions have other angles; None: none."""
        return None

    def new_caches(self, batch: int, length: int | None = None) -> list[nn.KeyValueCache]:
        """An empty cache for each layer, for `length` tokens, `max_length` if None."""
        return [
            layer.attention.new_cache(batch, length or self.max_length) for layer in self.layers
        ]

    def places(self, tokens: Any, caches: Any = None, mask: Any = None) -> Places:
        """Where tokens (N, T) are, which must not be too many; see `places_of`."""
        owner = type(self).__name__
        if tokens.shape[1] > self.max_length:
            raise InvalidValue(
                f"{owner}: `tokens` may have {self.max_length} positions at most; got "
                f"{tokens.shape[1]}"
            )
        return places_of(owner, tokens, caches, mask)

    def stream(
        self,
        tokens: ndarray,
        steps: int | None = None,
        *,
        mask: ndarray | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        repetition_penalty: float | None = None,
        no_repeat: int | None = None,
        end: int | Sequence[int] | None = None,
        least: int | None = None,
        suppressed: Sequence[int] | None = None,
        suppressed_first: Sequence[int] | None = None,
    ) -> Iterator[ndarray]:
        """The tokens (N,) that come behind `tokens` (N, T), one step after the other, as they are
        drawn; arguments as for `generate`. An end ends nothing: `least` keeps it away."""
        told = {key: value for key, value in locals().items() if key in _STREAMED}
        options = options_of(type(self).__name__, self.generation, told)
        return self._drawn(tokens, mask, options)[1]

    def generate(
        self,
        tokens: ndarray,
        steps: int | None = None,
        *,
        mask: ndarray | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        repetition_penalty: float | None = None,
        no_repeat: int | None = None,
        end: int | Sequence[int] | None = None,
        pad: int | None = None,
        least: int | None = None,
        forced: Mapping[int, int] | None = None,
        suppressed: Sequence[int] | None = None,
        suppressed_first: Sequence[int] | None = None,
        stop: str | Sequence[str | Sequence[int]] | None = None,
        text_of: TextOf | None = None,
        beams: int | None = None,
        length_penalty: float | None = None,
        early_stopping: bool | Literal["never"] | None = None,
        returned: int | None = None,
    ) -> ndarray:
        """Tokens (N, T) continued by `steps` drawn ones: (N, T + steps). What is None is as the
        network's own `generation` says, and else as told here.

        mask: (N, T), 0 for what fills up shorter rows, which has to stand in front of them; None
            where there is nothing such
        temperature, top_k, top_p, min_p: as for `draw`; temperature 0 takes the best one each time.
            1, and 0 with beams; another one with beams draws their continuations
        repetition_penalty: divides the scores of tokens that a row has, those of `tokens` and of
            what fills them up among them, and multiplies those below 0
        no_repeat: so many tokens in a row come once at most; 0 for no such rule
        end: a token, or some, after which a row is over, () for none; the rest of it is `pad`, by
            default the (first) end token. The result is shorter where all rows are over
        least: no end token comes before so many others
        forced: tokens by place among the steps, such as `{0: language, -1: end}`
        suppressed, suppressed_first: tokens that are never drawn, or not at the first step
        stop: strings, or sequences of tokens, after which a row is over, too; a string may end
            within a token
        text_of: the string of a list of tokens, such as a tokenizer's `decode`; for strings
        beams: how many texts of each row a beam search keeps; 1 for none. The scores that
            `repetition_penalty` changes are logarithms of probabilities then
        length_penalty: the search compares their logarithms over length to this power; 1
        early_stopping: is a row over once `beams` of its texts are? False goes on while a better
            one of the present length may come, "never" while one of any length may
        returned: how many texts of each row, of a search the best ones, the best first, at most
            `beams`: (N · returned, T + steps); 1

        Raises ValueError where that is longer than max_length.

        >>> from weft import gluon, np
        >>> net = gluon.model_zoo.text.GPT(9, units=8, num_layers=1, num_heads=2)
        >>> net.initialize()
        >>> net.generate(np.array([[1, 2, 3]]), 4, beams=3, returned=2).shape
        (2, 7)
        """
        told = {key: value for key, value in locals().items() if key not in _GIVEN}
        owner = type(self).__name__
        options = options_of(owner, self.generation, told)
        over = options.over(owner)
        plan = options.plan(owner, options.choice(1.0 if options.beams == 1 else 0.0))
        filler = filler_of(owner, over, options.pad, tokens.shape[0] * options.returned)
        if plan is not None:
            return self._searched(tokens, mask, options, over, filler, plan)
        begun, behind = self._drawn(tokens, mask, options)
        return finished(begun, behind, over, filler)

    def _drawn(
        self, tokens: ndarray, mask: ndarray | None, options: Options
    ) -> tuple[ndarray, Iterator[ndarray]]:
        """What is begun with, each row `returned` times, and what comes behind it."""
        owner = type(self).__name__
        steps = self._steps(tokens, options)
        rules = options.rules(owner, options.over(owner), steps, tokens.shape[1])
        choice, count = options.choice(1.0), options.returned
        if count > 1:
            tokens = np.repeat(tokens, count, axis=0)
            mask = None if mask is None else np.repeat(mask, count, axis=0)

        def choose(scores: ndarray, so_far: ndarray, step: int) -> ndarray:
            scores = penalized(scores, so_far, choice.repetition_penalty)
            return rules.after(choice.drawn(rules.before(scores, so_far, step)), step)

        return tokens, drawn(self._reading(tokens, mask, steps), tokens, steps, choose)

    def _searched(
        self,
        tokens: ndarray,
        mask: ndarray | None,
        options: Options,
        over: Stop,
        filler: int,
        plan: Beams,
    ) -> ndarray:
        """What a beam search finds. The prompt is read once for all beams of a row."""
        steps = self._steps(tokens, options)
        rules = options.rules(type(self).__name__, over, steps, tokens.shape[1])
        alone = self._reading(tokens, mask, steps)
        first = np.repeat(alone(tokens), plan.count, axis=0)
        reading = alone.repeated(plan.count)

        def scores_behind(last: ndarray | None) -> ndarray:
            return first if last is None else reading(last)

        def adjust(logs: ndarray, so_far: ndarray, step: int) -> ndarray:
            logs = penalized(logs, so_far, plan.choice.repetition_penalty)
            return rules.alone(rules.before(logs, so_far, step), step)

        found = search(
            *(tokens.asnumpy(), steps, plan, over, filler),
            *(scores_behind, reading.reorder, adjust),
        )
        return np.array(found)

    def _reading(self, tokens: ndarray, mask: ndarray | None, steps: int) -> Reading:
        """What reads `tokens` and those behind them."""
        length = tokens.shape[1] + steps
        room = min(-(-length // _STEP) * _STEP, self.max_length)
        caches = self.new_caches(tokens.shape[0], room)
        return Reading(self, room, self._wide(mask, tokens, room), caches)

    def _steps(self, tokens: ndarray, options: Options) -> int:
        owner = type(self).__name__
        _, length = _extents(owner, tokens)
        return options.steps_behind(owner, length, self.max_length)

    def _wide(self, mask: ndarray | None, tokens: ndarray, room: int) -> ndarray | None:
        """A mask of the tokens for all places of a cache."""
        if mask is None:
            return None
        owner = type(self).__name__
        if not isinstance(mask, ndarray) or mask.shape != tokens.shape:
            given = mask.shape if isinstance(mask, ndarray) else type(mask).__name__
            raise InvalidValue(
                f"{owner}.generate: `mask` must be an array of the shape of `tokens`, "
                f"{tokens.shape}; got {given}"
            )
        counts = mask != 0
        if not counts[:, -1].all().item():
            raise InvalidValue(
                f"{owner}.generate: `mask` must have no 0 at the end of a row: what fills up a row "
                "stands in front of it"
            )
        shape = (tokens.shape[0], room - tokens.shape[1])
        return np.concatenate([counts, np.ones(shape, dtype="bool")], axis=1)

    def export_generator(
        self,
        path: str | PathLike[str],
        *,
        batch: int = 1,
        length: int | None = None,
        padded: bool = False,
        **options: Any,
    ) -> None:
        """Writes a .weft file that generates: its entry points share the caches, their states.

        prompt: tokens int32 (batch, T) of any T; step: the next token, int32 (batch, 1). Both give
            `scores` (batch, vocabulary) of the token behind the last one, and `best` (batch,),
            int32, the one with the highest score
        length: tokens that the caches have room for, `max_length` if None; options: of
            `weft.export`
        padded: prompt takes a `mask`, too, int32 (batch, length): 0 for what fills up shorter rows
            in front, else 1, also behind the prompt. Steps follow it

        A run appends to the caches; to reset the context (`weft_context_reset`) empties them. A
        text that outgrows `turning_length` is read again, within the call that makes it longer.
        A file that has room for such texts copies its caches in each call; one of
        `length=turning_length` does not.
        """
        room = self.max_length if length is None else length
        if batch < 1 or not 2 <= room <= self.max_length:
            raise InvalidValue(
                f"{type(self).__name__}.export_generator: `batch` must be at least 1 and `length` "
                f"in [2, {self.max_length}]; got {batch} and {room}"
            )
        caches = self.new_caches(batch, room)
        kept = np.ones((batch, room), dtype="int32")
        limit = self.turning_length
        turns = limit is not None and limit < room
        texts = KeptTexts(self, limit, caches, kept if padded else None) if turns else None

        def scores_behind(tokens: ndarray) -> dict[str, ndarray]:
            if texts is not None:
                texts.add(tokens)
            scores = self(tokens, caches, kept if padded else None)[:, -1]
            return {"scores": scores, "best": np.argmax(scores, axis=-1).astype("int32")}

        @hybridize
        def prompt(tokens: ndarray, mask: ndarray | None = None) -> dict[str, ndarray]:
            if mask is not None:
                kept[...] = mask
            return scores_behind(tokens)

        @hybridize
        def step(token: ndarray) -> dict[str, ndarray]:
            return scores_behind(token)

        example = np.zeros((batch, 2), dtype="int32")
        names: dict[str, Any] = {name: p.data() for name, p in self.collect_params().items()}
        names["caches"] = caches
        if texts is not None:
            names["texts"] = texts.tokens
        if padded:
            native.set_state(kept, True)
            names["mask"] = kept
        export(
            path,
            prompt=(prompt, example, *([np.ones_like(kept)] if padded else [])),
            step=(step, example[:, :1]),
            dynamic={"tokens": {1: Dim("length", min=1, max=room)}},
            names=names,
            **options,
        )


def _extents(owner: str, tokens: Any) -> tuple[int, int]:
    given = type(tokens).__name__
    if isinstance(tokens, ndarray):
        if tokens.ndim == 2 and tokens.shape[1]:
            return tokens.shape[0], tokens.shape[1]
        given = f"shape {tokens.shape}"
    raise InvalidType(
        f"{owner}.generate: `tokens` must be an array of integers (N, T), with a token at least in "
        f"each row; got {given}"
    )


__all__ = ["Decoder"]
__dir__ = __all__.copy
