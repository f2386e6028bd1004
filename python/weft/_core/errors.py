"""What the library raises where NumPy has an exception of its own."""

import numpy

from weft._base.errors import BY_STATUS, NoFactorization


class LinAlgError(NoFactorization, numpy.linalg.LinAlgError):
    """A matrix has no such factorization: it is singular or not positive, or LAPACK did not
    converge.

    >>> from weft import np
    >>> try:
    ...     np.linalg.inv(np.zeros((2, 2)))
    ... except np.linalg.LinAlgError as error:
    ...     print(error)
    inv: `a` must be matrices that have an inverse; got matrix 0 of 1, which is not
    """


LinAlgError.__module__ = "weft.np.linalg"
BY_STATUS[13] = LinAlgError  # before the extension reads them

__all__ = ["LinAlgError"]
