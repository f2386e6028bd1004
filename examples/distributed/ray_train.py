"""The same training by Ray: pip install '.[ray]', then python ray_train.py --workers 4."""

import argparse

from ray.train import ScalingConfig
from weft.distributed.ray import WeftTrainer


def train(config: dict) -> None:
    """What each worker of Ray runs."""
    from weft import distributed, np

    distributed.init()
    total = distributed.all_reduce(np.array(float(distributed.rank())))
    print(f"rank {distributed.rank()} of {distributed.size()}: the ranks add up to {float(total)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    WeftTrainer(train, scaling_config=ScalingConfig(num_workers=parser.parse_args().workers)).fit()
