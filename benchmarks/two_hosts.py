"""Two hosts on one machine: network namespaces, joined by a pair of veth devices of a given rate.

    with two_hosts("1gbit") as hosts:
        subprocess.Popen([*hosts.on(0), "program"])  # on the first host, pinned to processor 0
        hosts.set_rate("10gbit")

Namespaces, devices and queues need root, or `CAP_NET_ADMIN` and `CAP_SYS_ADMIN`, and the commands
`ip` and `tc`; nothing else on the machine changes. The namespaces are named after this process, and
are deleted when the context ends, however it ends; those that a killed process left behind are
deleted by the next one.

    python benchmarks/two_hosts.py [1gbit 10gbit ...]

says what one TCP stream moves over such a pair.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PREFIX = "weft-bench-"
INTERFACE = "wire"  # of this name in both namespaces
ADDRESSES = ("10.77.0.1", "10.77.0.2")
# A queue of as many milliseconds as a switch has; a burst that holds a whole segment of 64 KiB.
QUEUE = "10ms"
BURST_SECONDS, LEAST_BURST = 0.0005, 1 << 17
# What TCP does about full queues: Linux's own default, or the classic way where the machine allows
# namespaces no other. Some machines have chosen BBR, which costs time on short ways.
CONGESTION = """
at=/proc/sys/net/ipv4/tcp_congestion_control
echo cubic > $at 2> /dev/null || echo reno > $at
"""


class RightsError(Exception):
    """What this machine or user lacks."""


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RightsError(f"two_hosts: `{' '.join(command)}` failed: {done.stderr.strip()}")


def check() -> None:
    """Raises RightsError where namespaces cannot be made, and says what is missing."""
    for command in ("ip", "tc"):
        if shutil.which(command) is None:
            raise RightsError(f"two_hosts: there is no `{command}`; apt-get install iproute2")
    if os.geteuid() != 0:
        raise RightsError("two_hosts: network namespaces need root; run this as root (or sudo)")


def bits_of(rate: str) -> float:
    """Bits a second of a rate as `tc` writes it."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kmg]?)bit", rate)
    if found is None:
        raise ValueError(f"two_hosts: a rate must be like 1gbit or 500mbit; got {rate!r}")
    return float(found[1]) * {"": 1, "k": 1e3, "m": 1e6, "g": 1e9}[found[2]]


class Hosts:
    """The two namespaces while they are there.

    interface: the name of the device that reaches the other host, on both
    """

    interface = INTERFACE

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._has_queue = False

    def on(self, host: int, *, processor: int | None = None) -> list[str]:
        """The words before a command that runs it on a host, pinned to a processor: by default
        that of the host's number."""
        chosen = (host if processor is None else processor) % (os.cpu_count() or 1)
        return ["ip", "netns", "exec", self._names[host], "taskset", "-c", str(chosen)]

    def set_rate(self, rate: str) -> None:
        """Limits what each host sends, also while programs run. "" takes the limit away."""
        for name in self._names:
            queue = ("tc", "-n", name, "qdisc")
            if not rate:
                if self._has_queue:
                    _run(*queue, "del", "dev", INTERFACE, "root")
                continue
            burst = max(LEAST_BURST, int(bits_of(rate) / 8 * BURST_SECONDS))
            limits = ("tbf", "rate", rate, "burst", str(burst), "latency", QUEUE)
            _run(*queue, "replace", "dev", INTERFACE, "root", *limits)
        self._has_queue = bool(rate)


def _sweep() -> None:
    """Deletes what killed processes have left."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False)
    for line in listed.stdout.splitlines():
        name = line.split()[0] if line.split() else ""
        found = re.fullmatch(rf"{PREFIX}(\d+)-[01]", name)
        if found and not Path(f"/proc/{found[1]}").exists():
            _run("ip", "netns", "delete", name)


@contextlib.contextmanager
def two_hosts(rate: str = "") -> Iterator[Hosts]:
    """Makes the namespaces; deletes them at the end, also where the program is asked to end."""
    check()
    _sweep()
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit("two_hosts: terminated"))
    names = [f"{PREFIX}{os.getpid()}-{host}" for host in (0, 1)]
    made: list[str] = []
    try:
        for name in names:
            _run("ip", "netns", "add", name)
            made.append(name)
        one, other = names
        pair = ("type", "veth", "peer", "name", INTERFACE, "netns", other)
        _run("ip", "-n", one, "link", "add", INTERFACE, *pair)
        for name, address in zip(names, ADDRESSES, strict=True):
            _run("ip", "-n", name, "address", "add", f"{address}/24", "dev", INTERFACE)
            _run("ip", "-n", name, "link", "set", INTERFACE, "up")
            _run("ip", "-n", name, "link", "set", "lo", "up")
            _run("ip", "netns", "exec", name, "sh", "-c", CONGESTION)
        hosts = Hosts(names)
        hosts.set_rate(rate)
        yield hosts
    finally:
        for name in made:
            _run("ip", "netns", "delete", name)
        signal.signal(signal.SIGTERM, before)


# ---- what the pair moves ------------------------------------------------------------------------

_STREAM = """
import socket, sys, time
block = memoryview(bytearray(1 << 20))
if sys.argv[1] == "read":
    with socket.create_server((sys.argv[2], 7700)) as server:
        print("ready", flush=True)
        peer = server.accept()[0]
        begin, count = None, 0
        while got := peer.recv_into(block):
            if begin is None:
                begin, count = time.perf_counter(), -got
            count += got
        print(8 * count / (time.perf_counter() - begin))
else:
    with socket.create_connection((sys.argv[2], 7700)) as peer:
        end = time.perf_counter() + float(sys.argv[3])
        while time.perf_counter() < end:
            peer.sendall(block)
"""


def measured(hosts: Hosts, seconds: float = 0.5) -> float:
    """Bits a second of one TCP stream from the second host to the first."""
    own = [sys.executable, "-c", _STREAM]
    reader = subprocess.Popen(
        [*hosts.on(0), *own, "read", ADDRESSES[0]], stdout=subprocess.PIPE, text=True
    )
    try:
        assert reader.stdout is not None
        reader.stdout.readline()
        subprocess.run([*hosts.on(1), *own, "write", ADDRESSES[0], str(seconds)], check=True)
        return float(reader.communicate(timeout=60)[0])
    finally:
        reader.kill()
        reader.wait()


def main() -> None:
    rates = sys.argv[1:] or ["1gbit", "10gbit", ""]
    with two_hosts() as hosts:
        for rate in rates:
            hosts.set_rate(rate)
            time.sleep(0.1)  # what the queue before has let through
            print(f"{rate or 'no limit':10} {measured(hosts) / 1e9:.3f} Gbit/s", flush=True)


if __name__ == "__main__":
    try:
        main()
    except RightsError as missing:
        raise SystemExit(str(missing)) from None
