"""Texts: vocabularies, tokenizers of files, data sets of lines, folders and tables, and what
language models read."""

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data.text.corpora import CorpusBatches, CorpusDataset
from weft.gluon.data.text.datasets import CSVDataset, TextFolderDataset, TextLineDataset
from weft.gluon.data.text.tokenizing import Tokenizer
from weft.gluon.data.text.vocabulary import Vocabulary, count_tokens

__all__ = [
    "CSVDataset",
    "CorpusBatches",
    "CorpusDataset",
    "TextFolderDataset",
    "TextLineDataset",
    "Tokenizer",
    "Vocabulary",
    "count_tokens",
]
__getattr__ = _spelling.finder("weft.gluon.data.text", _words.TEXT)
__dir__ = __all__.copy
