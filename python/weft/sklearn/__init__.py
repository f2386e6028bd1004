"""Networks as scikit-learn's estimators: in pipelines, grid searches and cross-validation.

It needs the package `scikit-learn`: `pip install '.[sklearn]'`.

>>> from weft.sklearn import Classifier                                     # doctest: +SKIP
>>> from sklearn.model_selection import cross_val_score                     # doctest: +SKIP
>>> cross_val_score(Classifier(hidden=(32,), random_state=0), x, y, cv=5)   # doctest: +SKIP
"""

from weft._base.packages import package as _package

_package("weft.sklearn", "sklearn", "sklearn", "scikit-learn")

from weft.sklearn._estimators import Classifier, Regressor  # noqa: E402

__all__ = ["Classifier", "Regressor"]
__dir__ = __all__.copy
