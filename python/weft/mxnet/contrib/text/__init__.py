"""Vocabularies and vectors of words, as `mx.contrib.text` of 1.x has them.

>>> from weft.mxnet.contrib import text
>>> counter = text.utils.count_tokens_from_str("the cat and the dog")
>>> text.vocab.Vocabulary(counter).to_indices(["the", "bird"])
[1, 0]
"""

from weft.mxnet.contrib.text import embedding, utils, vocab

__all__ = ["embedding", "utils", "vocab"]
__dir__ = __all__.copy
