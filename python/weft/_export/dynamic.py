"""Dimensions of inputs that may have another extent at each run."""

from collections.abc import Mapping

from weft._base.errors import InvalidValue
from weft._core.dimensions import Dim
from weft._trace.structure import ArrayTypes
from weft._trace.tracing import Dimensions


class Dynamic:
    """What is to be dynamic, by name of the input; knows what no entry point has used."""

    def __init__(self, dynamic: Mapping[str, Mapping[int, str | Dim]]) -> None:
        self._dynamic = {
            name: {axis: dim if isinstance(dim, Dim) else Dim(dim) for axis, dim in axes.items()}
            for name, axes in dynamic.items()
        }
        self._known: list[str] = []
        every = {dim for axes in self._dynamic.values() for dim in axes.values()}
        names = [dim.name for dim in every]
        for dim in every:
            if names.count(dim.name) > 1:
                raise InvalidValue(
                    f"export: `dynamic` must have one dimension of each name; got two for "
                    f"`{dim.name}`: {every}"
                )

    def dimensions(self, names: list[str], types: ArrayTypes) -> Dimensions:
        """Those of an entry point with these inputs."""
        self._known += names
        found: dict[Dim, list[tuple[int, int]]] = {}
        for number, name in enumerate(names):
            for axis, dim in self._dynamic.get(name, {}).items():
                rank = len(types[number][1])
                if not -rank <= axis < rank:
                    raise InvalidValue(
                        f"export: `dynamic` must have axes of `{name}` in [{-rank}, {rank}); "
                        f"got {axis}"
                    )
                found.setdefault(dim, []).append((number, axis % rank))
        return found

    def check_all_used(self) -> None:
        """Raises ValueError for a name that no entry point has."""
        for name in self._dynamic:
            if name not in self._known:
                raise InvalidValue(
                    f"export: `dynamic` must name inputs; got `{name}`; inputs are "
                    + ", ".join(f"`{known}`" for known in dict.fromkeys(self._known))
                )
