"""Programs of other frameworks as blocks: what the importers of ONNX, PyTorch and TFLite share.

An importer reads a file into a `Program` (program.py), whose nodes name foreign operators. A table
of rules (rules.py) says what each operator is in Weft: a rule is a Python function over arrays. An
`ImportedBlock` (block.py) runs the rules one after the other (run.py), eager or while it is traced,
so gradients, plans, files and C come from the same operators as for a network written in Gluon.
"""
