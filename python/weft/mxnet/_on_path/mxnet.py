"""What `import mxnet` runs first in a process that a program of MXNet started, such as a worker of
a data loader: see `weft/mxnet/_alias.py`."""

from weft.mxnet import _alias

_alias.install()
