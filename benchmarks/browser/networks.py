"""MobileNet v2 and ResNet-50 with random weights, as .weft and as ONNX files, for run.mjs.

python benchmarks/browser/networks.py FOLDER
"""

import sys
from pathlib import Path

import weft
from weft import np
from weft.gluon.model_zoo import vision

NETWORKS = {"mobilenet_v2": vision.mobilenet_v2_1_0, "resnet50": vision.resnet50_v1}


def main(folder: str) -> int:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    x = np.random.uniform(size=(1, 3, 224, 224))
    for name, build in NETWORKS.items():
        weft.random.seed(0)
        net = build()
        net.initialize()
        net.hybridize()
        net(x)
        net.export(place / f"{name}.weft", x)
        weft.onnx.export(net, place / f"{name}.onnx", x)
        print(f"{place / name}.weft, .onnx")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "build/browser"))
