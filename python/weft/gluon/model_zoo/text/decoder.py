"""What networks that predict the next token have in common: caches, generation, a file for C.

A subclass has `max_length` and `layers`, each with an `attention` that has `new_cache`, and its
`forward(tokens, caches)` gives the scores (N, T, vocabulary) of the tokens that come next.
"""

from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.dimensions import Dim
from weft._core.typing import ndarray
from weft._export.export import export
from weft._trace.planned import hybridize
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text.sampling import draw

# Caches have a multiple of these many positions, so that texts of near lengths share a plan.
_STEP = 64


class Decoder(HybridBlock):
    """A network that gives the scores of next tokens, and goes on from a cache."""

    max_length: int
    layers: nn.HybridSequential

    def new_caches(self, batch: int, length: int | None = None) -> list[nn.KeyValueCache]:
        """An empty cache for each layer, for `length` tokens, `max_length` if None."""
        return [
            layer.attention.new_cache(batch, length or self.max_length) for layer in self.layers
        ]

    def check_length(self, tokens: Any) -> int:
        """The number of positions, which must not be too many."""
        steps = tokens.shape[1]
        if steps > self.max_length:
            raise InvalidValue(
                f"{type(self).__name__}: `tokens` may have {self.max_length} positions at most; "
                f"got {steps}"
            )
        return steps

    def stream(
        self,
        tokens: ndarray,
        steps: int,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
    ) -> Iterator[ndarray]:
        """The tokens (N,) that come behind `tokens` (N, T), one step after the other, as they are
        drawn; arguments as for `generate`."""
        batch, length = _extents(type(self).__name__, tokens)
        if steps < 0 or length + steps > self.max_length:
            raise InvalidValue(
                f"{type(self).__name__}.generate: `steps` must be in "
                f"[0, {self.max_length - length}] after {length} tokens; got {steps}"
            )
        room = min(-(-(length + steps) // _STEP) * _STEP, self.max_length)
        return self._drawn(
            tokens,
            steps,
            self.new_caches(batch, room),
            lambda s: draw(s, temperature, top_k, top_p),
        )

    def _drawn(
        self, tokens: ndarray, steps: int, caches: Any, choose: Callable[[ndarray], ndarray]
    ) -> Iterator[ndarray]:
        last = tokens
        for _ in range(steps):
            chosen = choose(self(last, caches)[:, -1]).astype(tokens.dtype)
            yield chosen
            last = chosen.reshape(-1, 1)

    def generate(
        self,
        tokens: ndarray,
        steps: int,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        end: int | Sequence[int] | None = None,
        pad: int | None = None,
    ) -> ndarray:
        """Tokens (N, T) continued by `steps` drawn ones: (N, T + steps).

        temperature, top_k, top_p: as for `draw`; temperature 0 takes the best one each time
        end: a token, or some, after which a row is over; the rest of it is `pad`, by default the
            (first) end token. The result is shorter where all rows are over
        Raises ValueError where that is longer than max_length.
        """
        ends = [] if end is None else [end] if isinstance(end, int) else list(end)
        filler = pad if pad is not None else ends[0] if ends else None
        drawn = self.stream(tokens, steps, temperature=temperature, top_k=top_k, top_p=top_p)
        parts, over = [tokens], None
        for chosen in drawn:
            if filler is not None and over is not None:
                chosen = np.where(over, np.array(filler, dtype=tokens.dtype), chosen)
            parts.append(chosen.reshape(-1, 1))
            for token in ends:
                met = chosen == token
                over = met if over is None else np.logical_or(over, met)
            if over is not None and over.all().item():
                break
        return np.concatenate(parts, axis=1)

    def export_generator(
        self,
        path: str | PathLike[str],
        *,
        batch: int = 1,
        length: int | None = None,
        **options: Any,
    ) -> None:
        """Writes a .weft file that generates: its entry points share the caches, their states.

        prompt: tokens int32 (batch, T) of any T; step: the next token, int32 (batch, 1). Both give
            `scores` (batch, vocabulary) of the token behind the last one, and `best` (batch,),
            int32, the one with the highest score
        length: tokens that the caches have room for, `max_length` if None; options: of
            `weft.export`

        A run appends to the caches; to reset the context (`weft_context_reset`) empties them.
        """
        room = self.max_length if length is None else length
        if batch < 1 or not 2 <= room <= self.max_length:
            raise InvalidValue(
                f"{type(self).__name__}.export_generator: `batch` must be at least 1 and `length` "
                f"in [2, {self.max_length}]; got {batch} and {room}"
            )
        caches = self.new_caches(batch, room)

        def scores_behind(tokens: ndarray) -> dict[str, ndarray]:
            scores = self(tokens, caches)[:, -1]
            return {"scores": scores, "best": np.argmax(scores, axis=-1).astype("int32")}

        @hybridize
        def prompt(tokens: ndarray) -> dict[str, ndarray]:
            return scores_behind(tokens)

        @hybridize
        def step(token: ndarray) -> dict[str, ndarray]:
            return scores_behind(token)

        example = np.zeros((batch, 2), dtype="int32")
        weights = {name: p.data() for name, p in self.collect_params().items()}
        export(
            path,
            prompt=(prompt, example),
            step=(step, example[:, :1]),
            dynamic={"tokens": {1: Dim("length", min=1, max=room)}},
            names={**weights, "caches": caches},
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
