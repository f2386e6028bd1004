"""What a benchmark's worker process has: questions on standard input, an answer of JSON to each."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any


def answer_questions(make: Callable[[], Any]) -> None:
    """Calls the method that a line names with the rest of the line, of what `make` gives."""
    # What libraries print shall not get between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    worker = None
    for line in sys.stdin:
        question, *given = line.split()
        try:
            worker = worker or make()
            answer = getattr(worker, question)(*given)
        except Exception as error:  # the runner says it
            answer = {"failed": f"{type(error).__name__}: {error}"[:400]}
        answers.write(json.dumps(answer) + "\n")
    os._exit(0)  # some frameworks take seconds to take themselves down


def calls_in(call: Callable[[], object], seconds: float) -> int:
    """By the fastest of some calls: others may run beside them."""
    begin, fastest = time.perf_counter(), float("inf")
    for _ in range(32):
        before = time.perf_counter()
        call()
        after = time.perf_counter()
        fastest = min(fastest, after - before)
        if after - begin > 10 * seconds:
            break
    return max(1, int(seconds / fastest))


def timed(call: Callable[[], object], calls: int, count: int) -> list[float]:
    """Seconds of a call, `count` times over `calls`, after one that is not counted: other processes
    have run since the last question."""
    call()
    samples = []
    for _ in range(count):
        begin = time.perf_counter()
        for _ in range(calls):
            call()
        samples.append((time.perf_counter() - begin) / calls)
    return samples
