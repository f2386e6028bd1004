"""The runner's end of competitor.py: processes that are stopped while others are timed."""

import sys
from pathlib import Path
from typing import Any

from frameworks import Framework, environment

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))
from stopped_process import StoppedProcess  # noqa: E402

SETUP_LIMIT = 900.0  # seconds; compilers take minutes
ROUND_LIMIT = 300.0


class Competitor:
    """One framework with one variant of a workload. `state` is what its set-up answered: its times,
    or "missing" or "failed" with a reason."""

    def __init__(
        self, framework: Framework, name: str, variant: str, threads: int, files: Path
    ) -> None:
        self.framework, self.variant = framework, variant
        self.output = files / "outputs" / f"{name}-{framework.name}-{variant}.npy"
        self.rounds: list[dict[str, Any]] = []
        self._process: StoppedProcess | None = None
        if not framework.is_installed:
            self.state: dict[str, Any] = {"missing": "not installed; `make bench-peers` does it"}
            return
        self.output.parent.mkdir(parents=True, exist_ok=True)
        self.output.unlink(missing_ok=True)
        given = (framework.name, name, variant, str(threads), str(self.output))
        self._process = StoppedProcess(
            [str(framework.python), str(HERE / "competitor.py"), *given],
            environment(threads, files),
        )
        try:
            self.state = self._process.answer(SETUP_LIMIT)
        except BaseException:  # the runner is ended, and nobody has this object yet to close it
            self.close()
            raise

    @property
    def label(self) -> str:
        return f"{self.framework.name} {self.variant}"

    @property
    def is_ready(self) -> bool:
        return self._process is not None and self._process.runs and "version" in self.state

    def memory(self) -> dict[str, float]:
        """MB, of one that has taken samples. *Growth* is the largest resident memory less what was
        resident once the framework was imported: while it was timed, and in its whole life with
        loading and compiling. *Allocated* is what the framework's own allocator had lent at most,
        where it tells."""
        imported = self.state["imported_mb"]
        timed = max(taken["peak_mb"] for taken in self.rounds)
        life = max(self.state["peak_mb"], timed)
        found = {"peak_mb": timed, "life_peak_mb": life, "imported_mb": imported}
        found |= {"growth_mb": timed - imported, "life_growth_mb": life - imported}
        allocated = self.ask("allocated").get("allocated_mb")
        if allocated is not None:
            found["allocated_mb"] = allocated
        return {name: round(value, 1) for name, value in found.items()}

    def ask(self, question: str) -> dict[str, Any]:
        assert self._process is not None
        return self._process.ask(question, ROUND_LIMIT)

    def sample(self, seconds: float) -> None:
        """One round."""
        answer = self.ask(f"sample {seconds}")
        if "samples" in answer:
            self.rounds.append(answer)
        else:
            self.close()
            self.state = answer

    def close(self) -> None:
        """Ends the process and whatever it started."""
        if self._process is not None:
            self._process.close()
