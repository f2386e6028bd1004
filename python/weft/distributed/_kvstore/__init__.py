"""Arrays by key that several processes push to and pull from: `weft.kv`.

`messages` is what workers and servers say to each other over groups of two; `server` keeps the
arrays; `updates` are optimizers and the program's own updaters by name; `stores` are what
`weft.kv.create` gives.
"""
