"""Memory of networks beside other frameworks, and what a budget costs.

    memory.py [--json FILE] [--budgets N] [--only NAME...]

Each framework runs in a process of its own. *Growth* is the peak of its resident memory while it
runs, less what was resident once the framework was imported: parameters, gradients, states and
activations count. *Allocated* is what the framework's allocator had lent at most, where it tells.
A training step of ResNet-18 and of a transformer of six layers is planned whole; budgets between
the plain plan and the least that the planner finds follow, each with its time as a ratio to that of
the plain plan, taken in turns. Inference of ResNet-50 and MobileNet v2 is of an exported file.

The aims: 0.52 x PyTorch's growth for ResNet-18, 0.6 x for the transformer, and with a third of it
at most 1.25 x the plain time; 0.6 x ONNX Runtime's for inference.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))
import files  # noqa: E402
from frameworks import ONNXRUNTIME, TORCH, WEFT, Framework  # noqa: E402
from processes import Competitor  # noqa: E402
from run import KEPT, write_models, write_own  # noqa: E402
from side_by_side import machine  # noqa: E402

THREADS = 2
ROUNDS, SECONDS = 3, 1.0
TRAINING = {"resnet18_train": (0.52, "eager"), "gpt_long_train": (0.6, "eager")}
INFERENCE = ("resnet50_b1", "mobilenetv2_b1")
Row = dict[str, Any]


def started(framework: Framework, name: str, variant: str) -> Competitor:
    return Competitor(framework, name, variant, THREADS, KEPT)


def row(competitor: Competitor) -> Row:
    """Megabytes and seconds of a competitor that has run; why it has not, else."""
    found: Row = {"framework": competitor.framework.name, "variant": competitor.variant}
    if not competitor.rounds:
        return {**found, "missing": str(competitor.state)[:400]}
    found["seconds"] = min(second for taken in competitor.rounds for second in taken["samples"])
    return found | competitor.memory()


def measured(competitors: list[Competitor]) -> list[Row]:
    try:
        for number in range(ROUNDS):
            for competitor in competitors[:: -1 if number % 2 else 1]:
                if competitor.is_ready:
                    competitor.sample(SECONDS)
        return [row(competitor) for competitor in competitors]
    finally:
        for competitor in competitors:
            competitor.close()


def show(name: str, found: Row, beside: Row | None = None, aim: float | None = None) -> None:
    label = f"{name:16s} {found['framework']:12s} {found['variant']:14s}"
    if "missing" in found:
        print(f"{label} not run: {found['missing']}", flush=True)
        return
    text = f"{label} growth {found['life_growth_mb']:8.1f} MB"
    if "allocated_mb" in found:
        text += f"   allocated {found['allocated_mb']:8.1f} MB"
    text += f"   {found['seconds'] * 1e3:8.1f} ms"
    if beside and "life_growth_mb" in beside:
        text += (
            f"   {found['life_growth_mb'] / beside['life_growth_mb']:.2f} x {beside['framework']}"
        )
        text += f" (aim {aim})" if aim else ""
    print(text, flush=True)


def least_of(name: str) -> float | None:
    """Megabytes that the planner says it needs."""
    refused = started(WEFT, name, "plan 1MB")
    refused.close()
    said = re.search(r"at least (\d+) bytes", str(refused.state.get("failed")))
    return int(said[1]) / 1e6 if said else None


def planned(name: str) -> float:
    """Megabytes of the plain plan."""
    competitor = started(WEFT, name, "plan")
    try:
        return competitor.ask("arena")["arena_mb"]
    finally:
        competitor.close()


def training(name: str, budgets: int) -> list[Row]:
    aim, variant = TRAINING[name]
    peer, plain = measured([started(TORCH, name, variant), started(WEFT, name, "plan")])
    show(name, peer)
    show(name, plain, peer, aim)
    rows = [peer, plain]
    least, most = least_of(name), planned(name)
    if least is None or budgets == 0:
        return rows
    print(f"{name:16s} plain plan {most:.1f} MB, least {least:.1f} MB")
    for number in range(budgets):
        share = 1 - number / max(1, budgets - 1)
        budget = f"plan {least + (most - least) * share + 0.001:.3f}MB"
        pair = measured([started(WEFT, name, budget), started(WEFT, name, "plan")])
        show(name, pair[0], peer)
        if "seconds" in pair[0] and "seconds" in pair[1]:
            pair[0]["time_ratio"] = pair[0]["seconds"] / pair[1]["seconds"]
            print(f"{'':46s} {pair[0]['time_ratio']:.3f} x the time of the plain plan")
        rows.append(pair[0])
    return rows


def inference(name: str) -> list[Row]:
    peer, own = measured([started(ONNXRUNTIME, name, "run"), started(WEFT, name, "file")])
    show(name, peer)
    show(name, own, peer, 0.6)
    return [peer, own]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--budgets", type=int, default=8)
    parser.add_argument("--only", nargs="+", default=[*TRAINING, *INFERENCE], metavar="NAME")
    options = parser.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    files.use(KEPT)
    about = machine()
    print("Memory (" + ", ".join(f"{key} {value}" for key, value in about.items()) + ")")
    names = [name for name in INFERENCE if name in options.only]
    write_models(names, THREADS)
    write_own(names, THREADS)
    content: dict[str, Any] = {"machine": about, "rows": {}}
    for name in TRAINING:
        if name in options.only:
            content["rows"][name] = training(name, options.budgets)
    for name in names:
        content["rows"][name] = inference(name)
    if options.json:
        options.json.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
