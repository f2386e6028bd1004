"""What Ray Train's workers are told, without Ray: functions travel to them as bytes, as Ray sends
them.
"""

import os
import pickle
from types import SimpleNamespace

from weft._processes.launchers import place_of
from weft.distributed import ray


class Workers:
    """Two processes of one host, each with variables of its own."""

    def __init__(self, monkeypatch):
        self.variables = [{}, {}]
        self._monkeypatch = monkeypatch

    def execute_single(self, rank, function, *arguments):
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))
        with self._monkeypatch.context() as patch:
            patch.setattr(os, "environ", self.variables[rank])
            return function(*arguments)

    def execute(self, function):
        return [self.execute_single(rank, function) for rank in range(2)]


def test_each_worker_of_ray_knows_its_rank(monkeypatch):
    monkeypatch.setattr(ray, "_address", address)
    workers = Workers(monkeypatch)
    ray._WeftBackend.on_start(None, workers, SimpleNamespace(port=0))
    places = [place_of(variables) for variables in workers.variables]
    assert [(p.rank, p.size, p.local_rank, p.local_size) for p in places] == [
        (0, 2, 0, 2),
        (1, 2, 1, 2),
    ]
    assert {(p.host, p.port) for p in places} == {("127.0.0.1", 4000)}
    assert len({variables["WEFT_SECRET"] for variables in workers.variables}) == 1


def address(port):
    return "127.0.0.1", 4000
