"""Sums of gradients over ranks that begin while the backward pass still runs, in eager steps.

Parameters lie in buckets, those that a network uses last in the first one, because their gradients
come first. When all gradients of a bucket have come, and the buckets before it have begun, its sum
begins: the group's thread moves bytes while the rest of the backward pass computes. Each pass
begins all buckets, in this order on every rank; `step` begins what is left, with zeros for
parameters that this rank has not used, and waits.

A sum is of the gradients as the backward pass delivered them. If somebody has written to one since,
such as to clip it, all ranks add up again.

A parameter tells one of these at a time. It does not keep it: where the trainer is gone, its sums
are gone, too. A new trainer ends those of its parameters' former trainers (`end_sums_of`), because
then all ranks do so at the same place of the program, whenever they collect garbage. What has begun
and is forgotten still ends: the group keeps its memory until then.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from weakref import WeakKeyDictionary, ref

from weft import autograd, np, npx
from weft._core import native
from weft._core.typing import ndarray
from weft.gluon.parameter import Parameter

FIRST = 1 << 20  # bytes of the first bucket, which has to be full before any transfer begins
OTHERS = 25 << 20
LEAST = 5  # buckets, where all gradients together are less

_told: "WeakKeyDictionary[Parameter, ref[EarlySums]]" = WeakKeyDictionary()  # who hears of each


class EarlySums:
    """The sums of one backward pass after another.

    params: those whose gradients are arrays that are replaced, by name
    group, ordered: as for `npx.all_reduce`
    """

    def __init__(self, params: Mapping[str, Parameter], group: str, ordered: bool) -> None:
        self.names = list(params)
        self._params = dict(params)
        self._group, self._ordered = group, ordered
        self._start = native.operator("all_reduce_start")
        self._wait = native.operator("collective_wait")
        self._buckets = _buckets(params)
        self._ready: set[str] = set()
        self._begun: list[ndarray] = []  # by bucket
        self._by_pass = 0  # how many of these began in the backward pass
        self._arrays = [parameter.list_own()[0] for parameter in params.values()]
        self._is_closed = False
        # Who no longer hears of one of its parameters would take an old gradient for a new one.
        end_sums_of(params.values())
        own = ref(self)
        for (name, parameter), array in zip(params.items(), self._arrays, strict=True):
            native.tell_grad(array, partial(_tell, own, name))
            _told[parameter] = own

    def hears(self, params: Mapping[str, Parameter]) -> bool:
        """Is this what these parameters, with the arrays that they have now, were given to?"""
        if self._is_closed or self.names != list(params):
            return False
        own = zip(params.values(), self._arrays, strict=True)
        return all(parameter.list_own()[0] is array for parameter, array in own)

    def close(self) -> None:
        """Forgets what was begun, and hears of nothing any more."""
        if self._is_closed:
            return
        self._is_closed = True
        self._begun, self._ready, self._by_pass = [], set(), 0
        for parameter, array in zip(self._params.values(), self._arrays, strict=True):
            heard = _told.get(parameter)
            if heard is not None and heard() is self:
                native.tell_grad(array, None)
                del _told[parameter]

    def _note(self, name: str) -> tuple[()]:
        """A gradient has come."""
        if name in self._ready:  # another pass has begun, and replaces the gradients
            self._begin_rest(())
            self.drop()
        self._ready.add(name)
        while len(self._begun) < len(self._buckets) and self._ready.issuperset(
            self._buckets[len(self._begun)]
        ):
            self._begin(())
            self._by_pass = len(self._begun)
        return ()

    def _begin(self, unused: Collection[str]) -> None:
        with autograd.pause():
            parts = [
                np.zeros(p.list_own_grad()[0].size, dtype=p.dtype)
                if name in unused
                else p.list_own_grad()[0].reshape(-1)
                for name, p in self._of_bucket(len(self._begun))
            ]
            flat = parts[0] if len(parts) == 1 else np.concatenate(parts)
            options = {"reduction": "sum", "ordered": self._ordered, "group": self._group}
            self._begun.append(self._start(flat, **options))

    def _begin_rest(self, unused: Collection[str]) -> None:
        while len(self._begun) < len(self._buckets):
            self._begin(unused)

    def _of_bucket(self, number: int) -> Iterator[tuple[str, Parameter]]:
        for name in self._buckets[number]:
            yield name, self._params[name]

    # ---- in a step

    def found(self, unused: Collection[str]) -> dict[str, ndarray] | None:
        """The sums by name; None where a gradient was written to on some rank, so that they have to
        be made again.

        unused: names of parameters whose gradients are old here, and count as zeros
        """
        early = [name for names in self._buckets[: self._by_pass] for name in names]
        is_old = any(
            not native.grad_is_untouched(self._params[name].list_own()[0]) for name in early
        )
        self._begin_rest(unused)
        flag = np.array(int(is_old), dtype="int32")
        with autograd.pause():
            totals = self._waited()
            has_old = npx.all_reduce(flag, reduction="max", group=self._group).item()
            return None if has_old else dict(self._cut(totals))

    def _cut(self, totals: list[ndarray]) -> Iterator[tuple[str, ndarray]]:
        for number, total in enumerate(totals):
            begin = 0
            for name, parameter in self._of_bucket(number):
                shape = parameter.list_own_grad()[0].shape
                end = begin + parameter.list_own_grad()[0].size
                yield name, total[begin:end].reshape(shape)
                begin = end

    def _waited(self) -> list[ndarray]:
        """What was begun, when it has ended. Afterwards a new pass begins."""
        begun, self._begun = self._begun, []
        self._ready, self._by_pass = set(), 0
        found: list[ndarray] = []
        failure: Exception | None = None
        for result in begun:  # also behind a failure: until then the group uses the memory
            try:
                found.append(self._wait(result, group=self._group))
            except Exception as error:
                failure = failure or error
        if failure is not None:
            raise failure
        return found

    def drop(self) -> None:
        """Forgets the sums of this pass."""
        with autograd.pause():
            self._waited()


def _tell(sums: "ref[EarlySums]", name: str) -> tuple[()]:
    """What a parameter calls when a gradient has come."""
    heard = sums()
    return () if heard is None else heard._note(name)


def end_sums_of(params: Iterable[Parameter]) -> None:
    """Ends the sums of all trainers that had one of these parameters."""
    for parameter in params:
        heard = _told.get(parameter)
        sums = None if heard is None else heard()
        if sums is not None:
            sums.close()


def _buckets(params: Mapping[str, Parameter]) -> list[list[str]]:
    """Names of parameters that are summed together: of one dtype, from the last one on."""
    sizes = {name: p.list_own()[0].nbytes for name, p in params.items()}
    least = sum(sizes.values()) // LEAST
    found: list[list[str]] = []
    bytes_left = 0
    for name, parameter in reversed(params.items()):
        is_full = not found or bytes_left <= 0
        if is_full or params[found[-1][0]].dtype != parameter.dtype:
            bytes_left = min(OTHERS if found else FIRST, max(least, 1))
            found.append([])
        found[-1].append(name)
        bytes_left -= sizes[name]
    return found


__all__ = ["EarlySums", "end_sums_of"]
