"""The arguments of `weft launch`, which the command knows without what runs it."""

import argparse


def add_launch(command: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    command.add_argument("-n", type=int, default=1, metavar="N", help="number of workers")
    command.add_argument(
        *("-s", "--servers"), type=int, default=0, metavar="N", help="servers of a KVStore"
    )
    command.add_argument(
        "--hosts",
        metavar="A,B:2",
        help="hosts by ssh, with the most workers of each; this host alone by default",
    )
    command.add_argument(
        "--interface", metavar="NAME", help="network interface or address that the store is bound "
        "to; loopback by default"
    )  # fmt: skip
    command.add_argument(
        "--logs", metavar="DIR", help="write what each process prints to DIR/rank-N.log"
    )
    command.add_argument(
        "--restarts", type=int, default=0, metavar="K", help="start lost processes again, K times"
    )
    command.add_argument(
        "--heartbeat",
        type=float,
        default=4.0,
        metavar="SECONDS",
        help="without a sign of life for so long a process counts as lost",
    )
    command.add_argument(
        "--grace",
        type=float,
        default=5.0,
        metavar="SECONDS",
        help="how long the others wait for a process that is started again",
    )
    command.add_argument(
        "--ssh", default="ssh -o BatchMode=yes", metavar="COMMAND", help="what reaches a host"
    )
    command.add_argument("-m", dest="module", action="store_true", help="SCRIPT is a module")
    command.add_argument("script", help="a program: train.py, or a command")
    command.add_argument("arguments", nargs=argparse.REMAINDER, help="its arguments")


__all__ = ["add_launch"]
