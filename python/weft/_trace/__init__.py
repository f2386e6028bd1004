"""Python functions as planned graphs: what a trace is, what it depends on, and what may be asked of
its plan."""
