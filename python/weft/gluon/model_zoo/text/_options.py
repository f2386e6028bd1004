"""What `generate` is told, and what it takes where it is told nothing.

A network has options of its own in `generation`: those of a generation_config.json, by the names of
`generate`'s arguments. What is told counts first, then these, then the defaults here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from weft._base.errors import InvalidValue
from weft._base.spelling import hint
from weft.gluon.model_zoo.text._beams import Beams, beams_of
from weft.gluon.model_zoo.text._generation import Choice, Rules, Stop, TextOf, Tokens, stop_of


@dataclass(frozen=True)
class Options:
    """Arguments of `generate`, which has their meanings.

    length, shortest: tokens of a text at most, where `steps` is None, and at least, those that it
        begins with among them; `generation` alone has these
    """

    steps: int | None = None
    length: int | None = None
    shortest: int = 0
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0
    no_repeat: int = 0
    begin: Any = None
    end: Tokens | None = None
    pad: int | None = None
    least: int = 0
    forced: Mapping[int, int] | None = None
    suppressed: Sequence[int] = ()
    suppressed_first: Sequence[int] = ()
    stop: str | Sequence[str | Sequence[int]] = ()
    text_of: TextOf | None = None
    beams: int = 1
    length_penalty: float = 1.0
    early_stopping: bool | Literal["never"] = False
    returned: int = 1

    def steps_behind(self, owner: str, begun: int, most: int | None) -> int:
        """How many tokens come behind `begun` ones of at most `most`. What is told must fit there;
        a length of the network's own is cut."""
        if self.steps is not None:
            if self.steps < 0 or (most is not None and begun + self.steps > most):
                room = "at least 0" if most is None else f"in [0, {most - begun}]"
                raise InvalidValue(
                    f"{owner}.generate: `steps` must be {room} after {begun} tokens; got "
                    f"{self.steps}"
                )
            return self.steps
        if self.length is None:
            raise InvalidValue(
                f"{owner}.generate: `steps` must be a number where the network has no length of "
                "its own in `generation`; got None"
            )
        return max(min(self.length, most or self.length) - begun, 0)

    def choice(self, default: float) -> Choice:
        """How the next token is drawn; default: the temperature where none is told."""
        temperature = default if self.temperature is None else self.temperature
        return Choice(temperature, self.top_k, self.top_p, self.min_p, self.repetition_penalty)

    def plan(self, owner: str, choice: Choice) -> Beams | None:
        """How a beam search goes; None for none."""
        beams = (self.beams, self.length_penalty, self.early_stopping, self.returned)
        return beams_of(owner, *beams, choice)

    def over(self, owner: str) -> Stop:
        """Where a text is over."""
        return stop_of(owner, self.end, self.stop, self.text_of)

    def rules(self, owner: str, over: Stop, steps: int, begun: int) -> Rules:
        """Which tokens must come behind `begun` ones, and which must not."""
        if self.no_repeat < 0 or self.least < 0:
            raise InvalidValue(
                f"{owner}.generate: `no_repeat` and `least` must be at least 0; got "
                f"{self.no_repeat} and {self.least}"
            )
        forced = {place % max(steps, 1): token for place, token in (self.forced or {}).items()}
        return Rules(
            *(forced, self.suppressed, self.suppressed_first),
            *(over.ends, max(self.least, self.shortest - begun), self.no_repeat),
        )


_NAMES = [field.name for field in fields(Options)]


def options_of(owner: str, own: Mapping[str, Any], told: Mapping[str, Any]) -> Options:
    """What is told, None for nothing, over what the network has."""
    for name in own:
        if name not in _NAMES:
            raise InvalidValue(
                f"{owner}.generate: `generation` must have arguments of `generate`; got {name!r}"
                f"{hint(name, {}, _NAMES)}"
            )
    given = {name: value for name, value in told.items() if value is not None}
    if given.get("temperature") == 0:  # the best tokens: what limits those that are drawn is idle
        own = {name: own[name] for name in own if name not in ("top_k", "top_p", "min_p")}
    return Options(**{**own, **given})


__all__ = ["Options", "options_of"]
__dir__ = __all__.copy
