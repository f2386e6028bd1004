"""Writes the results of every operator × sample as one .npz file, and prints the instruction set.

WEFT_ISA=generic python isa_results.py results.npz
"""

import sys

import numpy
import weft
from operator_samples import as_weft, cases
from weft._core import native

results = {}
for case in cases():
    weft.random.seed(5)
    for number, out in enumerate(case.run(as_weft(case.inputs()))):
        results[f"{case}.{number}"] = out.asnumpy()
numpy.savez(sys.argv[1], **results)
print(native.info("isa"))
