"""Files of arrays that Apache MXNet wrote: the list file (.params, .nd) of all versions, and the
NumPy files of 2.0.

A file is told by its content, never by its name. `content.py` has what others call: `read` and
`arrays_by_name`. `records.py` says what a stored array is, `list_file.py` and `numpy_files.py` read
and write the two formats. What a file says of lengths is compared with what the file has before
anything is allocated, so a damaged file costs no more memory than it has bytes.
"""
