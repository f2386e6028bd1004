"""Who this process is in its job: read from the variables of the launcher that started it.

Each launcher is a function of the environment that gives a `Place`, or None where it did not start
this process. They are asked in the order of `LAUNCHERS`.
"""

import os
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from weft._base.errors import InvalidValue

Environ = Mapping[str, str]


class Place(NamedTuple):
    """Where a process is in its job.

    rank, size: its number, and how many there are; local_*: the same on its host
    host, port: of the store; port 0: rank 0 takes a free one and writes it into a file of `job`
    is_served: a process that does not train keeps the store, else rank 0 does
    job: tells this job from others of the user
    launcher: who started it, for texts
    servers: how many of `size` are servers of a KVStore, which have the last numbers
    is_scheduler: this process is none of them, but keeps the store, as MXNet's scheduler does
    is_numbered: false: `rank` is 0 for a worker, the first server's number for a server, and the
        store gives each the next one
    """

    rank: int
    size: int
    local_rank: int
    local_size: int
    host: str
    port: int
    job: str
    launcher: str
    is_served: bool = False
    servers: int = 0
    is_scheduler: bool = False
    is_numbered: bool = True

    @property
    def is_one_host(self) -> bool:
        """Do all processes run on this host?"""
        return self.local_size == self.size

    @property
    def is_alone(self) -> bool:
        """Is there no other process, so that nothing is told to any?"""
        return self.size == 1 and not self.is_served

    @property
    def is_by_file(self) -> bool:
        """Do the others find the store by a file?"""
        return self.port == 0 and not self.is_served and not self.is_alone


ALONE = Place(0, 1, 0, 1, "127.0.0.1", 0, "", "none")


def place_of(environ: Environ) -> Place:
    """The place of the process with these variables; alone where no launcher started it.

    Raises ValueError for variables that contradict each other.
    """
    for launcher in LAUNCHERS:
        place = launcher(environ)
        if place is not None:
            return _checked(place)
    return ALONE


def _checked(place: Place) -> Place:
    if place.size < 1 or not 0 <= place.rank < place.size:
        raise InvalidValue(
            f"init: {place.launcher} says that this is rank {place.rank} of {place.size}; ranks "
            "must be from 0 to one less than their number"
        )
    if not 0 <= place.port < 1 << 16:
        raise InvalidValue(f"init: {place.launcher} must give a port; got {place.port}")
    return place


def _number(environ: Environ, name: str, otherwise: int | None = None) -> int:
    text = environ.get(name)
    if text is None and otherwise is not None:
        return otherwise
    try:
        return int(text or "")
    except ValueError:
        raise InvalidValue(f"init: `{name}` must be a number; got {text!r}") from None


def _store(environ: Environ, host: str | None, port: int, launcher: str) -> tuple[str, int]:
    """Where the store is: what the user says, or what the launcher lets expect."""
    given = environ.get("WEFT_STORE")
    if given is not None:
        name, _, number = given.rpartition(":")
        if not name or not number.isdigit():
            raise InvalidValue(f"init: `WEFT_STORE` must be host:port; got {given!r}")
        return name.strip("[]"), int(number)
    if host is None:
        raise InvalidValue(
            f"init: {launcher} does not tell where rank 0 runs, and there are several hosts; set "
            "WEFT_STORE=host:port for all processes, of the host of rank 0 and a free port"
        )
    return host, _number(environ, "WEFT_PORT", port)


def _weft(environ: Environ) -> Place | None:
    if "WEFT_RANK" not in environ:
        return None
    rank, size = _number(environ, "WEFT_RANK"), _number(environ, "WEFT_SIZE")
    local_size = _number(environ, "WEFT_LOCAL_SIZE", size)
    host, port = _store(environ, "127.0.0.1" if local_size == size else None, 0, "WEFT_RANK")
    return Place(
        rank,
        size,
        _number(environ, "WEFT_LOCAL_RANK", rank),
        local_size,
        host,
        port,
        environ.get("WEFT_JOB", ""),
        "weft launch" if "WEFT_LAUNCHER" in environ else "WEFT_RANK",
        "WEFT_LAUNCHER" in environ,
        size - _number(environ, "WEFT_WORKERS", size),
    )


def _mxnet(environ: Environ) -> Place | None:
    """DMLC_ROLE and its kind, which MXNet's `tools/launch.py` sets. Its scheduler keeps the store.
    On one host processes have numbers, workers first; by ssh or mpirun the store gives them."""
    role = environ.get("DMLC_ROLE")
    if role is None:
        return None
    if role not in ("worker", "server", "scheduler"):
        raise InvalidValue(f"init: `DMLC_ROLE` must be worker, server or scheduler; got {role!r}")
    workers = _number(environ, "DMLC_NUM_WORKER")
    servers = _number(environ, "DMLC_NUM_SERVER", 0)
    size, name = workers + servers, "MXNet's launch.py"
    port = _number(environ, "DMLC_PS_ROOT_PORT", 0)
    job = f"mxnet:{environ.get('DMLC_PS_ROOT_PORT', environ.get('DMLC_TRACKER_PORT', ''))}"
    first = workers if role == "server" else 0
    is_local = environ.get("DMLC_JOB_CLUSTER") == "local" and "DMLC_TASK_ID" in environ
    rank = _number(environ, "DMLC_TASK_ID") if is_local and role != "scheduler" else first
    local_size = size if is_local else 1
    if "DMLC_PS_ROOT_URI" not in environ and servers == 0:  # no scheduler is started then
        if not is_local:
            raise InvalidValue(
                "init: MXNet's launch.py gives the processes of several hosts no numbers and no "
                "address without a scheduler; ask it for at least one server (`-s 1`)"
            )
        host, port = _store(environ, "127.0.0.1", 0, name)
        return Place(rank, size, rank, local_size, host, port, job, name)
    host, port = _store(environ, environ.get("DMLC_PS_ROOT_URI"), port, name)
    if not port:
        raise InvalidValue("init: `DMLC_PS_ROOT_PORT` must be the port of the scheduler; got none")
    local_rank = rank - first if is_local else 0
    return Place(
        *(rank, size, local_rank, local_size, host, port, job, name, True),
        servers,
        role == "scheduler",
        is_local,
    )


def _torchrun(environ: Environ) -> Place | None:
    """RANK and its kind, which torchrun and Kubernetes' training operators set. Where torchrun's
    agent listens at MASTER_PORT itself, the next port is Weft's."""
    if "RANK" not in environ or "WORLD_SIZE" not in environ:
        return None
    rank, size = _number(environ, "RANK"), _number(environ, "WORLD_SIZE")
    local_size = _number(environ, "LOCAL_WORLD_SIZE", size if "LOCAL_RANK" not in environ else 1)
    host, port = environ.get("MASTER_ADDR"), _number(environ, "MASTER_PORT", 29500)
    if environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True":
        port = port + 1 if port < 65535 else port - 1
    host, port = _store(environ, host, port, "RANK without MASTER_ADDR")
    job = "/".join(environ.get(f"TORCHELASTIC_{n}", "") for n in ("RUN_ID", "RESTART_COUNT"))
    local_rank = _number(environ, "LOCAL_RANK", 0)
    return Place(rank, size, local_rank, local_size, host, port, f"torchrun:{job}", "torchrun")


def _kubeflow(environ: Environ) -> Place | None:
    """PET_NODE_RANK and its kind, by which Kubeflow Trainer tells torchrun what to start on a node.
    Without torchrun the program is the one process of its node."""
    if "PET_NODE_RANK" not in environ or "PET_NNODES" not in environ:
        return None
    if environ.get("PET_NPROC_PER_NODE", "1") not in ("1", "auto"):
        raise InvalidValue(
            "init: Kubeflow asks for several processes on each node, which a launcher must start; "
            "set numProcPerNode to 1, and numNodes to the number of processes"
        )
    rank, size = _number(environ, "PET_NODE_RANK"), _number(environ, "PET_NNODES")
    port = _number(environ, "PET_MASTER_PORT", 29400)
    host, port = _store(environ, environ.get("PET_MASTER_ADDR"), port, "Kubeflow")
    return Place(rank, size, 0, 1, host, port, "kubeflow", "Kubeflow Trainer")


def _open_mpi(environ: Environ) -> Place | None:
    if "OMPI_COMM_WORLD_RANK" not in environ:
        return None
    job = environ.get("PMIX_NAMESPACE") or environ.get("OMPI_MCA_ess_base_jobid") or _parent()
    return _mpi(
        environ,
        "Open MPI's mpirun",
        f"openmpi:{job}",
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
        ("OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"),
    )


def _mpich(environ: Environ) -> Place | None:
    if "PMI_RANK" not in environ or "PMI_SIZE" not in environ or "SLURM_PROCID" in environ:
        return None
    return _mpi(
        environ,
        "MPICH's mpirun",
        f"mpich:{_parent()}",
        ("PMI_RANK", "PMI_SIZE"),
        ("MPI_LOCALRANKID", "MPI_LOCALNRANKS"),
    )


def _mpi(
    environ: Environ, name: str, job: str, world: tuple[str, str], local: tuple[str, str]
) -> Place:
    """A launcher that gives no address: on one host a file has the port, on several Slurm's list of
    hosts, MASTER_ADDR or the user says where rank 0 is."""
    rank, size = (_number(environ, variable) for variable in world)
    local_rank, local_size = _number(environ, local[0], rank), _number(environ, local[1], size)
    if local_size == size:
        host, port = _store(environ, "127.0.0.1", 0, name)
    else:
        master = environ.get("MASTER_ADDR") or _first_slurm_host(environ)
        host, port = _store(environ, master, _number(environ, "MASTER_PORT", 29500), name)
    return Place(rank, size, local_rank, local_size, host, port, job, name)


def _slurm(environ: Environ) -> Place | None:
    """srun. One that runs on many hosts has no port of its own, so it follows from the number of
    the job, from 20000 to 39999."""
    if "SLURM_PROCID" not in environ or _number(environ, "SLURM_NTASKS", 1) < 2:
        return None
    rank, size = _number(environ, "SLURM_PROCID"), _number(environ, "SLURM_NTASKS")
    local_rank = _number(environ, "SLURM_LOCALID", rank)
    node = _number(environ, "SLURM_NODEID", 0)
    on_nodes = _tasks_per_node(environ.get("SLURM_STEP_TASKS_PER_NODE")
                               or environ.get("SLURM_TASKS_PER_NODE") or str(size))  # fmt: skip
    local_size = on_nodes[node] if node < len(on_nodes) else 1
    job = environ.get("SLURM_JOB_ID", "0")
    step = environ.get("SLURM_STEP_ID", "0")
    number = int(job) * 7 + int(step) if (job + step).isdigit() else 0
    one_host = local_size == size
    first = "127.0.0.1" if one_host else _first_slurm_host(environ)
    host, port = _store(environ, first, 0 if one_host else 20000 + number % 20000, "Slurm")
    return Place(rank, size, local_rank, local_size, host, port, f"slurm:{job}.{step}", "Slurm")


def _first_slurm_host(environ: Environ) -> str | None:
    listed = environ.get("SLURM_STEP_NODELIST") or environ.get("SLURM_JOB_NODELIST")
    return hosts_of(listed)[0] if listed else None


def _tasks_per_node(text: str) -> list[int]:
    """Slurm's short form: "2(x3),1" is 2, 2, 2, 1."""
    counts: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", part.strip())
        if not match:
            raise InvalidValue(f"init: `SLURM_TASKS_PER_NODE` must be as in 2(x3),1; got {text!r}")
        counts += [int(match[1])] * int(match[2] or 1)
    return counts


def hosts_of(text: str) -> list[str]:
    """The names in Slurm's list of hosts.

    >>> hosts_of("gpu[01-03,7],login")
    ['gpu01', 'gpu02', 'gpu03', 'gpu7', 'login']
    """
    names: list[str] = []
    for part in re.findall(r"(?:[^,\[\]]|\[[^\]]*\])+", text):
        names += _expanded(part.strip())
    if not names:
        raise InvalidValue(f"init: a list of hosts is expected, such as node[01-04]; got {text!r}")
    return names


def _expanded(name: str) -> list[str]:
    """All names of one with numbers in brackets, of which there may be several."""
    match = re.match(r"([^\[]*)\[([^\]]*)\](.*)", name)
    if not match:
        return [name]
    before, numbers, after = match.groups()
    found = []
    for part in numbers.split(","):
        first, _, last = part.partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            raise InvalidValue(f"init: `{part}` must be a number or a range, in hosts `{name}`")
        for number in range(int(first), int(last or first) + 1):
            found.append(f"{before}{number:0{len(first)}d}")
    return [done for each in found for done in _expanded(each + after)]


def _parent() -> str:
    """The process that started this one, and so all others of its host."""
    return str(os.getppid())


LAUNCHERS: tuple[Callable[[Environ], Place | None], ...] = (
    _weft,
    _mxnet,
    _torchrun,
    _kubeflow,
    _open_mpi,
    _mpich,
    _slurm,
)

__all__ = ["ALONE", "LAUNCHERS", "Place", "hosts_of", "place_of"]
