"""The page docs/zoo.md: every network of the model zoo with its paper, its parameters and
multiply-adds, the published weights that it takes, and what one run takes here.

    python benchmarks/zoo.py                  writes the page anew
    python benchmarks/zoo.py --measure        measures first what results/zoo.json does not have
    python benchmarks/zoo.py --measure NAME … measures these again

Names, parameters and multiply-adds come from the zoo: shapes are inferred through the graph, so
nothing runs for them and no parameter needs memory. Times and memory are of results/zoo.json: one
input, one thread, float32, hybridized, parameters of zeros, whose values decide no time. A time is
the least of several runs in seconds of the processor, which other programs do not lengthen; memory
is parameters, weights that are prepared once, and the arena of the plan.
"""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import weft
from side_by_side import machine
from weft import hub, np, npx, sym, viz
from weft.gluon.model_zoo import text, vision

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "zoo.md"
RESULTS = ROOT / "benchmarks" / "results" / "zoo.json"
RUNS, SECONDS = 10, 0.5  # of a measurement, whichever ends first

# Who described a network, by its class: authors, year, number of the paper at arXiv.
PAPERS = {
    "AlexNet": ("Krizhevsky", "2014", "1404.5997"),
    "BERT": ("Devlin et al.", "2018", "1810.04805"),
    "ConvNeXt": ("Liu et al.", "2022", "2201.03545"),
    "DenseNet": ("Huang et al.", "2016", "1608.06993"),
    "EfficientNet": ("Tan and Le", "2019", "1905.11946"),
    "GPT": ("Radford et al.", "2019", ""),
    "Inception3": ("Szegedy et al.", "2015", "1512.00567"),
    "LeNet": ("LeCun et al.", "1998", ""),
    "MobileNet": ("Howard et al.", "2017", "1704.04861"),
    "MobileNetV2": ("Sandler et al.", "2018", "1801.04381"),
    "MobileNetV3": ("Howard et al.", "2019", "1905.02244"),
    "RegNet": ("Radosavovic et al.", "2020", "2003.13678"),
    "ResNetV1": ("He et al.", "2015", "1512.03385"),
    "ResNetV2": ("He et al.", "2016", "1603.05027"),
    "RoundedMobileNetV2": ("Sandler et al.", "2018", "1801.04381"),
    "SqueezeNet": ("Iandola et al.", "2016", "1602.07360"),
    "Swin": ("Liu et al.", "2021", "2103.14030"),
    "UNet": ("Ronneberger et al.", "2015", "1505.04597"),
    "VGG": ("Simonyan and Zisserman", "2014", "1409.1556"),
    "ViT": ("Dosovitskiy et al.", "2020", "2010.11929"),
}
# Where a name says more than the class: the paper of a variant.
VARIANTS = {
    "efficientnet_v2": ("Tan and Le", "2021", "2104.00298"),
    "resnext": ("Xie et al.", "2016", "1611.05431"),
    "swin_v2": ("Liu et al.", "2021", "2111.09883"),
    "wide_resnet": ("Zagoruyko and Komodakis", "2016", "1605.07146"),
}
# Inputs that are no image of 224 x 224 in three colours.
INPUTS: dict[str, tuple[tuple[int, ...], str]] = {
    "bert_base": ((1, 128), "int32"),
    "gpt2_small": ((1, 128), "int32"),
    "inception_v3": ((1, 3, 299, 299), "float32"),
    "lenet": ((1, 1, 28, 28), "float32"),
    "unet": ((1, 3, 256, 256), "float32"),
}
# Functions of the two modules that take the name, or the size, of a network, or make none.
NO_NETWORKS = {"draw", "get_model", "get_resnet", "get_vgg"}


class Row(NamedTuple):
    """A network: what the zoo itself says of it."""

    name: str
    paper: tuple[str, str, str]
    shape: tuple[int, ...]
    parameters: int
    macs: int
    libraries: tuple[str, ...]  # whose weights it takes


def names() -> list[str]:
    """Every network of the zoo that a function makes without arguments."""
    found = [name for module in (vision, text) for name in module.__all__]
    return [name for name in found if name.islower() and name not in NO_NETWORKS]


def network(name: str) -> Any:
    """The network, without values of its parameters."""
    return getattr(vision, name, None)() if hasattr(vision, name) else getattr(text, name)()


def example(name: str) -> Any:
    """One input."""
    shape, dtype = INPUTS.get(name, ((1, 3, 224, 224), "float32"))
    return np.zeros(shape, dtype=dtype)


def row_of(name: str) -> Row:
    """What can be said of a network without a run."""
    net, x = network(name), example(name)
    kind = type(net).__name__
    paper = next((p for start, p in VARIANTS.items() if name.startswith(start)), PAPERS[kind])
    libraries = tuple(dict.fromkeys(known.library for known in net.published_names))
    return Row(name, paper, x.shape, parameters_of(net, x), viz.graph_of(net, x).macs, libraries)


def parameters_of(net: Any, x: Any) -> int:
    """How many numbers are trained: running statistics are not."""
    outputs = net(sym.var("data", shape=x.shape, dtype=x.dtype.name))
    graph = sym.Group(list(outputs)) if isinstance(outputs, list | tuple) else outputs
    arguments, _, states = graph.infer_shape()
    names = [*graph.list_arguments(), *graph.list_auxiliary_states()]
    shapes = dict(zip(names, [*arguments, *states], strict=True))
    trained = {n for n, p in net.collect_params().items() if p.grad_req != "null"}
    return sum(math.prod(shapes[name]) for name in trained)


# ---- measuring


def measure(name: str) -> dict[str, float]:
    """Milliseconds of the processor for one run, and bytes of memory."""
    net, x = network(name), example(name)
    net.initialize(weft.init.Zero())
    net.hybridize()
    net(x)
    best, begin = math.inf, time.process_time()
    for _ in range(RUNS):
        start = time.process_time()
        net(x)
        npx.waitall()
        best = min(best, time.process_time() - start)
        if time.process_time() - begin > SECONDS:
            break
    plan = net.plan_memory()
    parameters = sum(p.data().nbytes for p in net.collect_params().values())
    return {
        "milliseconds": best * 1e3,
        "arena": plan["arena"],
        "bytes": parameters + plan["arena"] + plan["prepared"],
    }


def measured(wanted: list[str] | None) -> dict[str, Any]:
    """What results/zoo.json has, with what was asked for; it is written after each network."""
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {"networks": {}}
    if wanted is None:
        return kept
    npx.set_num_threads(1)
    kept["machine"] = machine()
    for name in wanted or [name for name in names() if name not in kept["networks"]]:
        kept["networks"][name] = measure(name)
        print(name, kept["networks"][name], flush=True)
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return kept


# ---- the page


def page(rows: list[Row], kept: dict[str, Any]) -> str:
    """The page's text."""
    about = kept.get("machine", {})
    taken = kept["networks"]
    lines = [
        *HEAD.splitlines(),
        "",
        "| network | paper | input | parameters | multiply-adds | ms | arena, MiB | memory, MiB | "
        "weights |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
        *(_line(row, taken.get(row.name)) for row in rows),
        "",
        f"Times: one thread of {about.get('processor', 'no processor')}, {about.get('isa', '')}.",
        "",
        *FAMILIES.splitlines(),
        "",
        "| family | networks |",
        "| --- | --- |",
        *(
            f"| `{family}` | {', '.join(kinds)} |"
            for family, kinds in sorted(hub.families().items())
        ),
    ]
    return "\n".join(lines) + "\n"


def _line(row: Row, taken: dict[str, float] | None) -> str:
    authors, year, number = row.paper
    paper = f"{authors} {year}"
    if number:
        paper = f"[{paper}](https://arxiv.org/abs/{number})"
    figures = ["—"] * 3
    if taken:
        figures = [_short(taken["milliseconds"])]
        figures += [_short(taken[key] / 2**20) for key in ("arena", "bytes")]
    extents = " × ".join(map(str, row.shape[1:]))
    weights = ", ".join(row.libraries) or "none"
    cells = [f"`{row.name}`", paper, extents, f"{row.parameters:,}", _short(row.macs / 1e6) + " M"]
    return f"| {' | '.join([*cells, *figures, weights])} |"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


HEAD = """\
# The zoo

Every network that a function of `weft.gluon.model_zoo` makes. Written by `python benchmarks/zoo.py`
from the zoo itself: parameters are those that are trained, multiply-adds those of convolutions,
matrices and attention for one input; a test checks both. Time and memory are those of one input in
float32, hybridized: parameters, weights prepared once, and the arena of the plan, in which all that
lies between takes turns. `—`: not measured.

Weft ships no weights. A network takes files whose names one of these libraries has given, as in
`vision.resnet50().load_parameters("resnet50.pth")`; `none` means that its own files are all there
are. [bring-your-model.md](bring-your-model.md#weights-by-name) has the how."""

FAMILIES = """\
## Families of the Hugging Face hub

`weft.hub.load` builds these from a folder with config.json, in any size, and takes the weights
beside it by name."""


def main() -> None:
    wanted = sys.argv[2:] if sys.argv[1:2] == ["--measure"] else None
    kept = measured(wanted)
    PAGE.write_text(page([row_of(name) for name in names()], kept), "utf-8")


if __name__ == "__main__":
    main()
