"""Batches on their way from a worker: their arrays lie in blocks of memory that both processes map.

A block is sent once, as a file without a name, and used again when the receiver has copied what
lies in it: after the first batches no memory is asked for and no page touched for the first time.
A batch that is made in the array of `shared_out` lies in a block from the start, so that this copy
is the only one on the way. What is small travels in the pickle.
"""

import io
import math
import mmap
import os
import pickle
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import reduction
from typing import Any

import numpy

from weft import np
from weft._core import native
from weft.gluon.data._parcel import nameless_file

_SMALL = 16 << 10
_SMALLEST_BLOCK = 64 << 10
# A free block that so many batches had no use for is given up.
_BATCHES_KEPT = 32


_outbox: "Outbox | None" = None  # of this worker process


def shared_out(shape: Sequence[int], dtype: Any) -> np.ndarray | None:
    """In a worker, an array to make a large batch in; else None, as operators have for `out`."""
    return None if _outbox is None else _outbox.empty(shape, dtype)


def batches_go_to(outbox: "Outbox") -> None:
    """What `shared_out` gives in this process lies in blocks of `outbox` from now on."""
    global _outbox
    _outbox = outbox


# ---- the sender's end


class _Block:
    """Free when the receiver has given it back and no array of this process lies in it."""

    def __init__(self, number: int, capacity: int) -> None:
        self.number = number
        self.capacity = capacity
        self.last_used = 0
        self.is_away = False
        self._tenant: Any = None
        self.file: int | None = nameless_file()  # until it is sent
        os.ftruncate(self.file, capacity)
        self._memory = mmap.mmap(self.file, capacity)

    def is_free(self) -> bool:
        return not self.is_away and (self._tenant is None or self._tenant() is None)

    def array(self, shape: Sequence[int], dtype: Any) -> numpy.ndarray:
        array = numpy.ndarray(tuple(shape), dtype, self._memory)
        self._tenant = weakref.ref(array)
        return array


@dataclass
class Packed:
    """A pickle, and what it refers to: blocks with the arrays at their begin, which keep them."""

    stream: bytes
    parts: list[tuple[_Block, numpy.ndarray]]


class Outbox:
    """Packs batches and sends them."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._blocks: dict[int, _Block] = {}
        self._by_address: dict[int, _Block] = {}  # those that were filled for this batch
        self._created = 0
        self._sent = 0

    def empty(self, shape: Sequence[int], dtype: Any) -> np.ndarray | None:
        """An array of Weft in a block; None for what travels in the pickle."""
        if dtype == np.bfloat16:
            return None
        size = math.prod(shape) * numpy.dtype(dtype).itemsize
        return None if size < _SMALL else np.from_dlpack(self._array(size, shape, dtype))

    def pack(self, value: Any) -> Packed:
        """Raises what pickling `value` raises."""
        stream = io.BytesIO()
        parts: list[pickle.PickleBuffer] = []
        _Pickler(stream, parts).dump(value)
        return Packed(stream.getvalue(), [self._placed(part) for part in parts])

    def send(self, packed: Packed) -> None:
        """Raises OSError where nobody listens any more."""
        blocks = list({block.number: block for block, _ in packed.parts}.values())
        new = [block for block in blocks if block.file is not None]
        for block in blocks:
            block.is_away = True
        parts = [(block.number, array.nbytes) for block, array in packed.parts]
        sizes_of_new = [(block.number, block.capacity) for block in new]
        self._connection.send((packed.stream, parts, sizes_of_new, self._given_up()))
        for block in new:
            reduction.send_handle(self._connection, block.file, None)
            os.close(block.file)
            block.file = None
        self._by_address.clear()
        self._sent += 1

    def take_back(self, numbers: list[int]) -> None:
        """The receiver has copied what lies in these blocks."""
        for number in numbers:
            self._blocks[number].is_away = False

    def _array(self, size: int, shape: Sequence[int], dtype: Any) -> numpy.ndarray:
        block = self._free_block(size)
        block.last_used = self._sent
        array = block.array(shape, dtype)
        self._by_address[_address(array)] = block
        return array

    def _free_block(self, size: int) -> _Block:
        # Powers of two, so that batches of other lengths find one; unused pages cost nothing.
        capacity = max(_SMALLEST_BLOCK, 1 << (size - 1).bit_length())
        for block in self._blocks.values():
            if block.capacity == capacity and block.is_free():
                return block
        self._created += 1
        block = self._blocks[self._created] = _Block(self._created, capacity)
        return block

    def _placed(self, part: pickle.PickleBuffer) -> tuple[_Block, numpy.ndarray]:
        """The block that the part lies at the begin of, else one that it is copied to."""
        array = numpy.frombuffer(part.raw(), numpy.uint8)
        if _address(array) not in self._by_address:
            copy = self._array(array.nbytes, array.shape, array.dtype)
            copy[...] = array
            array = copy
        return self._by_address[_address(array)], array

    def _given_up(self) -> list[int]:
        oldest = self._sent - _BATCHES_KEPT
        numbers = [b.number for b in self._blocks.values() if b.last_used < oldest and b.is_free()]
        for number in numbers:
            block = self._blocks.pop(number)
            if block.file is not None:
                os.close(block.file)
        return numbers


def _address(array: numpy.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


class _Pickler(pickle.Pickler):
    """Puts the elements of large arrays into `parts` instead of the stream."""

    def __init__(self, stream: io.BytesIO, parts: list[pickle.PickleBuffer]) -> None:
        def stays_in_stream(buffer: pickle.PickleBuffer) -> bool:
            return all(buffer is not part for part in parts)

        # A method would make a cycle, and what lies in a block would wait for the collector.
        super().__init__(stream, protocol=5, buffer_callback=stays_in_stream)
        self._parts = parts

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is native.ndarray and value.nbytes >= _SMALL and _is_seen_by_numpy(value):
            name, shape = str(value.dtype), value.shape
            return native.tensor_from_bytes, (name, shape, self._outside(value.numpy()))
        if kind is numpy.ndarray and value.nbytes >= _SMALL and not value.dtype.hasobject:
            return _numpy_from_bytes, (value.dtype, value.shape, self._outside(value))
        return NotImplemented

    def _outside(self, memory: numpy.ndarray) -> pickle.PickleBuffer:
        part = pickle.PickleBuffer(numpy.ascontiguousarray(memory).view(numpy.uint8))
        self._parts.append(part)
        return part


def _is_seen_by_numpy(array: np.ndarray) -> bool:
    return array.dtype != np.bfloat16 and array.device.kind == "cpu"


def _numpy_from_bytes(dtype: numpy.dtype, shape: tuple[int, ...], data: Any) -> numpy.ndarray:
    return numpy.frombuffer(data, dtype).reshape(shape).copy()


# ---- the receiver's end


class Inbox:
    """Receives batches; what it gives has memory of its own."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._blocks: dict[int, mmap.mmap] = {}
        self._read: list[int] = []

    def receive(self) -> Any:
        """Raises EOFError or OSError where the sender has ended."""
        stream, parts, new, given_up = self._connection.recv()
        for number, capacity in new:
            file = reduction.recv_handle(self._connection)
            try:
                self._blocks[number] = mmap.mmap(file, capacity, access=mmap.ACCESS_READ)
            finally:
                os.close(file)
        for number in given_up:
            self._blocks.pop(number, None)
        views = [memoryview(self._blocks[number])[:size] for number, size in parts]
        self._read += [number for number, _ in parts]
        return pickle.loads(stream, buffers=views)

    def blocks_read(self) -> list[int]:
        """The numbers of blocks that the sender can use again; each is given once."""
        numbers, self._read = self._read, []
        return numbers
