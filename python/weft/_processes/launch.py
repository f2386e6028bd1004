"""`weft launch -n 4 train.py`: starts the processes of a job, and ends them all when one fails.

The launcher keeps the store, so it learns at once who is lost, and what a process said before it
ended. `--restarts` starts a lost process again; where the program re-forms (`weft.distributed.
Elastic`) it joins the others, else the whole job begins again.
"""

import argparse
import os
import queue
import signal
import socket
import sys
import time
from typing import Any, NamedTuple

from weft._base.errors import Error, InvalidValue
from weft._processes.interfaces import address_of
from weft._processes.logs import Output
from weft._processes.secret import new_secret
from weft._processes.server import Server
from weft._processes.session import ELASTIC
from weft._processes.worker import Host, Worker

LAST_WORDS = 2.0  # seconds for the errors of those that lost another process
ENDING = 5.0  # seconds from a polite signal to SIGKILL


class Job(NamedTuple):
    """What is asked for, checked."""

    size: int
    servers: int
    hosts: list[Host]  # of each process
    command: list[str]
    bind: str
    restarts: int
    heartbeat: float
    grace: float
    logs: str | None


def launch(options: argparse.Namespace) -> int:
    """Runs a job; returns its exit status: that of the process that failed first, 0 of none."""
    try:
        job = job_of(options)
        return Launcher(job).run()
    except (Error, OSError) as error:
        print(f"weft launch: {error}", file=sys.stderr)
        return 1


def job_of(options: argparse.Namespace) -> Job:
    """Raises ValueError for arguments that make no sense."""
    for name, value, least in (("-n", options.n, 1), ("-s", options.servers, 0),
                               ("--restarts", options.restarts, 0)):  # fmt: skip
        if value < least:
            raise InvalidValue(f"`{name}` must be at least {least}; got {value}")
    if not options.heartbeat >= 2:
        raise InvalidValue(f"`--heartbeat` must be at least 2 s; got {options.heartbeat}")
    if not 0 <= options.grace < float("inf"):
        raise InvalidValue(f"`--grace` must be at least 0 s; got {options.grace}")
    hosts = hosts_of(options.hosts, options.n, options.ssh.split())
    if any(host.ssh for host in hosts) and options.interface is None:
        raise InvalidValue(
            "`--interface` must name the network that the other hosts reach this one by"
        )
    hosts += [Host("", [])] * options.servers
    return Job(
        options.n,
        options.servers,
        hosts,
        command_of(options.script, options.module, options.arguments),
        address_of("launch", options.interface),
        options.restarts,
        options.heartbeat,
        options.grace,
        options.logs,
    )


def hosts_of(text: str | None, count: int, ssh: list[str]) -> list[Host]:
    """The host of each worker: those of a list one after another, each up to its number."""
    if text is None:
        return [Host("", [])] * count
    found: list[Host] = []
    for part in text.split(","):
        name, _, number = part.strip().partition(":")
        if not name or not (number or "1").isdigit() or name.startswith("-"):
            raise InvalidValue(f"`--hosts` must be names as in a:4,b:4; got {text!r}")
        is_here = name in ("localhost", "127.0.0.1", socket.gethostname())
        host = Host("", []) if is_here else Host(name, ssh)
        found += [host] * (int(number) if number else -(-count // len(text.split(","))))
    if len(found) < count:
        raise InvalidValue(f"`--hosts` has room for {len(found)} workers; `-n` asks for {count}")
    return found[:count]


def command_of(script: str, is_module: bool, arguments: list[str]) -> list[str]:
    """What a process runs: Python's programs by this Python."""
    if is_module:
        return [sys.executable, "-m", script, *arguments]
    if script.endswith(".py"):
        if not os.path.isfile(script):
            raise InvalidValue(f"the program `{script}` is not there")
        return [sys.executable, script, *arguments]
    return [script, *arguments]


class Ended(NamedTuple):
    """A process that has ended, with its exit code; negative: minus the signal."""

    worker: Worker
    code: int


class Launcher:
    """A job that runs."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._secret = new_secret()
        self._events: queue.Queue[Ended | None] = queue.Queue()
        self._output = Output(job.logs, job.size + job.servers)
        self._workers: dict[int, Worker] = {}
        self._left = job.restarts
        self._attempt = 0
        self._stopping: int | None = None
        self._server: Server

    # ---- the loop

    def run(self) -> int:
        """Starts all, waits for all; returns the exit status."""
        before = {
            number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            while True:
                status = self._attempt_once()
                if status is not None:
                    return status
        finally:
            self._end_all()
            for number, handler in before.items():
                signal.signal(number, handler)
            self._output.close()

    def _stop(self, number: int, frame: Any) -> None:
        self._stopping = number
        self._events.put(None)

    def _attempt_once(self) -> int | None:
        """Runs the job from its beginning; None: all of it has to begin again."""
        self._attempt += 1
        self._server = Server(
            self._job.bind,
            0,
            self._secret.encode(),
            self._name,
            heartbeat=self._job.heartbeat,
            grace=self._job.grace if self._job.restarts else 0.0,
            on_silent=self._kill,
        )
        try:
            for number in range(self._job.size + self._job.servers):
                self._begin(number)
            return self._wait()
        finally:
            self._end_all()
            self._server.close()

    @property
    def _name(self) -> str:
        return f"launch:{os.getpid()}:{self._attempt}"

    def _begin(self, number: int) -> None:
        worker = Worker(number, self._job.hosts[number], self._job.command, self._variables(number))
        self._workers[number] = worker
        self._output.follow(number, worker.process)
        worker.wait_in_thread(lambda code: self._events.put(Ended(worker, code)))

    def _variables(self, number: int) -> dict[str, str]:
        job = self._job
        mine = job.hosts[number]
        on_host = [n for n in range(job.size) if job.hosts[n].name == mine.name]
        host, port = self._server.address
        variables = {
            "WEFT_LAUNCHER": str(os.getpid()),
            "WEFT_RANK": str(number),
            "WEFT_SIZE": str(job.size + job.servers),
            "WEFT_WORKERS": str(job.size),
            "WEFT_LOCAL_RANK": str(on_host.index(number) if number in on_host else 0),
            "WEFT_LOCAL_SIZE": str(self._local_size(on_host)),
            "WEFT_STORE": f"{host}:{port}",
            "WEFT_SECRET": self._secret,
            "WEFT_JOB": self._name,
            "WEFT_RESTARTS": str(job.restarts - self._left),
            "PYTHONUNBUFFERED": "1",
        }
        if "WEFT_NUM_THREADS" not in os.environ and "OMP_NUM_THREADS" not in os.environ:
            share = (os.cpu_count() or 1) // max(1, len(on_host))
            variables["WEFT_NUM_THREADS"] = str(max(1, share))
        if sys.stderr.isatty() and not job.logs:
            variables["WEFT_TERMINAL"] = "1"
        return variables

    def _local_size(self, on_host: list[int]) -> int:
        """All processes of the host; servers are where the launcher is."""
        everybody = self._job.size + self._job.servers
        return everybody if len(on_host) == self._job.size else len(on_host)

    def _wait(self) -> int | None:
        """Returns when all workers have ended well, when one failed and cannot be started again, or
        None when all have to begin again."""
        running = set(range(self._job.size))
        while running:
            event = self._events.get()
            if self._stopping is not None:
                return self._stopped()
            if event is None or self._workers.get(event.worker.number) is not event.worker:
                continue  # one that was started again since
            number = event.worker.number
            if event.code == 0:
                running.discard(number)
                continue
            self._server.tell(number, f"its process ended {_how(event.code)}")
            re_forms = self._server.has(ELASTIC)
            if self._left == 0 or (re_forms and self._server.members.is_over):
                return self._failed(event)
            self._left -= 1
            if not re_forms:
                self._say(f"{self._called(number)} ended {_how(event.code)}; all begin again")
                return None
            self._say(f"{self._called(number)} ended {_how(event.code)}; it is started again")
            self._begin(number)
        return 0

    def _called(self, number: int) -> str:
        size = self._job.size
        return f"rank {number}" if number < size else f"server {number - size}"

    def _kill(self, member: int) -> None:
        """Ends a process that has given no sign for too long: it hangs."""
        worker = self._workers.get(member)
        if worker is not None and worker.is_running:
            worker.end(signal.SIGKILL)

    # ---- the end

    def _stopped(self) -> int:
        assert self._stopping is not None
        self._say(f"stopped by {signal.Signals(self._stopping).name}")
        self._signal_all(signal.Signals(self._stopping))
        return 128 + self._stopping

    def _failed(self, event: Ended) -> int:
        """Tells who failed first. Those that lost it end with errors, too, maybe sooner, and get
        the time to print them."""
        ended = {event.worker.number: event.code}
        limit = time.monotonic() + LAST_WORDS
        while len(ended) < self._job.size and (left := limit - time.monotonic()) > 0:
            try:
                other = self._events.get(timeout=left)
            except queue.Empty:
                break
            if other is not None:
                ended[other.worker.number] = other.code
        first = self._server.members.first_lost
        number = first if first in ended else event.worker.number
        assert number is not None
        code = ended[number]
        self._end_all()
        worker = self._workers[number]
        self._say(
            f"{self._called(number)} (process {worker.process.pid}"
            f"{' on ' + worker.host.name if worker.host.name else ''}) ended {_how(code)}; the "
            "others were ended; its last lines:"
        )
        for line in self._output.last_lines(number):
            print(f"    {line}", file=sys.stderr)
        return code if code > 0 else 128 - code

    def _say(self, text: str) -> None:
        self._output.flush()
        print(f"weft launch: {text}", file=sys.stderr, flush=True)

    def _signal_all(self, number: signal.Signals) -> None:
        for worker in self._workers.values():
            if worker.is_running:
                worker.end(number)

    def _end_all(self) -> None:
        """Ends what still runs: politely, then not."""
        self._signal_all(signal.SIGTERM)
        limit = time.monotonic() + ENDING
        for worker in self._workers.values():
            worker.wait_until(limit)
        self._signal_all(signal.SIGKILL)
        for worker in self._workers.values():
            worker.wait_until(None)
        self._output.finish()


def _how(code: int) -> str:
    if code < 0:
        try:
            return f"by signal {-code} ({signal.Signals(-code).name})"
        except ValueError:
            return f"by signal {-code}"
    return f"with exit code {code}"


__all__ = ["Job", "Launcher", "launch"]
