"""`weft.vmap`: a function of one example made one of many.

`vmap.py` traces the function and runs its graph; the other modules say, operator by operator, what
a node does to a whole batch.
"""
