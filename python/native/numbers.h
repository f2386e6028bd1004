// The number slots of the array type, which are filled when the module is loaded, and the element
// of an array that has one.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <weft/weft.h>

namespace weft::python {

void load_numbers();  // finds the operators behind the slots
// Says which class keeps the dtype of its arrays in arithmetic with numbers, in comparisons and in
// divisions of integers.
void set_dtype_keeper(PyTypeObject* type);
// Sets an error for integers to the power of integers below 0, as NumPy does: they are no integers.
// Traced arrays are not looked at.
bool refuses_power(const weft_value& base, const weft_value& exponent);
PyObject* item_object(PyObject* array);  // the element as bool, int or float

}  // namespace weft::python
