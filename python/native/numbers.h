// Slots that are filled when the module is loaded, and the element of an array of one.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace weft::python {

void load_numbers();                     // finds the operators behind the slots
PyObject* item_object(PyObject* array);  // as bool, int or float

}  // namespace weft::python
