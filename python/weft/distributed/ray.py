"""Weft as a framework of Ray Train: Ray starts, places and restarts the processes of a job.

    from ray.train import ScalingConfig
    from weft.distributed.ray import WeftTrainer

    def train(config):
        weft.distributed.init()          # finds what Ray started
        ...

    WeftTrainer(train, scaling_config=ScalingConfig(num_workers=4)).fit()

`WeftConfig` is what Ray's own `DataParallelTrainer(train, backend_config=WeftConfig())` takes. It
needs `pip install '.[ray]'`.
"""

import os
from typing import TYPE_CHECKING, Any

from weft._base.packages import package
from weft._processes.secret import new_secret


class _Missing:
    """What stands for a class of Ray's where Ray is not installed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        package("weft.distributed.ray", "ray.train", "ray", "Ray Train")


def _of_ray(module: str, name: str) -> Any:
    try:
        return getattr(package("weft.distributed.ray", module, "ray", "Ray Train"), name)
    except ImportError:
        return _Missing


def _trainer_module() -> str:
    """Ray has two trainers of one name, of which `RAY_TRAIN_V2_ENABLED` chooses one; callbacks of
    users come with the second.
    """
    if _of_ray("ray", "__version__") is not _Missing and _has_second_trainer():
        return "ray.train.v2.api.data_parallel_trainer"
    return "ray.train.data_parallel_trainer"


def _has_second_trainer() -> bool:
    return "UserCallback" in dir(package("weft.distributed.ray", "ray.train", "ray", "Ray Train"))


if TYPE_CHECKING:
    Backend: Any = object
    BackendConfig: Any = object
    DataParallelTrainer: Any = object
else:
    Backend = _of_ray("ray.train.backend", "Backend")
    BackendConfig = _of_ray("ray.train.backend", "BackendConfig")
    DataParallelTrainer = _of_ray(_trainer_module(), "DataParallelTrainer")


class WeftConfig(BackendConfig):  # type: ignore[misc]
    """How Ray sets up Weft's processes.

    port: of rank 0's store; 0 for any free one

    >>> from weft.distributed.ray import WeftConfig
    >>> WeftConfig(port=29500).port
    29500
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self.port = port

    @property
    def backend_cls(self) -> type:
        """The class that Ray calls when workers start."""
        return _WeftBackend


class _WeftBackend(Backend):  # type: ignore[misc]
    """Gives each worker of Ray the variables that `weft.distributed.init` reads."""

    def on_start(self, worker_group: Any, backend_config: WeftConfig) -> None:
        """Called when the workers run and the training function does not yet."""
        metadata = worker_group.execute(_about)
        address, port = worker_group.execute_single(0, _address, backend_config.port)
        secret, job = new_secret(), f"ray:{address}:{port}"
        hosts = [host for host, _ in metadata]
        for rank, host in enumerate(hosts):
            variables = {
                "WEFT_RANK": str(rank),
                "WEFT_SIZE": str(len(hosts)),
                "WEFT_LOCAL_RANK": str(hosts[:rank].count(host)),
                "WEFT_LOCAL_SIZE": str(hosts.count(host)),
                "WEFT_STORE": f"{address}:{port}",
                "WEFT_SECRET": secret,
                "WEFT_JOB": job,
            }
            worker_group.execute_single(rank, _set, variables)

    def on_shutdown(self, worker_group: Any, backend_config: WeftConfig) -> None:
        """Called when the training function has ended."""
        worker_group.execute(_leave)


def _set(variables: dict[str, str]) -> None:
    # A function, since a method of os.environ would travel with a copy of it.
    os.environ.update(variables)


def _about() -> tuple[str, int]:
    import socket

    return socket.gethostname(), os.getpid()


def _address(port: int) -> tuple[str, int]:
    """The address of this worker's host, and a port that is free there."""
    import socket

    ray = package("weft.distributed.ray", "ray", "ray", "Ray")
    host = str(ray.util.get_node_ip_address())
    with socket.socket() as probe:
        probe.bind((host, port))
        return host, int(probe.getsockname()[1])


def _leave() -> None:
    from weft import distributed

    if distributed.is_initialized():
        distributed.shutdown()


class WeftTrainer(DataParallelTrainer):  # type: ignore[misc]
    """Ray's `DataParallelTrainer` with `WeftConfig`; arguments are its.

    >>> from weft.distributed.ray import WeftTrainer
    >>> [base.__name__ for base in WeftTrainer.__bases__]
    ['DataParallelTrainer']
    """

    def __init__(self, train_loop_per_worker: Any, **options: Any) -> None:
        options.setdefault("backend_config", WeftConfig())
        super().__init__(train_loop_per_worker, **options)


__all__ = ["WeftConfig", "WeftTrainer"]
__dir__ = __all__.copy
