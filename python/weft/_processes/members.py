"""Who takes part, in generations: the part of the store that decides it.

Processes *join*. The first generation begins when as many have come as the job has; a later one
when all that live have come, and those that the launcher starts again, or when the time for it is
over. All get the same answer: the generation and the numbers of its members, whose places are the
ranks. What makes a generation impossible (two processes of one number, different versions) is told
to all that have joined and to all that will.

A store may take the place of one that is lost: then the first that join it say which generation was
the last one. It begins the next generation only with more than half of the members of that one, and
a store that may be replaced only with at least half; so where a network is cut in two, one side
goes on at most.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from weft._processes.connection import Connection

PATIENCE = 4.0  # seconds beyond `grace` until a generation begins without those that are late


class Joined(NamedTuple):
    """A request to join: who asks, the number of the request, and what it says of itself."""

    connection: Connection
    request: int
    info: dict[str, Any]

    @property
    def name(self) -> str:
        return f"process {self.info.get('pid')} on {self.info.get('host')}"


class Members:
    """The members of the present generation, and those that wait for the next one.

    call_later: of the loop, `call_later(seconds, function)`
    grace: how many seconds a new generation waits for a lost member that is started again
    """

    def __init__(self, call_later: Callable[..., Any], grace: float) -> None:
        self._call_later = call_later
        self._grace = grace
        self.generation = 0
        self.present: dict[int, Joined] = {}
        self._lost: dict[int, str] = {}  # of the present generation
        self._told: dict[int, str] = {}  # why members failed, as they said
        self._round: dict[int, Joined] = {}
        self._round_number = 0
        self._grace_over = True
        self._refused: str | None = None
        self._size: int | None = None
        self.first_lost: int | None = None  # who failed first in the present generation
        self._left: set[int] = set()  # have ended as they should
        self.may_be_replaced = False  # is there a store that takes the place of this one?
        # Of a generation whose store is lost: who is expected, and who counts for a majority.
        self._expected: set[int] = set()
        self._voters: set[int] = set()

    @property
    def is_over(self) -> bool:
        """Has somebody ended as it should, so that nothing can begin again?"""
        return bool(self._left)

    # ---- joining

    def join(self, connection: Connection, request: int, info: dict[str, Any]) -> None:
        """Takes a process into the next generation."""
        mine = Joined(connection, request, info)
        member = int(info["member"])
        self._refused = self._refused or self._refusal(member, mine)
        if self._refused:
            self._answer_all({"error": self._refused}, [*self._round.values(), mine])
            self._round.clear()
            return
        connection.member = member
        self._size = int(info["size"])
        if "after" in info and not self.present:
            self._continue_after(info["after"])
        if member in self.present and self.present[member].connection is not connection:
            self.disconnect(self.present[member].connection, "its process was started again")
        first = not self._round
        self._round[member] = mine
        if self.generation and first:
            self._begin_round()
        self._complete_if_all()

    def _continue_after(self, last: dict[str, Any]) -> None:
        """Takes the place of a lost store. `last`: its generation, the members of that, which of
        them kept the store, and whether its process is known to have ended."""
        number = int(last["generation"])
        if number <= self.generation:
            return
        self.generation = number
        members, keeper = {int(member) for member in last["members"]}, int(last["keeper"])
        self._expected = members - {keeper}
        self._voters = self._expected if last["ended"] else members

    def _has_quorum(self) -> bool:
        """Are enough of the last generation here, so that no others can go on elsewhere?"""
        if self._voters:
            return 2 * len(self._voters & set(self._round)) > len(self._voters)
        voters = set(self.present) - self._left
        return not self.may_be_replaced or 2 * len(voters & set(self._round)) >= len(voters)

    def _refusal(self, member: int, new: Joined) -> str | None:
        """Why this process cannot take part, None if it can."""
        size = int(new.info["size"])
        others = [*self._round.values(), *self.present.values()]
        if self._size is not None and size != self._size:
            return (
                f"init: all processes must be told the same number of ranks; {new.name}, rank "
                f"{member}, was told {size}, others {self._size}"
            )
        if not 0 <= member < size:
            return f"init: ranks must be from 0 to {size - 1}; {new.name} was told {member}"
        if others and new.info.get("version") != others[0].info.get("version"):
            return (
                f"init: all processes must have the same version of Weft; rank {member}, "
                f"{new.name}, has {new.info.get('version')}, rank {others[0].info['member']} has "
                f"{others[0].info.get('version')}"
            )
        twin = self._round.get(member)
        if twin is not None and not twin.connection.writer.is_closing():
            return (
                f"init: two processes were told that they are rank {member}: {twin.name} and "
                f"{new.name}"
            )
        return None

    def _begin_round(self) -> None:
        """Those who live and have not failed yet learn that the others form a new generation."""
        self._round_number += 1
        number = self._round_number
        for member, joined in self._round.items():
            if member not in self.present:
                self._break(member, f"rank {member} ({joined.name}) joins")
        self._call_later(self._grace, self._complete_if_all)
        self._call_later(PATIENCE + self._grace, self._out_of_patience, number)
        self._grace_number = number
        self._grace_over = self._grace == 0
        self._call_later(self._grace, self._end_grace, number)

    def _end_grace(self, number: int) -> None:
        if number == self._grace_number:
            self._grace_over = True
            self._complete_if_all()

    def _out_of_patience(self, number: int) -> None:
        """Goes on without those that have not come."""
        if number != self._round_number or not self._round:
            return
        for member in [m for m in self.present if m not in self._round]:
            self.lose(member, "it did not come to form a new group in time")
        if number != self._round_number or not self._round:
            return  # that completed it
        if self._has_quorum():
            self._complete()
            return
        least = "more than" if self._voters else "at least"
        of = len(self._voters or self.present)
        error = (
            f"{len(self._round)} of the last {of} processes are here, and a job whose store may be "
            f"on either side of a network that is cut goes on with {least} half of them"
        )
        self._answer_all({"error": error}, list(self._round.values()))
        self._round = {}

    def _complete_if_all(self) -> None:
        if not self._round or self._size is None:
            return
        everybody = len(self._round) == self._size
        if not self.generation:
            complete = everybody
        else:
            gone = {*self._lost, *self._left}
            awaited = {*self.present, *self._expected} - gone
            complete = everybody or (awaited <= set(self._round) and self._grace_over)
        if complete and self._has_quorum():
            self._complete()

    def _complete(self) -> None:
        self.generation += 1
        self.present = dict(sorted(self._round.items()))
        self._round, self._lost, self._told, self._left = {}, {}, {}, set()
        self._expected, self._voters = set(), set()
        self.first_lost = None
        self._round_number += 1
        answer = {
            "generation": self.generation,
            "members": list(self.present),
            "hosts": [joined.info.get("host") for joined in self.present.values()],
        }
        self._answer_all(answer, list(self.present.values()))

    @staticmethod
    def _answer_all(answer: dict[str, Any], joined: list[Joined]) -> None:
        for each in joined:
            each.connection.send({"id": each.request, **answer})

    # ---- losing

    def disconnect(self, connection: Connection, reason: str) -> None:
        """A connection is lost; it counts where its member has no newer one."""
        member = connection.member
        if member is None:
            return
        waiting = self._round.get(member)
        if waiting is not None and waiting.connection is connection:
            del self._round[member]
        known = self.present.get(member)
        if known is not None and known.connection is connection:
            self.lose(member, reason)
        elif not self.generation and waiting is not None:
            self._refused = f"init: rank {member} ({waiting.name}) is lost: {reason}"
            self._answer_all({"error": self._refused}, list(self._round.values()))
            self._round.clear()

    def lose(self, member: int, reason: str) -> None:
        """A member of the present generation is lost: all others are told."""
        known = self.present.get(member)
        if known is None or member in self._lost:
            return
        told = self._told.get(member)
        self._lost[member] = reason
        self._left.discard(member)  # its exit code says otherwise
        if told is None:
            self._break(member, f"rank {self._rank(member)} ({known.name}) is lost: {reason}")
        self._complete_if_all()

    def fail(self, generation: int, member: int, text: str) -> None:
        """A member says that it failed, and why: all others are told."""
        if generation != self.generation or member in self._told or member not in self.present:
            return
        self._told[member] = text
        name = self.present[member].name
        self._break(member, f"rank {self._rank(member)} ({name}) failed: {text}")

    def _rank(self, member: int) -> int:
        return list(self.present).index(member)

    def _break(self, member: int, text: str) -> None:
        """Tells all members of the present generation that it is of no use any more."""
        if self.first_lost is None:
            self.first_lost = member
        for number, joined in self.present.items():
            if number != member and number not in self._lost:
                joined.connection.send(
                    {"event": "broken", "generation": self.generation, "text": text}
                )

    def leave(self, connection: Connection) -> None:
        """A member ends as it should: nobody waits for it."""
        member = connection.member
        if member is None:
            return
        known = self.present.get(member)
        if known is not None and known.connection is connection:
            self._left.add(member)
            self._complete_if_all()


__all__ = ["PATIENCE", "Joined", "Members"]
