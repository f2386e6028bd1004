"""What the library raises where NumPy has an exception of its own."""

import numpy

from weft._base.errors import BY_STATUS, NoFactorization


class LinAlgError(NoFactorization, numpy.linalg.LinAlgError):
    """A matrix has no such factorization: it is singular or not positive, or LAPACK did not
    converge."""


LinAlgError.__module__ = "weft.np.linalg"
BY_STATUS[13] = LinAlgError  # before the extension reads them

__all__ = ["LinAlgError"]
