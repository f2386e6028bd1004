// Tuples that are built item by item; the tuple takes the references of its items.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace weft::python {

// Takes both references, also on failure; null if one of them is null.
inline PyObject* pair_of(PyObject* first, PyObject* second) {
  PyObject* const pair = first && second ? PyTuple_New(2) : nullptr;
  if (!pair) {
    Py_XDECREF(first);
    Py_XDECREF(second);
    return nullptr;
  }
  PyTuple_SET_ITEM(pair, 0, first);
  PyTuple_SET_ITEM(pair, 1, second);
  return pair;
}

// A tuple of `size` objects that `next` gives as new references. If `next` gives null, an error is
// set, and the result is null.
template <class Next>
PyObject* tuple_of(Py_ssize_t size, const Next& next) {
  PyObject* const tuple = PyTuple_New(size);
  for (Py_ssize_t i = 0; tuple && i < size; ++i) {
    PyObject* const item = next();
    if (!item) {
      Py_DECREF(tuple);
      return nullptr;
    }
    PyTuple_SET_ITEM(tuple, i, item);
  }
  return tuple;
}

}  // namespace weft::python
