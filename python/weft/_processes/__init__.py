"""Processes that work together: who takes part, how they find each other, and who starts them.

Needs neither NumPy nor the extension, so the launcher starts at once. `launchers` reads who this
process is; `server` and `client` are the store; `launch` is the command `weft launch`. What arrays
need of it is in `weft.distributed`.
"""
