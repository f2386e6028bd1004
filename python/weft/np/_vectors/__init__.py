"""NumPy's functions of vectors: signals, windows, polynomials, products."""
