"""Importing this makes `import mxnet` find weft.mxnet: the server of worker processes imports it,
so that workers can import a program of MXNet, and its modules, as the process that asks could.
"""

from weft.mxnet import _alias

_alias.install()
