// Symbols of weft.sym among the arguments of an operator.
#pragma once

#include "native.h"

namespace weft::python {

extern PyTypeObject* symbol_type;  // weft.sym.Symbol; null until that is imported

inline bool is_symbol(PyObject* object) { return symbol_type && Py_TYPE(object) == symbol_type; }
bool holds_symbol(PyObject* sequence);

// Does this thread compose, so that random operators become nodes as well?
bool is_composing();

// What weft/sym makes of a call: the operator, its arguments by name, the number of its results,
// and the name that the node was given, or null.
PyObject* compose(PyObject* op, PyObject* arguments, size_t outputs, PyObject* name);

}  // namespace weft::python
