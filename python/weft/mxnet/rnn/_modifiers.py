"""Cells that are made of other cells: one behind the other, both directions, dropout, shortcuts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from weft._base.errors import InvalidState, InvalidValue
from weft.mxnet import symbol
from weft.mxnet.rnn._base import Arrays, BaseRNNCell, RNNParams, normalized
from weft.mxnet.rnn._plain import Step
from weft.mxnet.symbol import Symbol


def _infos(cells: Sequence[BaseRNNCell]) -> list[dict[str, Any]]:
    return [info for cell in cells for info in cell.state_info]


class _Several(BaseRNNCell):
    """A cell with cells in it."""

    _cells: list[Any]

    @property
    def state_info(self) -> list[dict[str, Any]]:
        return _infos(self._cells)

    def begin_state(
        self, func: Callable[..., Symbol] = symbol.zeros, **kwargs: Any
    ) -> list[Symbol]:
        self._require_outermost()
        return [state for cell in self._cells for state in cell.begin_state(func=func, **kwargs)]

    def unpack_weights(self, args: Mapping[str, Any]) -> Arrays:
        found = dict(args)
        for cell in self._cells:
            found = cell.unpack_weights(found)
        return found

    def pack_weights(self, args: Mapping[str, Any]) -> Arrays:
        found = dict(args)
        for cell in self._cells:
            found = cell.pack_weights(found)
        return found

    def _take(self, cell: BaseRNNCell) -> None:
        """Gives a cell that uses variables of its own those of all the others, too."""
        if self._override:
            if not cell._own_params:
                raise InvalidState(
                    f"{type(self).__name__}: give `params` either to it or to its cells, not to "
                    "both"
                )
            cell.params._params.update(self.params._params)
        self.params._params.update(cell.params._params)

    _override = False


class SequentialRNNCell(_Several):
    """Cells one behind the other."""

    def __init__(self, params: RNNParams | None = None) -> None:
        super().__init__(prefix="", params=params)
        self._override = params is not None
        self._cells = []

    def add(self, cell: BaseRNNCell) -> None:
        """Puts a cell at the end."""
        self._cells.append(cell)
        self._take(cell)

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        self._counter += 1
        new: list[Symbol] = []
        for cell in self._cells:
            if isinstance(cell, BidirectionalCell):
                raise InvalidState(
                    "SequentialRNNCell: a BidirectionalCell has no single steps; use `unroll`"
                )
            count, begin = len(cell.state_info), len(new)
            inputs, mine = cell(inputs, states[begin : begin + count])
            new.extend(mine)
        return inputs, new

    def _all_steps(
        self, length: int, inputs: Any, states: Any, layout: str, merge: bool | None
    ) -> tuple[Any, list[Symbol]]:
        new: list[Symbol] = []
        for number, cell in enumerate(self._cells):
            count, begin = len(cell.state_info), len(new)
            is_last = number == len(self._cells) - 1
            mine = states[begin : begin + count]
            inputs, mine = cell.unroll(length, inputs, mine, layout, merge if is_last else None)
            new.extend(mine)
        return inputs, new


class DropoutCell(BaseRNNCell):
    """Dropout of what passes; it has no states."""

    def __init__(
        self, dropout: float, prefix: str = "dropout_", params: RNNParams | None = None
    ) -> None:
        super().__init__(prefix, params)
        self.dropout = dropout

    @property
    def state_info(self) -> list[dict[str, Any]]:
        return []

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        if self.dropout > 0:
            inputs = symbol.Dropout(data=inputs, p=self.dropout)
        return inputs, list(states)

    def _all_steps(
        self, length: int, inputs: Any, states: Any, layout: str, merge: bool | None
    ) -> tuple[Any, list[Symbol]]:
        found, _ = normalized(length, inputs, layout, merge)
        if isinstance(found, Symbol):
            return self(found, [])
        return super()._all_steps(length, found, states, layout, merge)


class ModifierCell(BaseRNNCell):
    """Base of cells that change what another cell does. They have its weights and states."""

    def __init__(self, base_cell: BaseRNNCell) -> None:
        self.base_cell: Any = base_cell
        super().__init__()
        base_cell._modified = True

    @property
    def params(self) -> RNNParams:
        self._own_params = False
        return self.base_cell.params

    @property
    def state_info(self) -> list[dict[str, Any]]:
        return self.base_cell.state_info

    def begin_state(
        self, func: Callable[..., Symbol] = symbol.zeros, **kwargs: Any
    ) -> list[Symbol]:
        self._require_outermost()
        self.base_cell._modified = False
        found = self.base_cell.begin_state(func=func, **kwargs)
        self.base_cell._modified = True
        return found

    def unpack_weights(self, args: Mapping[str, Any]) -> Arrays:
        return self.base_cell.unpack_weights(args)

    def pack_weights(self, args: Mapping[str, Any]) -> Arrays:
        return self.base_cell.pack_weights(args)

    def reset(self) -> None:
        super().reset()
        self.base_cell.reset()


class ZoneoutCell(ModifierCell):
    """Keeps elements of the last step's output and states, by chance, in training."""

    def __init__(
        self, base_cell: BaseRNNCell, zoneout_outputs: float = 0.0, zoneout_states: float = 0.0
    ) -> None:
        if isinstance(base_cell, BidirectionalCell) or getattr(base_cell, "unfuse", None):
            raise InvalidValue(
                f"ZoneoutCell: cannot be around a {type(base_cell).__name__}, which has no single "
                "steps; put it around the cells in it"
            )
        super().__init__(base_cell)
        self.zoneout_outputs, self.zoneout_states = zoneout_outputs, zoneout_states
        self.prev_output: Symbol | None = None

    def reset(self) -> None:
        super().reset()
        self.prev_output = None

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        output, new = self.base_cell(inputs, states)
        before = self.prev_output
        if before is None:
            before = symbol.zeros_like(output)
        kept = output
        if self.zoneout_outputs > 0:
            kept = symbol.where(self._mask(self.zoneout_outputs, output), output, before)
        if self.zoneout_states > 0:
            new = [
                symbol.where(self._mask(self.zoneout_states, mine), mine, old)
                for mine, old in zip(new, states, strict=True)
            ]
        self.prev_output = kept
        return kept, new

    @staticmethod
    def _mask(chance: float, like: Symbol) -> Symbol:
        """Not 0 where the new element is taken."""
        return symbol.Dropout(symbol.ones_like(like), p=chance)


class ResidualCell(ModifierCell):
    """Adds the input to the output."""

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        output, new = self.base_cell(inputs, states)
        return _shortcut(output, inputs), new

    def _all_steps(
        self, length: int, inputs: Any, states: Any, layout: str, merge: bool | None
    ) -> tuple[Any, list[Symbol]]:
        outputs, states = self.base_cell.unroll(length, inputs, states, layout, merge)
        is_one = isinstance(outputs, Symbol)
        given, _ = normalized(length, inputs, layout, is_one)
        if is_one:
            return _shortcut(outputs, given), states
        return [_shortcut(o, i) for o, i in zip(outputs, given, strict=True)], states


def _shortcut(output: Symbol, inputs: Symbol) -> Symbol:
    return symbol.elemwise_add(output, inputs, name=f"{output.name}_plus_residual")


class BidirectionalCell(_Several):
    """One cell forward, one backward; outputs side by side."""

    def __init__(
        self,
        l_cell: BaseRNNCell,
        r_cell: BaseRNNCell,
        params: RNNParams | None = None,
        output_prefix: str = "bi_",
    ) -> None:
        super().__init__("", params=params)
        self._output_prefix = output_prefix
        self._override = params is not None
        self._cells = [l_cell, r_cell]
        for cell in self._cells:
            self._take(cell)

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        raise InvalidState("BidirectionalCell: has no single steps; use `unroll`")

    def _all_steps(
        self, length: int, inputs: Any, states: Any, layout: str, merge: bool | None
    ) -> tuple[Any, list[Symbol]]:
        steps, axis = normalized(length, inputs, layout, False)
        left, right = self._cells
        count = len(left.state_info)
        forth, first = left.unroll(length, steps, states[:count], layout, merge)
        back, last = right.unroll(length, steps[::-1], states[count:], layout, merge)
        if merge is None:
            merge = isinstance(forth, Symbol) and isinstance(back, Symbol)
            forth, _ = normalized(None, forth, layout, merge)
            back, _ = normalized(None, back, layout, merge)
        if merge:
            turned = symbol.reverse(back, axis=axis)
            joined = symbol.Concat(forth, turned, dim=2, name=f"{self._output_prefix}out")
            return joined, [*first, *last]
        outputs = [
            symbol.Concat(one, other, dim=1, name=f"{self._output_prefix}t{number}")
            for number, (one, other) in enumerate(zip(forth, reversed(back), strict=True))
        ]
        return outputs, [*first, *last]


__all__ = [
    "BidirectionalCell",
    "DropoutCell",
    "ModifierCell",
    "ResidualCell",
    "SequentialRNNCell",
    "ZoneoutCell",
]
