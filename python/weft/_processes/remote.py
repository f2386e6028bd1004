"""What `weft launch` runs on another host: starts one process, and ends it when the launcher does.

The first line of the standard input is a JSON object with "folder", "command" and "variables"; each
later one is the number of a signal for the process. The end of the input is SIGKILL.
"""

import json
import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Runs the process; returns its exit status as a shell does."""
    told = json.loads(sys.stdin.readline())
    process = subprocess.Popen(
        told["command"],
        stdin=subprocess.DEVNULL,
        cwd=told["folder"],
        env={**os.environ, **told["variables"]},
        start_new_session=True,
    )
    threading.Thread(target=_obey, args=(process,), daemon=True).start()
    code = process.wait()
    return code if code >= 0 else 128 - code


def _obey(process: subprocess.Popen[bytes]) -> None:
    for line in sys.stdin:
        _send(process, int(line))
    _send(process, signal.SIGKILL)


def _send(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return  # it has ended


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # the thread reads the standard input, and would be waited for

__all__ = ["main"]
