"""docs/zoo.md: it has every network, and what it says of each is so."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from weft.gluon.model_zoo import text, vision

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))  # for what the script shares with others
SPEC = importlib.util.spec_from_file_location("zoo", ROOT / "benchmarks" / "zoo.py")
zoo = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(zoo)
NETWORKS, FAMILIES = (
    dict(re.findall(r"^\| `([\w-]+)` (\|.*)$", part, re.MULTILINE))
    for part in zoo.PAGE.read_text("utf-8").split("## Families")
)
COMMAND = "run `python benchmarks/zoo.py` and commit docs/zoo.md"
# One of each class; the others with --full.
SOME = [
    *("alexnet", "bert_base", "convnext_tiny", "densenet121", "efficientnet_v2_s", "inception_v3"),
    *("lenet", "mobilenet0_25", "mobilenet_v2", "mobilenet_v3_small", "regnet_y_400mf"),
    *("resnet18_v2", "resnet50", "squeezenet1_1", "swin_v2_t", "unet", "vgg11_bn", "vit_b_32"),
]


def test_the_page_has_every_network():
    made = {n for m in (vision, text) for n in m.__all__ if n.islower()} - zoo.NO_NETWORKS
    assert made == set(zoo.names())
    assert NETWORKS.keys() == made, COMMAND
    families = zoo.hub.families()
    assert {f: f"| {', '.join(kinds)} |" for f, kinds in families.items()} == FAMILIES, COMMAND


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in SOME else [pytest.mark.full]) for name in zoo.names()],
)
def test_a_network_is_what_the_page_says(name):
    cells = NETWORKS[name].strip("| ").split(" | ")
    row = zoo.row_of(name)
    wanted = zoo._line(row, None).strip("| ").split(" | ")[1:]
    paper, extents, parameters, macs, *_, weights = cells
    assert [paper, extents, parameters, macs, weights] == [*wanted[:4], wanted[-1]], COMMAND


# Of the papers' authors or of torchvision's documentation.
PUBLISHED = {
    "alexnet": 61_100_840,
    "bert_base": 109_482_240,
    "densenet121": 7_978_856,
    "resnet50": 25_557_032,
    "vit_b_32": 88_224_232,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_those_that_others_count(name):
    assert zoo.row_of(name).parameters == PUBLISHED[name]
