"""Networks from PyTorch, by way of ONNX, beside the model zoo's network with the same weights.

    PYTHONPATH=build/python build/imported/bin/python benchmarks/imported_plans.py [NAME ...]

The environment is that of `imported_networks.py`. Both are hybridized and take turns on two
threads; a figure is the best of all turns. Steps are those of the plans. Outputs are compared
first. Aim: the imported network takes at most 1.03 of the other's time.
"""

import argparse
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import weft
from imported_networks import THREADS, TOLERANCE, First, define_operators, export, in_turns
from weft import np, npx
from weft.gluon.model_zoo import vision
from weft.gluon.model_zoo.text import encoders, gpt

Case = tuple[torch.nn.Module, torch.nn.Module, Any, torch.Tensor]


def _image(name: str) -> Case:
    """A network of torchvision: as it is, as it is exported, the zoo's, an input."""
    import torchvision

    module = torchvision.models.get_model(name, weights=None)
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):  # as after a training
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
            torch.nn.init.uniform_(part.running_var, 0.5, 1.5)
            torch.nn.init.normal_(part.running_mean, std=0.1)
    for value in module.parameters():
        if not value.any():  # biases, and the head of a ViT, which else gives zeros
            torch.nn.init.normal_(value, std=0.02)
    return module, module, vision.get_model(name), torch.randn(1, 3, 224, 224)


def _bert() -> Case:
    import transformers

    module = transformers.BertModel(transformers.BertConfig(num_hidden_layers=6))
    config = module.config.to_dict() | {"architectures": ["BertModel"]}
    tokens = torch.randint(0, 5000, (1, 128))
    return module, First(module, "input_ids"), encoders.from_config(config), tokens


def _gpt() -> Case:
    import transformers

    module = transformers.GPT2LMHeadModel(transformers.GPT2Config(n_layer=6, use_cache=False))
    tokens = torch.randint(0, 5000, (1, 128))
    return module, First(module, "input_ids"), gpt.from_config(module.config.to_dict()), tokens


IMAGES = (
    *("resnet50", "mobilenet_v2", "mobilenet_v3_large", "efficientnet_b0", "regnet_y_400mf"),
    *("squeezenet1_1", "densenet121", "alexnet", "convnext_tiny", "vit_b_32", "swin_t"),
)
CASES: dict[str, Callable[[], Case]] = {
    **{name: lambda name=name: _image(name) for name in IMAGES},  # type: ignore[misc]
    "bert": _bert,
    "gpt": _gpt,
}


def _first(found: Any) -> Any:
    return found[0] if isinstance(found, tuple) else found


def measured(name: str, rounds: int) -> str:
    """A row: milliseconds of both, their ratio, steps of both plans."""
    torch.manual_seed(0)
    module, exported, zoo, x = CASES[name]()
    with tempfile.TemporaryDirectory() as folder:
        weights, path = Path(folder, "net.pth"), Path(folder, "net.onnx")
        torch.save(module.eval().state_dict(), weights)
        zoo.load_parameters(weights)
        export(exported.eval(), {"x": x}, path)
        imported = weft.onnx.load(path)
    array = np.array(x.numpy())
    nets = {"imported": imported, "zoo": zoo}
    found = {}
    for key, net in nets.items():
        net.hybridize()
        found[key] = _first(net(array)).asnumpy()
    error = abs(found["imported"] - found["zoo"]).max() / abs(found["zoo"]).max()
    if not error <= TOLERANCE:
        return f"| {name} | differs by {error:.1e} | | | |"
    best = in_turns(
        {key: lambda net=net: _first(net(array)).asnumpy() for key, net in nets.items()}, rounds
    )
    steps = [int(net.plan_memory()["nodes"]) for net in nets.values()]
    ours, theirs = best["imported"], best["zoo"]
    return (
        f"| {name} | {1e3 * ours:.2f} | {1e3 * theirs:.2f} | {ours / theirs:.3f} | "
        f"{steps[0]}, {steps[1]} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", default=list(CASES), help=", ".join(CASES))
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    define_operators()
    npx.set_num_threads(THREADS)
    print("| network | imported, ms | zoo, ms | ratio | steps |")
    print("| --- | --- | --- | --- | --- |")
    for name in options.names:
        print(measured(name, options.rounds), flush=True)


if __name__ == "__main__":
    main()
