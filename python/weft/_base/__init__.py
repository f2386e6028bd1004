"""What needs neither the extension nor NumPy: errors and their hints, checks of options, and what
objects of others may be."""
