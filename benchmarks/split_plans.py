"""What `weft.distributed.plan` predicts of splits, beside what their steps take: time of a step and
bytes of a rank, for processes of one thread on this host.

    python benchmarks/split_plans.py [--ranks 2] [--width 512] [--depth 8] [--batch 64]
"""

import argparse
import gc
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/python/distributed"))

SHARDS = (None, "zero1", "zero3")


def network(width, depth):
    import weft
    from weft import gluon

    weft.seed(1)
    layers = (gluon.nn.Dense(width, activation="relu", in_units=width) for _ in range(depth))
    net = gluon.nn.HybridSequential(*layers)
    net.initialize()
    return net


def batch_of(count, width):
    from weft import np

    return np.random.normal(size=(count, width)), np.random.normal(size=(count, width))


def measured(shard, width, depth, count):
    """Seconds of a step, and bytes that stay from step to step, arena included."""
    from weft import gluon, memory, npx

    gc.collect()
    memory.trim()
    before = memory.stats()["live"]
    net = network(width, depth)
    trainer = gluon.Trainer(net.collect_params(), "adam", kvstore="dist_sync")
    step = trainer.compile(net, gluon.loss.L2Loss(), shard=shard)
    x, y = batch_of(count, width)
    times = []
    for _ in range(12):
        npx.barrier()
        begin = time.perf_counter()
        step(x, y).asnumpy()
        times.append(time.perf_counter() - begin)
    gc.collect()
    memory.trim()
    return min(times), memory.stats()["live"] - before - x.nbytes - y.nbytes


def planned(ranks, width, depth, count):
    """Predictions by shard, of all ranks' plans that of rank 0."""
    from weft import gluon
    from weft.distributed._planning import Cluster, Split, measure_link, plan, predict

    link = measure_link()
    x, y = batch_of(count, width)
    cluster = Cluster(ranks, memory="64 GiB", inside=link)
    found = plan(network(width, depth), x, y, loss=gluon.loss.L2Loss(), machines=cluster)
    levels = {None: 0, "zero1": 2, "zero3": 3}  # in a plan gradients die when they are reduced
    predictions = {
        shard: predict(found.costs, cluster, Split(data=ranks, zero=level), ranks * count)
        for shard, level in levels.items()
    }
    return {s: (p.seconds, p.memory) for s, p in predictions.items()}, repr(link)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--depth", type=int, default=8)
    parser.add_argument("--batch", type=int, default=64)
    args = parser.parse_args()
    from spawned import ranks as processes

    group = processes(args.ranks)
    sizes = (args.width, args.depth, args.batch)
    predictions, link = group.run(planned, args.ranks, *sizes)[0]
    print(f"{args.ranks} ranks, {link}")
    print("shard    step ms: predicted, measured, ratio     MB a rank: predicted, measured, ratio")
    for shard in SHARDS:
        seconds, memory = predictions[shard]
        found = group.run(measured, shard, *sizes)
        took, kept = max(s for s, _ in found), max(b for _, b in found)
        print(
            f"{shard or 'none':8} {1e3 * seconds:9.2f} {1e3 * took:9.2f} {seconds / took:6.2f}"
            f"      {memory / 1e6:10.2f} {kept / 1e6:9.2f} {memory / kept:6.2f}"
        )


if __name__ == "__main__":
    main()
