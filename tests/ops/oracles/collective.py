"""What operators that reach other ranks give in the group `world` of one rank. Several ranks are in
tests/python/distributed."""

import numpy


def _same(x, **_):
    return x.copy()


all_reduce = all_reduce_start = broadcast = broadcast_start = _same
sum_parts = copy_to_parts = gather_parts = _same
gather_blocks = reduce_blocks = exchange_blocks = all_gather = reduce_scatter = all_to_all = _same


def _result_and_sent(x, **_):
    return x.copy(), x.copy()


gather_blocks_start = reduce_blocks_start = exchange_blocks_start = _result_and_sent


def collective_wait(result, sent=None, **_):
    return result.copy()


def send(x, **_):
    return numpy.zeros((), x.dtype)


def receive(token=None, *, shape, dtype, **_):
    assert 0 in shape
    return numpy.zeros(shape, dtype)


def barrier(**_):
    return ()


def group_rank(**_):
    return numpy.array(0)


def group_size(**_):
    return numpy.array(1)
