"""What all tests of weft.mxnet share."""

import pytest
from weft.mxnet import _modes


@pytest.fixture(autouse=True)
def modes_of_mxnet():
    """What a test says of all threads, such as `npx.set_np()`, is not for the next one."""
    kept = [(table, dict(table)) for table in (_modes._defaults, _modes._asked)]
    yield
    for table, before in kept:
        table.update(before)
    vars(_modes._local).clear()
