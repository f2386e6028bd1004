"""Vectors of words: from files of such vectors, several side by side, or kinds of one's own.

Weft opens no network connection: `GloVe` and `FastText` read files that are there already.
"""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy

from weft import np
from weft._base.errors import FileFailure, InvalidValue, NotFound
from weft._base.registry import Registry
from weft.mxnet._made import to_numpy
from weft.mxnet.base import RefusedError
from weft.mxnet.contrib.text.vocab import Vocabulary
from weft.mxnet.gluon.utils import NoNetwork
from weft.mxnet.ndarray import NDArray, zeros

registry = Registry("token embedding")


def register(embedding_cls: type) -> type:
    """Decorator: makes an own kind of embedding known to `create`, by its name in small letters."""
    return registry.add(embedding_cls)


def create(embedding_name: str, **kwargs: Any) -> "TokenEmbedding":
    """The embedding that a name stands for, such as 'glove', with its arguments.

    Raises LookupError for a name that nobody registered.
    """
    found: TokenEmbedding = registry.create(embedding_name, **kwargs)
    return found


class TokenEmbedding(Vocabulary):
    """A vocabulary with a vector for each token; the unknown token has one as well.

    unknown_token, reserved_tokens and others: as of `Vocabulary`
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._idx_to_vec: NDArray | None = None

    @property
    def vec_len(self) -> int:
        """The extent of a vector; 0 before there are some."""
        return 0 if self._idx_to_vec is None else int(self._idx_to_vec.shape[1])

    @property
    def idx_to_vec(self) -> NDArray | None:
        """The vectors (tokens, extent), in the order of the tokens."""
        return self._idx_to_vec

    def _load_embedding(
        self,
        pretrained_file_path: Any,
        elem_delim: str,
        init_unknown_vec: Callable[..., Any] = zeros,
        encoding: str = "utf8",
    ) -> None:
        """Takes the tokens and vectors of a file: a token and its numbers a line."""
        tokens, rows, unknown = [], [], None
        for token, row in _vectors(Path(pretrained_file_path), elem_delim, encoding):
            if token == self.unknown_token:
                unknown = row
            elif token not in self._token_to_idx:
                self._token_to_idx[token] = len(self) + len(tokens)
                tokens.append(token)
                rows.append(row)
        extent = len(rows[0]) if rows else 0 if unknown is None else len(unknown)
        if not extent:
            raise RefusedError(f"TokenEmbedding: {pretrained_file_path} must have vectors")
        if unknown is None:
            unknown = to_numpy(init_unknown_vec(shape=extent)).tolist()
        first = [unknown] * len(self)  # reserved tokens have the vector of the unknown one
        self._set_tokens([*self._idx_to_token, *tokens])
        self._idx_to_vec = _array([*first, *rows])

    def _take(self, vocabulary: Vocabulary, sources: Sequence["TokenEmbedding"]) -> None:
        """Becomes the embedding of a vocabulary, of whose tokens several embeddings have parts."""
        tokens = list(vocabulary.idx_to_token)
        parts = [source._vectors_of(tokens, first_is_unknown=True) for source in sources]
        self._unknown_token = vocabulary.unknown_token
        self._reserved_tokens = vocabulary.reserved_tokens
        self._set_tokens(tokens)
        self._idx_to_vec = _array(numpy.concatenate(parts, axis=1))

    def _vectors_of(self, tokens: list[Any], first_is_unknown: bool = False) -> numpy.ndarray:
        assert self._idx_to_vec is not None  # an embedding without vectors is not given on
        places = self.to_indices(tokens)
        if first_is_unknown:  # whatever token the other vocabulary has for it
            places[0] = 0
        found: numpy.ndarray = self._idx_to_vec.asnumpy()[places]
        return found

    def get_vecs_by_tokens(self, tokens: Any, lower_case_backup: bool = False) -> NDArray:
        """The vector of a token, or those of a list, a row each.

        lower_case_backup: tokens that are not known are looked for in small letters
        """
        several = list(tokens) if isinstance(tokens, list) else [tokens]
        if lower_case_backup:
            several = [token if token in self else token.lower() for token in several]
        found = _array(self._vectors_of(several))
        return found if isinstance(tokens, list) else found[0]

    def update_token_vectors(self, tokens: Any, new_vectors: Any) -> None:
        """Gives known tokens other vectors, of which there is one for each.

        Raises ValueError for a token that is not known: name the unknown token to change its
        vector. Raises AssertionError for another number or extent of vectors.
        """
        several = list(tokens) if isinstance(tokens, list) else [tokens]
        values = to_numpy(new_vectors)
        values = values[None] if values.ndim == 1 else values
        if values.shape != (len(several), self.vec_len):
            raise RefusedError(
                f"update_token_vectors: `new_vectors` must have shape ({len(several)}, "
                f"{self.vec_len}); got {values.shape}"
            )
        for token in several:
            if token not in self:
                raise InvalidValue(
                    f"update_token_vectors: {token!r} is not known; known tokens are those of "
                    f"`idx_to_token`, and {self.unknown_token!r}"
                )
        assert self._idx_to_vec is not None  # the shapes have been compared
        for token, row in zip(several, values, strict=True):
            self._idx_to_vec[self._token_to_idx[token]] = row


_TokenEmbedding = TokenEmbedding  # the name in 1.x


def _array(rows: Any) -> NDArray:
    return NDArray(np.array(numpy.asarray(rows, "float32")))


def _vectors(path: Path, delimiter: str, encoding: str) -> Any:
    """The tokens of a file with their vectors; a first line of two numbers is none."""
    extent = 0
    try:
        lines = path.read_text(encoding).splitlines()
    except FileNotFoundError:
        raise FileFailure(f"TokenEmbedding: there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileFailure(f"TokenEmbedding: {path} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        token, *texts = line.rstrip().split(delimiter)
        if number == 1 and len(texts) == 1:  # how many vectors there are, and how long they are
            warnings.warn(f"{path}: line 1 has one number, and is left out", stacklevel=5)
            continue
        try:
            row = [float(text) for text in texts]
        except ValueError as error:
            raise RefusedError(f"TokenEmbedding: {path}, line {number}: {error}") from None
        extent = extent or len(row)
        if len(row) != extent or extent < 2:
            raise RefusedError(
                f"TokenEmbedding: {path}, line {number}: a token must have {max(extent, 2)} "
                f"numbers, as many as others; got {len(row)}"
            )
        yield token, row


class _Pretrained(TokenEmbedding):
    """Vectors of a file that a program of 1.x downloads."""

    usual = ""  # the file by default
    folder = ""

    def __init__(
        self,
        pretrained_file_name: str | None = None,
        embedding_root: str = str(Path("~/.mxnet/embeddings")),
        init_unknown_vec: Callable[..., Any] = zeros,
        vocabulary: Vocabulary | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        path = (
            Path(embedding_root).expanduser() / self.folder / (pretrained_file_name or self.usual)
        )
        if not path.exists():
            raise NoNetwork(
                f"{type(self).__name__}: {path} is missing, and Weft opens no network connection; "
                "get the file and put it there"
            )
        self._load_embedding(path, " ", init_unknown_vec)
        if vocabulary is not None:
            self._take(vocabulary, [self])


@register
class GloVe(_Pretrained):
    """Vectors of Pennington et al. (2014) from the file `embedding_root`/glove/NAME."""

    usual, folder = "glove.840B.300d.txt", "glove"
    names: ClassVar[tuple[str, ...]] = (
        *("glove.42B.300d.txt", "glove.840B.300d.txt"),
        *(f"glove.6B.{extent}d.txt" for extent in (50, 100, 200, 300)),
        *(f"glove.twitter.27B.{extent}d.txt" for extent in (25, 50, 100, 200)),
    )


@register
class FastText(_Pretrained):
    """Vectors of Bojanowski et al. (2017) from the file `embedding_root`/fasttext/NAME."""

    usual, folder = "wiki.simple.vec", "fasttext"
    names: ClassVar[tuple[str, ...]] = ("wiki.simple.vec", "wiki.en.vec", "crawl-300d-2M.vec")


@register
class CustomEmbedding(TokenEmbedding):
    """Vectors of a file of one's own: in each line a token and its numbers.

    elem_delim: what stands between them; init_unknown_vec: makes the vector of the unknown token
        where the file has none, by `init_unknown_vec(shape=extent)`
    vocabulary: the tokens to have, in this order; those that the file lacks have the unknown vector

    Raises AssertionError for lines that are no vectors or have other extents than those before.
    """

    def __init__(
        self,
        pretrained_file_path: Any,
        elem_delim: str = " ",
        encoding: str = "utf8",
        init_unknown_vec: Callable[..., Any] = zeros,
        vocabulary: Vocabulary | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._load_embedding(pretrained_file_path, elem_delim, init_unknown_vec, encoding)
        if vocabulary is not None:
            self._take(vocabulary, [self])


class CompositeEmbedding(TokenEmbedding):
    """The vectors of several embeddings side by side, for the tokens of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, token_embeddings: Any) -> None:
        super().__init__()
        several = isinstance(token_embeddings, list)
        self._take(vocabulary, token_embeddings if several else [token_embeddings])


def get_pretrained_file_names(embedding_name: str | None = None) -> Any:
    """Names of files that embeddings are known to have; of all, by name, without `embedding_name`.

    Raises LookupError for an unknown name.
    """
    known = {"glove": GloVe.names, "fasttext": FastText.names}
    if embedding_name is None:
        return {name: list(files) for name, files in known.items()}
    if embedding_name not in known:
        raise NotFound(
            f"get_pretrained_file_names: `embedding_name` must be one of {', '.join(known)}; got "
            f"{embedding_name!r}"
        )
    return list(known[embedding_name])


__all__ = [
    "CompositeEmbedding",
    "CustomEmbedding",
    "FastText",
    "GloVe",
    "TokenEmbedding",
    "create",
    "get_pretrained_file_names",
    "register",
]
__dir__ = __all__.copy
