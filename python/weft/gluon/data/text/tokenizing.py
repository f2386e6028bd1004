"""Tokenizers as Hugging Face publishes them, in `tokenizer.json`, run by their package
`tokenizers`."""

import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidType, MissingFile
from weft._base.options import require_whole
from weft._base.packages import package
from weft._base.spelling import named_arguments


class Tokenizer:
    """Texts to numbers of tokens, and back.

    source: a file `tokenizer.json` or a folder that has it, as networks are published with; or a
        `tokenizers.Tokenizer`
    max_length: longer texts are cut off; None for whole texts
    add_special_tokens: whether the tokens are put around that the file asks for, such as [CLS]

    It can be sent to worker processes. Needs `pip install '.[text]'`. Raises FileNotFoundError,
    and OSError for a file that is no tokenizer.

    >>> from weft.gluon.data import text
    >>> tokenizer = text.Tokenizer("gpt2/tokenizer.json")              # doctest: +SKIP
    >>> tokenizer("Hello world")                                       # doctest: +SKIP
    array([15496,   995], dtype=int32)
    """

    @named_arguments
    def __init__(
        self,
        source: str | os.PathLike[str] | Any,
        *,
        max_length: int | None = None,
        add_special_tokens: bool = True,
    ) -> None:
        library = package("Tokenizer", "tokenizers", "text")
        if max_length is not None:
            require_whole("Tokenizer", "max_length", max_length, 1)
        if isinstance(source, library.Tokenizer):
            self._tokenizer = library.Tokenizer.from_str(source.to_str())
        elif isinstance(source, str | os.PathLike):
            self._tokenizer = _read(library, os.fsdecode(source))
        else:
            raise InvalidType(
                "Tokenizer: `source` must be a path or a `tokenizers.Tokenizer`; got "
                f"{type(source).__name__}"
            )
        self._tokenizer.no_padding()  # batches are padded by what makes them
        self._tokenizer.no_truncation()
        if max_length is not None:
            self._tokenizer.enable_truncation(max_length)
        self._adds = add_special_tokens

    def __call__(self, text: str, pair: str | None = None) -> numpy.ndarray:
        """Numbers of a text's tokens, int32 of shape (tokens,); `pair`: a second text behind it."""
        return self._numbers(self._tokenizer.encode(text, pair, add_special_tokens=self._adds))

    def batch(self, texts: Iterable[str]) -> list[numpy.ndarray]:
        """The numbers of several texts, which threads of the package make together."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=self._adds)
        return [self._numbers(one) for one in found]

    def tokens(self, text: str) -> list[str]:
        """The tokens themselves."""
        return list(self._tokenizer.encode(text, add_special_tokens=self._adds).tokens)

    def decode(self, numbers: Sequence[int], skip_special_tokens: bool = True) -> str:
        """The text of numbers."""
        ids = [int(number) for number in numpy.asarray(numbers)]
        return str(self._tokenizer.decode(ids, skip_special_tokens=skip_special_tokens))

    def index(self, token: str) -> int | None:
        """The number of a token, such as that of "[PAD]" to fill batches; None: there is none."""
        found = self._tokenizer.token_to_id(token)
        return None if found is None else int(found)

    def __len__(self) -> int:
        return int(self._tokenizer.get_vocab_size())

    def __repr__(self) -> str:
        return f"Tokenizer({len(self)} tokens)"

    def _numbers(self, encoding: Any) -> numpy.ndarray:
        return numpy.array(encoding.ids, "int32")


def _read(library: Any, name: str) -> Any:
    path = os.path.join(name, "tokenizer.json") if os.path.isdir(name) else name
    if not os.path.isfile(path):
        raise MissingFile(
            f"Tokenizer: `source` must be a file tokenizer.json or a folder that has it; got {name}"
        )
    try:
        return library.Tokenizer.from_file(path)
    except Exception as error:  # the package has no class of its own for them
        raise FileFailure(f"Tokenizer: {path} is no tokenizer: {error}") from None


__all__ = ["Tokenizer"]
__dir__ = __all__.copy
