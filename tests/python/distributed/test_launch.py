"""`weft launch`: the processes, what they print, and the end of all when one fails."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading

import pytest
from jobs import environment, launched, run

HELLO = """
import os
from weft._processes import session
s = session.start()
print(s.rank, s.size, s.place.local_rank, os.environ["WEFT_NUM_THREADS"])
print(b"".join(s.client.exchange("x", "x", s.rank, s.ranks, b"%d" % s.rank)).decode())
"""


def test_all_processes_know_their_rank_and_find_each_other(tmp_path):
    result = launched("-n 3", HELLO, tmp_path)
    threads = max(1, os.cpu_count() // 3)
    assert result.code == 0, result.err
    assert [result.lines(n) for n in range(3)] == [
        [f"{n} 3 {n} {threads}", "012"] for n in range(3)
    ]


def test_arguments_modules_and_commands(tmp_path):
    text = "import sys; print(sys.argv[1:])"
    assert launched("-n 1", text, tmp_path, "--lr", "0.1").out == "['--lr', '0.1']\n"
    (tmp_path / "own_module.py").write_text("print('module')")
    weft = [sys.executable, "-m", "weft", "launch", "-n", "2"]
    found = run([*weft, "-m", "own_module"], tmp_path, PYTHONPATH=pythonpath(tmp_path))
    assert sorted(found.out.splitlines()) == ["[0] module", "[1] module"]
    assert run([*weft, "true"], tmp_path).code == 0


def pythonpath(folder):
    return environment(folder)["PYTHONPATH"] + os.pathsep + str(folder)


FAILS = """
import sys, threading
from weft._processes import session
s = session.start()
s.client.exchange("x", "x", s.rank, s.ranks, b"")
told = threading.Event()
s.on_broken(lambda text: told.set())
if s.rank == 1:
    for other in set(s.ranks) - {{1}}:  # they have the answer before this one fails
        s.client.get(f"past/{{other}}")
    print("before")
    {failure}
s.client.set(f"past/{{s.rank}}", b"")
if s.broken is None:
    told.wait(60)
s.check("all_reduce")
"""


@pytest.mark.parametrize(
    "failure, code, how, told",
    [
        ("raise ValueError('bad batch')", 1, "with exit code 1", "failed: ValueError: bad batch"),
        ("sys.exit(7)", 7, "with exit code 7", None),
        ("import os; os.kill(os.getpid(), 9)", 137, r"by signal 9 \(SIGKILL\)", "is lost"),
    ],
    ids=["raises", "exits", "killed"],
)
def test_the_failure_of_one_ends_all_and_is_told(tmp_path, failure, code, how, told):
    result = launched("-n 3", FAILS.format(failure=failure), tmp_path)
    assert result.code == code, result.err
    assert re.search(rf"weft launch: rank 1 \(process \d+\) ended {how}", result.err)
    report = result.err.partition("its last lines:")[2]
    assert "before" in report
    if told:
        pattern = rf"Disconnected: all_reduce: rank 1 \(process \d+ on .*\) {told}"
        assert len(re.findall(rf"\[[02]\] .*{pattern}", result.err)) >= 1, result.err


def test_logs_by_rank(tmp_path):
    text = "import sys; print('out'); print('err', file=sys.stderr)"
    result = launched("-n 2 --logs logs", text, tmp_path)
    assert (result.code, result.out, result.err) == (0, "", "")
    for rank in range(2):
        lines = (tmp_path / "logs" / f"rank-{rank}.log").read_text().splitlines()
        assert sorted(lines) == ["err", "out"]


SLEEPS = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
child.wait()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_and_what_they_have_started(tmp_path, number):
    (tmp_path / "program.py").write_text(SLEEPS)
    job = subprocess.Popen(
        [sys.executable, "-m", "weft", "launch", "-n", "2", "program.py"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    guard = threading.Timer(60, job.kill)
    guard.start()
    children = [int(job.stdout.readline().split()[-1]) for _ in range(2)]
    job.send_signal(number)
    _, err = job.communicate()
    guard.cancel()
    assert job.returncode == 128 + number
    assert f"stopped by {number.name}" in err
    for child in children:
        assert not is_running(child)


def is_running(process):
    """Is it there, and no zombie that nobody has waited for?"""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_job_that_does_not_re_form_begins_again(tmp_path):
    text = """
import os, sys
from weft._processes import session
s = session.start()
print("restarts", os.environ["WEFT_RESTARTS"])
s.client.exchange("x", "x", s.rank, s.ranks, b"")
if s.rank == 0 and os.environ["WEFT_RESTARTS"] != "2":
    s.client.exchange("y", "y", 0, s.ranks, b"")  # the other has what it has asked for
    os.kill(os.getpid(), 9)
s.client.set("y/1", b"")
"""
    result = launched("-n 2 --restarts 2", text, tmp_path)
    assert result.code == 0, result.err
    assert result.lines(0) == ["restarts 0", "restarts 1", "restarts 2"]
    assert result.err.count("all begin again") == 2


REFORMS = """
import os, threading
from weft._processes import session
s = session.start()
if not s.generation.number:  # started again: joins where the others do
    s.join()
s.client.set("elastic", b"")
told = threading.Event()
s.on_broken(lambda text: told.set())
s.client.exchange("x", f"x{s.generation.number}", s.place.rank, s.ranks, b"")
if s.generation.number == 1 and s.rank == 1:
    s.client.exchange("y", "y", 1, s.ranks, b"")  # the others have what they have asked for
    os.kill(os.getpid(), 9)
s.client.set(f"y/{s.rank}", b"")
if s.generation.number == 1:
    if s.broken is None:
        told.wait(60)
    s.join()
    s.client.exchange("x", f"x{s.generation.number}", s.place.rank, s.ranks, b"")
print(s.generation.number, s.rank, s.size, os.environ["WEFT_RESTARTS"])
"""


def test_a_lost_process_is_started_again_and_joins(tmp_path):
    result = launched("-n 3 --restarts 1 --grace 60", REFORMS, tmp_path)
    assert result.code == 0, result.err
    assert [result.lines(n) for n in range(3)] == [["2 0 3 0"], ["2 1 3 1"], ["2 2 3 0"]]
    assert "rank 1 ended by signal 9 (SIGKILL); it is started again" in result.err


SSH = """#!/bin/sh
# Stands in for ssh: the host's name, then a command.
echo "to $1" >> {log}
shift
exec "$@"
"""


def test_processes_on_other_hosts(tmp_path):
    ssh, log = tmp_path / "ssh", tmp_path / "log"
    ssh.write_text(SSH.format(log=log))
    ssh.chmod(0o755)
    result = launched(f"-n 3 --hosts far:2,localhost --interface lo --ssh {ssh}", HELLO, tmp_path)
    assert result.code == 0, result.err
    assert log.read_text() == "to far\nto far\n"
    assert [line.split()[2] for n in range(3) for line in result.lines(n)[:1]] == ["0", "1", "0"]


def test_a_failure_on_another_host_ends_all(tmp_path):
    ssh = tmp_path / "ssh"
    ssh.write_text(SSH.format(log=tmp_path / "log"))
    ssh.chmod(0o755)
    text = FAILS.format(failure="sys.exit(7)")
    result = launched(f"-n 2 --hosts a,b --interface lo --ssh {ssh}", text, tmp_path)
    assert result.code == 7
    assert re.search(r"rank 1 \(process \d+ on b\) ended with exit code 7", result.err)


@pytest.mark.parametrize(
    "options, message",
    [
        ("-n 0", "`-n` must be at least 1; got 0"),
        ("-n 2 -s -1", "`-s` must be at least 0"),
        ("-n 2 --restarts -1", "`--restarts` must be at least 0"),
        ("-n 3 --hosts a:1,b:1 --interface lo", "has room for 2 workers; `-n` asks for 3"),
        ("-n 2 --hosts a:x", "must be names as in a:4,b:4"),
        ("-n 2 --hosts=-oProxyCommand=x", "must be names"),
        ("-n 2 --hosts far:2", "`--interface` must name the network"),
        ("-n 2 --interface eth99", "'eth99' is not there"),
        ("-n 2 --heartbeat 0", "at least 2 s"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(tmp_path, options, message):
    result = launched(options, "", tmp_path)
    assert result.code == 1
    assert message in result.err


def test_a_program_that_is_not_there_is_named(tmp_path):
    result = run([sys.executable, "-m", "weft", "launch", "-n", "2", "none.py"], tmp_path)
    assert (result.code, result.err) == (1, "weft launch: the program `none.py` is not there\n")


# ---- other launchers

MPI = [
    pytest.param([name, *options], id=name, marks=pytest.mark.skipif(not path, reason="not here"))
    for name, options in (
        ("mpirun.openmpi", ["--allow-run-as-root", "--oversubscribe"]),
        ("mpirun.mpich", []),
    )
    for path in [shutil.which(name)]
]
TELLS = """
from pathlib import Path
from weft._processes import session
s = session.start()
found = b"".join(s.client.exchange("x", "x", s.rank, s.ranks, b"%d" % s.rank)).decode()
Path(f"out-{s.rank}").write_text(f"{s.rank} {s.size} {s.place.local_rank} {found}")
"""


def check_told(folder):
    """Both ranks knew who they are, and found each other."""
    outs = [(folder / f"out-{rank}").read_text() for rank in range(2)]
    assert outs == ["0 2 0 01", "1 2 1 01"]


@pytest.mark.parametrize("mpirun", MPI)
def test_the_same_program_by_mpirun(tmp_path, mpirun):
    (tmp_path / "program.py").write_text(TELLS)
    result = run([*mpirun, "-n", "2", sys.executable, "program.py"], tmp_path)
    assert result.code == 0, result.err
    check_told(tmp_path)


def started(folder, *variables):
    """The same program by hand, once for each set of variables; what each printed."""
    (folder / "program.py").write_text(TELLS)
    made = [
        subprocess.Popen(
            [sys.executable, "program.py"],
            cwd=folder,
            env=environment(folder, **each),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for each in variables
    ]
    return [each.communicate(timeout=60)[0] for each in made]


def test_the_same_program_by_srun(tmp_path):
    slurm = {"SLURM_NTASKS": "2", "SLURM_JOB_ID": "5", "SLURM_STEP_TASKS_PER_NODE": "2"}
    ranks = ({**slurm, "SLURM_PROCID": str(n), "SLURM_LOCALID": str(n)} for n in range(2))
    assert started(tmp_path, *ranks) == ["", ""]
    check_told(tmp_path)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])  # the launcher names an address
def test_the_same_program_by_torchruns_variables(tmp_path, free_port, address):
    hosts = {"LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": address, "MASTER_PORT": str(free_port)}
    common = {"WORLD_SIZE": "2", **hosts}
    ranks = ({**common, "RANK": str(n), "LOCAL_RANK": str(n)} for n in range(2))
    assert started(tmp_path, *ranks) == ["", ""]
    check_told(tmp_path)


def test_a_wrong_number_of_ranks_is_told_to_all(tmp_path):
    outs = started(
        tmp_path, {"WEFT_RANK": "0", "WEFT_SIZE": "2"}, {"WEFT_RANK": "1", "WEFT_SIZE": "3"}
    )
    for out in outs:
        assert "all processes must be told the same number of ranks" in out


def test_two_processes_of_one_rank_are_told(tmp_path):
    outs = started(
        tmp_path,
        {"WEFT_RANK": "0", "WEFT_SIZE": "3"},
        {"WEFT_RANK": "1", "WEFT_SIZE": "3"},
        {"WEFT_RANK": "1", "WEFT_SIZE": "3"},
    )
    for out in outs:
        assert "two processes were told that they are rank 1" in out
