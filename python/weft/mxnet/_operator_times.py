"""Times of operators for `mx.profiler`, by the recorder of `weft.profiler`."""

import time
import warnings
from typing import NamedTuple

from weft._base.errors import InvalidState
from weft.profiler import Profile, profile


class OperatorTime(NamedTuple):
    """An operator, or a step of a plan: when it began by `time.perf_counter`, and seconds."""

    name: str
    begin: float
    duration: float


class OperatorTimes:
    """Takes profiles, one after the other, while it is told to."""

    def __init__(self) -> None:
        self._taken: Profile | None = None
        self._begin = 0.0

    def follow(self, wanted: bool) -> list[OperatorTime]:
        """Begins or ends a profile; gives what ran in the one that ended.

        Warns where a program takes a profile of `weft.profiler` itself: there is one at a time.
        """
        if wanted and self._taken is None:
            taken = profile()
            try:
                taken.start()
            except InvalidState as error:
                warnings.warn(
                    f"mx.profiler: times of operators are left out: {error}", stacklevel=4
                )
                return []
            self._taken, self._begin = taken, time.perf_counter()
        elif not wanted and self._taken is not None:
            taken, self._taken = self._taken, None
            taken.stop()
            return [
                OperatorTime(event.name, self._begin + event.begin, event.own)
                for event in taken.events
                if event.kind in ("operator", "step")
            ]
        return []


__all__ = ["OperatorTime", "OperatorTimes"]
__dir__ = __all__.copy
