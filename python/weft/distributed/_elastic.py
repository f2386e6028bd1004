"""Training that goes on when a process is lost: the rest form a new group, go back to the last step
that all had, and continue with the same data in the same order."""

import json
import os
import time
from collections.abc import Callable, Collection, Iterator
from os import PathLike
from typing import Any, TypeVar

from weft._base.errors import Disconnected, InvalidState, InvalidType, InvalidValue, TimedOut
from weft._base.options import require_whole
from weft._processes import session as sessions
from weft._processes.client import Refused
from weft.checkpoint import _described, _prepared
from weft.distributed import _job, _snapshots
from weft.distributed._checkpoints import FolderWrite, has_checkpoint, read_folder, write_folder
from weft.distributed._snapshots import Snapshot, Told, Version
from weft.gluon import _pieces
from weft.gluon.block import Block
from weft.gluon.data import DataLoader
from weft.gluon.trainer import Trainer

R = TypeVar("R")
KEPT = 2  # snapshots of each process: ranks are at most one apart


class Elastic:
    """A training loop that survives lost processes.

    net, trainer, loader: as for `weft.save_checkpoint`; the network has its shapes already. The
        loader's batches are those of all ranks together, of which `batches` makes this rank's part
    every: steps between the snapshots that each process keeps in memory, and, of what is its own,
        its neighbour; what is trained since the last one is trained again
    checkpoint: a folder for what must survive the loss of all; written in the background by all
        ranks after each `checkpoint_every` steps, and read when training begins
    state: a dict of the program's own values, as JSON can say them, which goes with the snapshots
    reforms, reform_seconds: how often this process has formed a new group, and how long each took

    >>> import weft
    >>> from weft import autograd, distributed, gluon, np
    >>> distributed.init()
    >>> net = gluon.nn.Dense(1, in_units=2)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    >>> data = gluon.data.ArrayDataset(np.ones((6, 2)))
    >>> loader = gluon.data.DataLoader(data, 2, shuffle=True)
    >>> elastic = distributed.Elastic(net, trainer, loader)
    >>> def train():
    ...     for epoch in elastic.epochs(2):
    ...         for x in elastic.batches():
    ...             with autograd.record():
    ...                 loss = net(x).sum()
    ...             loss.backward()
    ...             trainer.step(len(x))
    >>> elastic.run(train)
    >>> elastic.step
    6
    >>> distributed.shutdown()
    """

    def __init__(
        self,
        net: Block,
        trainer: Trainer | None = None,
        loader: DataLoader | None = None,
        *,
        every: int = 10,
        checkpoint: str | PathLike[str] | None = None,
        checkpoint_every: int = 1000,
    ) -> None:
        for name, parameter in net.collect_params().items():
            if not parameter.is_initialized:
                raise InvalidState(
                    f"Elastic: `{name}` has no values yet; call `initialize`, and the network once"
                )
        self.every = require_whole("Elastic", "every", every, 1)
        self.checkpoint_every = require_whole("Elastic", "checkpoint_every", checkpoint_every, 1)
        self.state: dict[str, Any] = {}
        self.step = 0
        self.epoch = 0
        self._net, self._trainer, self._loader = net, trainer, loader
        self._folder = None if checkpoint is None else os.fspath(checkpoint)
        self._writing: FolderWrite | None = None
        self._own: dict[Version, Snapshot] = {}
        self._makers: dict[Version, list[int]] = {}  # of those with pieces, by rank
        self._kept: dict[tuple[int, Version], bytes] = {}  # of other members
        self._session = sessions.needed("Elastic")
        if trainer is not None and trainer._exchange is not None:
            # Here, and not in the first step, in which only some ranks may be new.
            trainer._exchange.begin(has_gradients=False)
        self.reforms = 0
        self.reform_seconds: list[float] = []

    # ---- the loop

    def run(self, train: Callable[..., R], *arguments: Any) -> R:
        """Calls `train(*arguments)`, and again, with everything set to the last step that all ranks
        had, when a process was lost. Gives what it returns.

        Raises ConnectionError where no process can keep the store, or too few are left to go on. An
        error of `train` itself is not caught: this process ends, and the others go on without it.
        """
        self._session.client.set(sessions.ELASTIC, b"")
        started_again = not self._session.generation.number
        self._ready(lambda: _job.join_again(self._session) if started_again else None)
        while True:
            try:
                result = train(*arguments)
                if self._writing is not None:
                    self._writing.wait()
                return result
            except Disconnected as error:
                began = time.monotonic()
                self._ready(lambda why=error: self._leave_generation(why))
                self.reform_seconds.append(time.monotonic() - began)

    def _ready(self, before: Callable[[], None]) -> None:
        """Makes all ranks have the same state, in a new generation where this one is lost."""
        while True:
            try:
                before()
                self._agree()
                return
            except (Disconnected, TimedOut) as error:
                if self._session.is_store_lost or isinstance(error, Refused):
                    raise
                before = lambda why=error: self._leave_generation(why)  # noqa: E731

    def _leave_generation(self, why: BaseException) -> None:
        """Goes into the next generation; the others learn that this one is over."""
        session = self._session
        self._writing = None  # a checkpoint of ranks that are not all there any more
        if session.client.is_lost:
            session.reconnect()
            session.client.set(sessions.ELASTIC, b"")  # it may be another store
        elif session.broken is None and session.generation.number:
            session.tell_failure(why)
        _job.join_again(session)
        self.reforms += 1

    def epochs(self, count: int) -> Iterator[int]:
        """The numbers of the epochs that are left, up to `count`."""
        while self.epoch < count:
            yield self.epoch
            self.epoch += 1

    def batches(self) -> Iterator[Any]:
        """The batches that are left of this epoch: this rank's part of each, as large as those of
        others or one sample larger. A step has ended when the next one is asked for."""
        if self._loader is None:
            raise InvalidType("Elastic: `batches` needs a `loader`")
        self._loader.take_part(self._part)
        for batch in self._loader:
            yield batch
            self.end_step()

    def _part(self, indices: Any) -> Any:
        rank, size, count = self._session.rank, self._session.size, len(indices)
        if count < size:
            raise InvalidValue(
                f"Elastic: a batch must have a sample for each of {size} ranks; got {count}; give "
                "the loader `last_batch='discard'` or 'rollover'"
            )
        return indices[rank * count // size : (rank + 1) * count // size]

    def end_step(self) -> None:
        """Says that a step has ended, which `batches` does by itself."""
        self.step += 1
        self._session.check("Elastic")
        if self.step % self.every == 0:
            self._keep(self._snapshot())
        if self._folder is not None and self.step % self.checkpoint_every == 0:
            self._write()

    # ---- snapshots

    def _snapshot(self, *, with_pieces: bool = True) -> Snapshot:
        """The state of now, of which a rank keeps its pieces where ranks share updates, or all."""
        extra = {"state": self.state, "step": self.step, "epoch": self.epoch}
        level = _pieces.level_of(self._trainer) if with_pieces else None
        arrays, description = _described(
            self._net, self._trainer, self._loader, extra, without_pieces=level is not None
        )
        own, flats = _snapshots.own_names(self._net, arrays), {}
        if level is not None:
            assert self._trainer is not None
            pieces, flats = _pieces.pieces_of(self._trainer)
            arrays, own = arrays | pieces, own | set(pieces)
        copies = {name: array.copy() for name, array in arrays.items()}
        plain = json.loads(json.dumps(description))  # the program may change what is in it
        return Snapshot(self.step, self.epoch, copies, plain, own, flats, level)

    def _keep(self, snapshot: Snapshot) -> None:
        """Keeps a snapshot here, and what is this rank's own of it with the next rank."""
        version = Version(self._session.generation.number, snapshot.step)
        if self._session.size > 1:
            member, part = _snapshots.swap_with_neighbours(self._session, snapshot.own_part())
            self._kept[member, version] = part
        self._own[version] = snapshot
        self._makers[version] = self._session.ranks if snapshot.flats else []
        self._forget_all_but(sorted(self._own)[-KEPT:])

    def _forget_all_but(self, versions: Collection[Version]) -> None:
        self._own = {v: snapshot for v, snapshot in self._own.items() if v in versions}
        self._makers = {v: makers for v, makers in self._makers.items() if v in versions}
        self._kept = {key: part for key, part in self._kept.items() if key[1] in versions}

    def _agree(self) -> None:
        """All ranks go on from the same state: the last one that all had, else the checkpoint, else
        rank 0's of now. The last one stays until the neighbours have what is each rank's own of
        the new one, because another rank may be lost meanwhile."""
        told = self._all_told()
        version = _snapshots.common_version(told)
        if version is None:
            self._begin_anew(told)
            told = self._all_told()
            version = _snapshots.common_version(told)
            assert version is not None
        kept = {member: part for (member, of), part in self._kept.items() if of == version}
        snapshot = _snapshots.share(self._session, told, version, self._own.get(version), kept)
        self._set(snapshot)
        self._forget_all_but([version])
        self._keep(snapshot)

    def _begin_anew(self, told: list[Told]) -> None:
        """From the checkpoint, or from rank 0's state where nothing was trained yet."""
        self._forget_all_but([])
        is_read = self._folder is not None and has_checkpoint(self._folder)
        if is_read:
            self._set(read_folder(str(self._folder), self._session.rank))
        elif any(each.has for each in told):
            raise InvalidState(_nothing_left(told, self._folder))
        if is_read or self._session.rank == 0:
            first = self._snapshot(with_pieces=False)
            self._own = {Version(self._session.generation.number, first.step): first}

    def _all_told(self) -> list[Told]:
        session = self._session
        keeps: dict[str, list[list[int]]] = {}
        for member, version in self._kept:
            keeps.setdefault(str(member), []).append(list(version))
        ranks = [(*version, makers) for version, makers in self._makers.items() if makers]
        has = [list(version) for version in self._own]
        mine = Told(session.place.rank, has, keeps, ranks, session.offer_standby())
        found = session.gather_bytes(
            "what all ranks have kept",
            "elastic",
            session.ranks,
            json.dumps(mine._asdict()).encode(),
        )
        told = _snapshots.told_by(found)
        session.note_standbys(
            {e.member: (str(e.standby[0]), int(e.standby[1])) for e in told if e.standby}
        )
        return told

    def _set(self, snapshot: Snapshot) -> None:
        copies = {name: array.copy() for name, array in snapshot.arrays.items()}
        pieces = {name: copies.pop(name) for name in snapshot.flats}
        if snapshot.level is None:
            _pieces.share_no_more(self._trainer)
        extra = _prepared(
            copies,
            snapshot.description,
            self._net,
            self._trainer,
            self._loader,
            f"the state of step {snapshot.step}",
            _pieces.values_among(pieces),
        )()
        if snapshot.level is not None:
            assert self._trainer is not None
            _pieces.set_pieces(self._trainer, snapshot.level, pieces)
            self._net.apply(Block._structure_changed)
        self.state, self.step, self.epoch = extra["state"], extra["step"], extra["epoch"]

    def _write(self) -> None:
        if self._writing is not None:
            self._writing.wait()
        self._writing = write_folder(
            str(self._folder), self._snapshot(with_pieces=False), self._session
        )


def _nothing_left(told: list[Told], folder: str | None) -> str:
    """Why the state of training is lost: what errors say."""
    versions = [Version(*pair) for each in told for pair in each.has]
    lost = _snapshots.lost_pieces(told, max(versions))
    where = "no `checkpoint` was given" if folder is None else f"`{folder}` has no checkpoint yet"
    return (
        f"Elastic: ranks were lost together with the neighbours that kept their pieces (members "
        f"{lost}), and {where}, so training cannot go on"
    )


__all__ = ["Elastic"]
__dir__ = __all__.copy
