"""The exported networks that the variant "file" of Weft runs: `weft_files.py <workload>...`"""

import sys

import files
from on_weft import network
from weft import np
from workloads import inputs


def main() -> None:
    for name in sys.argv[1:]:
        net, x = network(name), np.array(inputs(name)["x"])
        net.hybridize()
        net(x)
        net.export(str(files.model(name, "weft")), x)


if __name__ == "__main__":
    main()
