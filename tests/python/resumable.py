"""A training that draws from every generator there is, for tests of what is saved of it."""

import json
import random
import struct

import numpy
import weft
from weft import autograd, gluon, lr_scheduler, np
from weft.gluon import data, nn


class Noisy(data.Dataset):
    """Samples with noise from every generator that training may use."""

    def __init__(self, count=11):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        noise = np.random.uniform(size=3).asnumpy() * numpy.random.uniform() * random.random()
        return (noise + index % 5).astype("float32"), numpy.float32(index % 3)


class Drawn(data.Sampler):
    """An order that NumPy's generator decides when iteration begins."""

    def __iter__(self):
        return iter(numpy.random.permutation(11).tolist())

    def __len__(self):
        return 11


def small_net(last=1, more=(), norm=True):
    parts = [nn.BatchNorm()] if norm else []
    first = nn.Dense(6, activation="relu")
    return nn.HybridSequential(first, *parts, nn.Dropout(0.5), nn.Dense(last), *more)


class Training:
    """All that is needed for `epochs`, with first values from a seed."""

    def __init__(self, seed=1, workers=0, dataset=None, optimizer="adam", **loading):
        weft.random.seed(seed)
        numpy.random.seed(seed)
        random.seed(seed)
        self.net = small_net()
        self.net.initialize()
        self.net.hybridize()
        schedule = lr_scheduler.CosineScheduler(20, 0.1, warmup_steps=3)
        self.trainer = gluon.Trainer(
            self.net.collect_params(), optimizer, {"learning_rate": 0.1, "lr_scheduler": schedule}
        )
        loading = {"batch_size": 3, "shuffle": True, **loading}
        self.loader = data.DataLoader(dataset or Noisy(), num_workers=workers, **loading)
        self.losses = []

    def step(self, x, y):
        with autograd.record():
            loss = (self.net(x).reshape(-1) - y) ** 2
        loss.backward()
        self.trainer.step(len(x))
        self.losses.append(loss.asnumpy().tolist())

    def epochs(self, first=0, after_step=lambda epoch: None, after_epoch=lambda epoch: None):
        for epoch in range(first, 3):
            for x, y in self.loader:
                self.step(x, y)
                after_step(epoch)
            after_epoch(epoch + 1)

    def save(self, path, epoch=0, **options):
        everything = (self.net, self.trainer, self.loader)
        return weft.save_checkpoint(path, *everything, extra={"epoch": epoch}, **options)

    def load(self, path):
        return weft.load_checkpoint(path, self.net, self.trainer, self.loader)["epoch"]

    def state(self):
        """Everything that a checkpoint may change, as plain values."""
        arrays = {n: p.data().tolist() for n, p in self.net.collect_params().items()}
        states, description = self.trainer.describe_states()
        states = {name: array.tolist() for name, array in states.items()}
        generators = np.random.get_state(), numpy.random.get_state()[1].tolist(), random.getstate()
        place = self.loader.state_dict()
        return arrays, states, description, place, generators, self.trainer.fresh_gradients()


def rewritten(path, change):
    """The file with a change of its description."""
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    description = json.loads(header["__metadata__"]["weft.checkpoint"])
    change(description, header)
    if "weft.checkpoint" in header["__metadata__"]:
        header["__metadata__"].setdefault("weft.checkpoint", "")
        header["__metadata__"]["weft.checkpoint"] = json.dumps(description)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + size :])
