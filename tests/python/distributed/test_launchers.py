"""Who a process is, by the variables of each launcher; the secret; interfaces."""

import os
import stat

import pytest
from weft._base.errors import FileFailure, InvalidValue, NotFound
from weft._processes.interfaces import address_of
from weft._processes.launchers import ALONE, hosts_of, place_of
from weft._processes.secret import secret_of


def variables(text):
    return dict(pair.split("=", 1) for pair in text.split())


# What srun, mpirun and torchrun set, as they set it.
CASES = {
    "weft launch": (
        "WEFT_RANK=2 WEFT_SIZE=4 WEFT_LOCAL_RANK=0 WEFT_LOCAL_SIZE=2 WEFT_STORE=10.0.0.1:5000 "
        "WEFT_LAUNCHER=1 WEFT_JOB=j",
        (2, 4, 0, 2, "10.0.0.1", 5000, "j", True),
    ),
    "by hand": (
        "WEFT_RANK=1 WEFT_SIZE=2",
        (1, 2, 1, 2, "127.0.0.1", 0, "", False),
    ),
    "MXNet's worker": (
        "DMLC_ROLE=worker DMLC_NUM_WORKER=4 DMLC_NUM_SERVER=2 DMLC_PS_ROOT_URI=10.0.0.1 "
        "DMLC_PS_ROOT_PORT=9091 DMLC_TASK_ID=3 DMLC_JOB_CLUSTER=local",
        (3, 6, 3, 6, "10.0.0.1", 9091, "mxnet:9091", True),
    ),
    "MXNet's server": (
        "DMLC_ROLE=server DMLC_NUM_WORKER=4 DMLC_NUM_SERVER=2 DMLC_PS_ROOT_URI=10.0.0.1 "
        "DMLC_PS_ROOT_PORT=9091 DMLC_TASK_ID=5 DMLC_JOB_CLUSTER=local",
        (5, 6, 1, 6, "10.0.0.1", 9091, "mxnet:9091", True),
    ),
    "MXNet by ssh": (
        "DMLC_ROLE=server DMLC_NUM_WORKER=4 DMLC_NUM_SERVER=2 DMLC_PS_ROOT_URI=10.0.0.1 "
        "DMLC_PS_ROOT_PORT=9091 DMLC_NODE_HOST=n2",
        (4, 6, 0, 1, "10.0.0.1", 9091, "mxnet:9091", True),
    ),
    "MXNet without servers": (
        "DMLC_ROLE=worker DMLC_NUM_WORKER=2 DMLC_NUM_SERVER=0 DMLC_TRACKER_PORT=9000 "
        "DMLC_TASK_ID=1 DMLC_JOB_CLUSTER=local",
        (1, 2, 1, 2, "127.0.0.1", 0, "mxnet:9000", False),
    ),
    "torchrun": (
        "RANK=3 WORLD_SIZE=4 LOCAL_RANK=1 LOCAL_WORLD_SIZE=2 MASTER_ADDR=n1 MASTER_PORT=29400 "
        "TORCHELASTIC_USE_AGENT_STORE=True TORCHELASTIC_RUN_ID=r TORCHELASTIC_RESTART_COUNT=1",
        (3, 4, 1, 2, "n1", 29401, "torchrun:r/1", False),
    ),
    "Kubernetes": (
        "RANK=1 WORLD_SIZE=2 MASTER_ADDR=train-master-0 MASTER_PORT=23456",
        (1, 2, 0, 2, "train-master-0", 23456, "torchrun:/", False),
    ),
    "Kubeflow Trainer": (
        "PET_NODE_RANK=2 PET_NNODES=4 PET_NPROC_PER_NODE=1 PET_MASTER_ADDR=job-node-0-0.job "
        "PET_MASTER_PORT=29400",
        (2, 4, 0, 1, "job-node-0-0.job", 29400, "kubeflow", False),
    ),
    "Open MPI on a host": (
        "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=1 "
        "OMPI_COMM_WORLD_LOCAL_SIZE=2 PMIX_NAMESPACE=77",
        (1, 2, 1, 2, "127.0.0.1", 0, "openmpi:77", False),
    ),
    "Open MPI on hosts": (
        "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1 "
        "OMPI_COMM_WORLD_LOCAL_SIZE=2 PMIX_NAMESPACE=77 WEFT_STORE=n1:4000",
        (1, 4, 1, 2, "n1", 4000, "openmpi:77", False),
    ),
    "MPICH": (
        "PMI_RANK=0 PMI_SIZE=2 MPI_LOCALRANKID=0 MPI_LOCALNRANKS=2",
        (0, 2, 0, 2, "127.0.0.1", 0, f"mpich:{os.getppid()}", False),
    ),
    "Slurm on a node": (
        "SLURM_PROCID=1 SLURM_NTASKS=2 SLURM_LOCALID=1 SLURM_NODEID=0 SLURM_JOB_ID=5 "
        "SLURM_STEP_ID=0 SLURM_STEP_NODELIST=n1 SLURM_STEP_TASKS_PER_NODE=2",
        (1, 2, 1, 2, "127.0.0.1", 0, "slurm:5.0", False),
    ),
    "Slurm on nodes": (
        "SLURM_PROCID=5 SLURM_NTASKS=6 SLURM_LOCALID=1 SLURM_NODEID=2 SLURM_JOB_ID=1000 "
        "SLURM_STEP_ID=3 SLURM_JOB_NODELIST=gpu[07-09] SLURM_TASKS_PER_NODE=2(x3) PMI_RANK=5 "
        "PMI_SIZE=6",
        (5, 6, 1, 2, "gpu07", 27003, "slurm:1000.3", False),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_place_follows_from_the_variables_of_a_launcher(case):
    text, expected = CASES[case]
    place = place_of(variables(text))
    rank, size, local_rank, local_size, host, port, job, is_served = expected
    assert place[:7] == (rank, size, local_rank, local_size, host, port, job)
    assert place.is_served == is_served


@pytest.mark.parametrize("text", ["", "SLURM_JOB_ID=4 SLURM_PROCID=0 SLURM_NTASKS=1", "RANK=0"])
def test_without_a_launcher_a_process_is_alone(text):
    assert place_of(variables(text)) == ALONE


@pytest.mark.parametrize(
    "text, message",
    [
        ("WEFT_RANK=4 WEFT_SIZE=4", "rank 4 of 4"),
        ("WEFT_RANK=x WEFT_SIZE=4", "`WEFT_RANK` must be a number; got 'x'"),
        ("RANK=-1 WORLD_SIZE=2 MASTER_ADDR=a", "rank -1 of 2"),
        ("RANK=0 WORLD_SIZE=2", "MASTER_ADDR"),
        ("RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000", "must give a port; got 70000"),
        ("PET_NODE_RANK=0 PET_NNODES=2 PET_NPROC_PER_NODE=2", "numProcPerNode"),
        ("PET_NODE_RANK=0 PET_NNODES=1:2", "`PET_NNODES` must be a number"),
        ("DMLC_ROLE=boss DMLC_NUM_WORKER=1", "`DMLC_ROLE` must be worker, server or scheduler"),
        ("DMLC_ROLE=worker", "`DMLC_NUM_WORKER` must be a number"),
        (
            "DMLC_ROLE=worker DMLC_NUM_WORKER=1 DMLC_NUM_SERVER=1 DMLC_PS_ROOT_URI=a",
            "`DMLC_PS_ROOT_PORT` must be the port of the scheduler",
        ),
        ("DMLC_ROLE=worker DMLC_NUM_WORKER=2", "ask it for at least one server"),
        ("WEFT_RANK=0 WEFT_SIZE=2 WEFT_STORE=here", "`WEFT_STORE` must be host:port"),
        (
            "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=0 "
            "OMPI_COMM_WORLD_LOCAL_SIZE=1",
            "does not tell where rank 0 runs.*WEFT_STORE",
        ),
    ],
)
def test_variables_that_contradict_each_other_are_named(text, message):
    with pytest.raises(InvalidValue, match=message):
        place_of(variables(text))


@pytest.mark.parametrize(
    "text, names",
    [
        ("n1", ["n1"]),
        ("n[1-3]", ["n1", "n2", "n3"]),
        ("n[08-10,3],login", ["n08", "n09", "n10", "n3", "login"]),
        ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]),
        ("a,b[1]-x", ["a", "b1-x"]),
    ],
)
def test_slurms_lists_of_hosts_are_read(text, names):
    assert hosts_of(text) == names


@pytest.mark.parametrize("text", ["", "n[a-b]", "n[1-]x[2-y]"])
def test_what_is_no_list_of_hosts_is_refused(text):
    with pytest.raises(InvalidValue, match=r"expected|must be a number"):
        hosts_of(text)


# ---- the secret


def test_a_secret_comes_from_the_variable_or_a_file_of_the_owner(tmp_path):
    path = tmp_path / "secret"
    path.write_text("s" * 20 + "\n")
    path.chmod(0o600)
    assert secret_of({"WEFT_SECRET": "t" * 20}) == b"t" * 20
    assert secret_of({"WEFT_SECRET_FILE": str(path)}) == b"s" * 20


def test_a_secret_of_the_users_own_is_made_once(tmp_path):
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    made = secret_of(environ)
    assert len(made) == 64 and secret_of(environ) == made
    mode = (tmp_path / "weft" / "secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert [path.name for path in (tmp_path / "weft").iterdir()] == ["secret"]


def test_a_secret_that_is_short_or_readable_by_others_is_refused(tmp_path):
    with pytest.raises(InvalidValue, match="`WEFT_SECRET` must have at least 16 characters"):
        secret_of({"WEFT_SECRET": "short"})
    path = tmp_path / "secret"
    path.write_text("s" * 20)
    path.chmod(0o644)
    with pytest.raises(InvalidValue, match="readable by its owner alone"):
        secret_of({"WEFT_SECRET_FILE": str(path)})


def test_a_home_that_cannot_be_written_is_told_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileFailure, match=r"file/weft/secret.*Not a directory.*WEFT_SECRET"):
        secret_of({"XDG_CACHE_HOME": str(tmp_path / "file")})


# ---- interfaces


@pytest.mark.parametrize("given", [None, "lo", "127.0.0.1"])
def test_loopback_by_name_by_address_and_by_default(given):
    assert address_of("init", given) == "127.0.0.1"


def test_an_interface_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(NotFound, match=r"`interface` 'eth99' is not there.*known are.*lo"):
        address_of("init", "eth99")
