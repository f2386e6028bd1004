"""NumPy's functions that make fewer elements of many: reductions, running ones, those that pass
over NaN, quantiles, weighted statistics, counts in bins."""
