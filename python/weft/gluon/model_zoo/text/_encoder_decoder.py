"""What encoder–decoders share: one network that encodes, decodes by steps, and generates.

A network is called in three ways, each of which is a graph of its own once it is hybridized:
`net(inputs)` gives the memory, `net(inputs, tokens)` the scores, `decode` the scores of tokens
behind those in caches.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from types import MappingProxyType
from typing import Any, Literal

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft._export.export import export
from weft._trace.planned import hybridize
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text._attention import DecoderCaches, Stack
from weft.gluon.model_zoo.text._beams import Beams, search
from weft.gluon.model_zoo.text._generation import Rules, Stop, TextOf, Tokens, drawn, finished
from weft.gluon.model_zoo.text._options import options_of
from weft.gluon.model_zoo.text.sampling import penalized

_GIVEN = ("self", "inputs", "mask")  # arguments of `generate` that are no options


class EncoderDecoder(HybridBlock):
    """Inputs (N, S) and tokens (N, T) to scores of the next tokens, (N, T, vocabulary).

    begin_token, end_token, pad_token: which `generate` takes unless told otherwise
    max_length: the longest T; None for any
    """

    decoder: Stack
    generation: Mapping[str, Any] = MappingProxyType({})  # as of a `Decoder`

    def __init__(
        self, begin_token: int, end_token: Tokens | None, pad_token: int, max_length: int | None
    ) -> None:
        super().__init__()
        self.begin_token, self.end_token, self.pad_token = begin_token, end_token, pad_token
        self.max_length = max_length

    # ---- of each network

    def memory_of(self, inputs: Any, mask: Any) -> Any:
        """The encoder's result, (N, S, U); mask: bools (N, 1, 1, S)."""
        raise NotImplementedError

    def vectors_of(self, tokens: Any, first: Any) -> Any:
        """(N, T) to (N, T, U) for the decoder; first: the position of tokens[:, 0], 0 if None."""
        raise NotImplementedError

    def scores_of(self, x: Any) -> Any:
        """The decoder's result, (N, T, U), to scores."""
        raise NotImplementedError

    # ---- of all

    def forward(
        self,
        inputs: Any,
        tokens: Any = None,
        mask: Any = None,
        *,
        memory: Any = None,
        caches: DecoderCaches | None = None,
    ) -> Any:
        """The scores; the memory (N, S, U) where there are no tokens.

        mask: (N, S), not 0 where inputs count; None for all
        memory, caches: as for `decode`, instead of inputs
        """
        if mask is not None:
            mask = _wide(mask)
        if memory is None and caches is None:
            memory = self.memory_of(inputs, mask)
        if tokens is None:
            return memory
        if self.max_length is not None and tokens.shape[1] > self.max_length:
            raise InvalidValue(
                f"{type(self).__name__}: `tokens` may have {self.max_length} positions at most; "
                f"got {tokens.shape[1]}"
            )
        x = self.vectors_of(tokens, None if caches is None else caches.own[0].position)
        if caches is not None:
            return self.scores_of(self.decoder(x, caches=caches))
        return self.scores_of(self.decoder(x, mask, memory=memory, causal=True))

    def encode(self, inputs: Any, mask: Any = None) -> Any:
        """The memory (N, S, U) that a decoder reads; mask: (N, S), not 0 where inputs count."""
        return self(inputs, None, mask)

    def decode(
        self,
        tokens: Any,
        memory: Any = None,
        caches: DecoderCaches | None = None,
        mask: Any = None,
    ) -> Any:
        """Scores (N, T, vocabulary) of tokens (N, T).

        memory: of `encode`, with its `mask`; not read where there are caches
        caches: of `new_caches`, which know the memory; the tokens are appended to them
        """
        if memory is None and caches is None:
            raise InvalidValue(f"{type(self).__name__}.decode: give `memory` or `caches`; got none")
        return self(None, tokens, mask, memory=memory, caches=caches)

    def new_caches(self, memory: ndarray, length: int, mask: Any = None) -> DecoderCaches:
        """Caches for `length` tokens and a memory of `encode`, whose keys and values they have.

        mask: (N, S), as for `encode`
        """
        return self.decoder.new_caches(memory, length, None if mask is None else _wide(mask))

    def remember(self, caches: DecoderCaches, memory: Any, mask: Any = None) -> None:
        """Begins again with another memory: what was in the caches is written over, so that an
        exported file may have it as state. Shapes stay as they are."""
        self.decoder.remember(caches, memory, None if mask is None else _wide(mask))

    def generate(
        self,
        inputs: ndarray,
        steps: int | None = None,
        *,
        mask: ndarray | None = None,
        begin: Tokens | ndarray | None = None,
        end: Tokens | None = None,
        pad: int | None = None,
        least: int | None = None,
        forced: Mapping[int, int] | None = None,
        suppressed: Sequence[int] | None = None,
        suppressed_first: Sequence[int] | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        repetition_penalty: float | None = None,
        no_repeat: int | None = None,
        stop: str | Sequence[str | Sequence[int]] | None = None,
        text_of: TextOf | None = None,
        beams: int | None = None,
        length_penalty: float | None = None,
        early_stopping: bool | Literal["never"] | None = None,
        returned: int | None = None,
    ) -> ndarray:
        """Tokens (N, B + steps), the B that all rows begin with among them; fewer where all rows
        end before. What is None is as the network's own `generation` says, and else as told here.

        mask: (N, S), not 0 where inputs count
        begin: a token, several, or those of each row, (N, B); end: one that ends a row, several, or
            () for none; pad: what follows an end. The network's own where None
        temperature, top_k, top_p, min_p: as for `draw`; 0, the best tokens, by default
        least, forced, suppressed, suppressed_first, repetition_penalty, no_repeat, stop, text_of,
        beams, length_penalty, early_stopping, returned: as for `Decoder.generate`

        Raises ValueError where B + steps is longer than `max_length`.
        """
        told = {key: value for key, value in locals().items() if key not in _GIVEN}
        owner = type(self).__name__
        if not isinstance(inputs, ndarray):
            raise InvalidType(
                f"{owner}.generate: `inputs` must be an array; got {type(inputs).__name__}"
            )
        own = {"end": self.end_token, "pad": self.pad_token, **self.generation}
        options = options_of(owner, own, told)
        tokens = self._begin(options.begin, inputs.shape[0])
        steps = options.steps_behind(owner, tokens.shape[1], self.max_length)
        over, choice = options.over(owner), options.choice(0.0)
        plan = options.plan(owner, choice)
        rules = options.rules(owner, over, steps, tokens.shape[1])
        filler = self.pad_token if options.pad is None else options.pad
        memory = self.encode(inputs, mask)
        if plan is not None:
            return self._searched(memory, mask, tokens, steps, rules, over, filler, plan)
        if options.returned > 1:
            tokens, memory, mask = _repeated(options.returned, tokens, memory, mask)
        caches = self.new_caches(memory, tokens.shape[1] + steps, mask)

        def choose(scores: ndarray, so_far: ndarray, step: int) -> ndarray:
            scores = penalized(scores, so_far, choice.repetition_penalty)
            return rules.after(choice.drawn(rules.before(scores, so_far, step)), step)

        behind = drawn(lambda last: self._scores_behind(last, caches), tokens, steps, choose)
        return finished(tokens, behind, over, filler)

    def _searched(
        self,
        memory: ndarray,
        mask: ndarray | None,
        tokens: ndarray,
        steps: int,
        rules: Rules,
        over: Stop,
        filler: int,
        plan: Beams,
    ) -> ndarray:
        """What a beam search finds."""
        prompt, memory, mask = _repeated(plan.count, tokens, memory, mask)
        caches = self.new_caches(memory, tokens.shape[1] + steps, mask)

        def scores_behind(last: ndarray | None) -> ndarray:
            return self._scores_behind(prompt if last is None else last, caches)

        def reorder(rows: ndarray) -> None:
            # Beams of a row have one memory, so what is of it stays.
            for cache in caches.own:
                cache.reorder(rows)

        def adjust(logs: ndarray, so_far: ndarray, step: int) -> ndarray:
            logs = penalized(logs, so_far, plan.choice.repetition_penalty)
            return rules.alone(rules.before(logs, so_far, step), step)

        return np.array(
            search(tokens.asnumpy(), steps, plan, over, filler, scores_behind, reorder, adjust)
        )

    def _scores_behind(self, last: ndarray, caches: DecoderCaches) -> ndarray:
        """Scores (N, vocabulary) of the token behind these, which are appended to the caches."""
        return self.decode(last, caches=caches)[:, -1]

    def export_generator(
        self,
        path: str | PathLike[str],
        inputs: ndarray,
        mask: ndarray | None = None,
        *,
        length: int | None = None,
        **options: Any,
    ) -> None:
        """Writes a .weft file that generates: its entry points share caches, which are state.

        encode: inputs, and a mask if one is given here, of these shapes; gives the `memory`, and
            empties the caches for it
        step: a token for each row, int32 (N, 1), appended to the caches; gives the `scores`
            (N, vocabulary) of the token behind it, and `best` (N,), the one with the highest score
        length: tokens that the caches have room for, `max_length` if None; options: of
            `weft.export`
        """
        room = self.max_length if length is None else length
        if room is None or room < 1 or (self.max_length is not None and room > self.max_length):
            most = "" if self.max_length is None else f" and at most {self.max_length}"
            raise InvalidValue(
                f"{type(self).__name__}.export_generator: `length` must be at least 1{most}; got "
                f"{room}"
            )
        given = (inputs,) if mask is None else (inputs, mask)
        caches = self.new_caches(self.encode(*given), room, mask)

        @hybridize
        def step(token: ndarray) -> dict[str, ndarray]:
            scores = self.decode(token, caches=caches)[:, -1]
            return {"scores": scores, "best": np.argmax(scores, axis=-1).astype("int32")}

        def encoded(inputs: ndarray, mask: ndarray | None = None) -> dict[str, ndarray]:
            memory = self.encode(inputs, mask)
            self.remember(caches, memory, mask)
            return {"memory": memory}

        token = np.zeros((inputs.shape[0], 1), dtype="int32")
        entries = {"encode": (hybridize(encoded), *given), "step": (step, token)}
        weights = {name: p.data() for name, p in self.collect_params().items()}
        export(path, **entries, names={**weights, "caches": caches}, **options)

    def _begin(self, begin: Tokens | ndarray | None, batch: int) -> ndarray:
        tokens = np.array(self.begin_token if begin is None else begin, dtype="int32")
        if tokens.ndim < 2:
            tokens = np.tile(tokens.reshape(1, -1), (batch, 1))
        if tokens.ndim != 2 or tokens.shape[0] != batch or not tokens.shape[1]:
            raise InvalidValue(
                f"{type(self).__name__}.generate: `begin` must be a token, several, or have shape "
                f"({batch}, B); got shape {tokens.shape}"
            )
        return tokens


def _repeated(count: int, *arrays: Any) -> list[Any]:
    """Each row of arrays so many times."""
    return [None if array is None else np.repeat(array, count, axis=0) for array in arrays]


def _wide(mask: Any) -> Any:
    """(N, S) to bools (N, 1, 1, S)."""
    return (mask != 0).reshape(mask.shape[0], 1, 1, mask.shape[1])


__all__ = ["EncoderDecoder", "Tokens"]
__dir__ = __all__.copy
