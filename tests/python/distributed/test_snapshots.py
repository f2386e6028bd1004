"""Which state ranks go back to, and pieces of arrays for another number of ranks."""

import numpy
import pytest
from weft import np
from weft.distributed._snapshots import Told, Version, common_version, lost_pieces
from weft.gluon._pieces import Flat, joined


@pytest.mark.parametrize(
    "steps, expected",
    [
        ([[], []], None),
        ([[0], []], 0),
        ([[10, 20], [20, 30]], 20),
        ([[10, 20], [20], []], 20),
        ([[10], [10, 20]], 10),
    ],
)
def test_the_last_step_that_all_had(steps, expected):
    told = [Told(n, [[1, step] for step in each], {}) for n, each in enumerate(steps)]
    found = common_version(told)
    assert (None if found is None else found.step) == expected


def test_a_version_without_all_pieces_is_of_no_use():
    makers = [(1, 10, [0, 1, 2]), (1, 20, [0, 1, 2])]
    both = [[1, 10], [1, 20]]
    first = Told(0, both, {"2": both}, makers)
    second = Told(1, both, {"0": both}, makers)
    assert common_version([first, second]) == Version(1, 20)
    first = first._replace(keeps={"2": [[1, 10]]})
    assert common_version([first, second, Told(2, [], {})]) == Version(1, 10)
    first = first._replace(keeps={})
    assert common_version([first, second]) is None
    assert lost_pieces([first, second], Version(1, 20)) == [2]
    again = [each._replace(has=[*each.has, [2, 10]]) for each in (first, second)]
    assert common_version(again) == Version(2, 10)  # without pieces, of a later generation


@pytest.mark.parametrize("size", [1, 5, 7, 12])
@pytest.mark.parametrize("before, after", [(3, 2), (2, 3), (4, 1), (1, 4), (2, 5)])
def test_pieces_are_cut_anew(size, before, after):
    whole = numpy.arange(1.0, size + 1)
    flat = Flat(size, "float32")

    def cut(ranks):
        length = flat.length(ranks)
        padded = numpy.zeros(length * ranks)
        padded[:size] = whole
        return padded.reshape(ranks, length)

    parts = [np.array(part) for part in cut(before)]
    found = [joined(parts, flat, (rank, after)).tolist() for rank in range(after)]
    assert found == cut(after).tolist()
