"""PyTorch modules as Weft blocks, by `torch.export`.

>>> import torch, weft  # doctest: +SKIP
>>> net = weft.torch.convert(torch.nn.Linear(3, 2), (torch.zeros(1, 3),))  # doctest: +SKIP
>>> net.hybridize()  # doctest: +SKIP
>>> net(weft.np.ones((1, 3))).shape  # doctest: +SKIP
(1, 2)

It needs PyTorch, 2.9 or later: `pip install '.[torch]'`.
"""

from weft.torch._convert import convert, missing

__all__ = ["convert", "missing"]
__dir__ = __all__.copy
