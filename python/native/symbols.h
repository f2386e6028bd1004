// Symbols of weft.sym as arguments of operators.
#pragma once

#include "native.h"

namespace weft::python {

extern PyTypeObject* symbol_type;  // weft.sym.Symbol; null until that is imported

inline bool is_symbol(PyObject* object) { return symbol_type && Py_TYPE(object) == symbol_type; }
// Is one of the items of a list or tuple a symbol?
bool holds_symbol(PyObject* sequence);

// Does this thread compose symbols? Then random operators, which have no array among their
// arguments, become nodes, too.
bool is_composing();

// Makes a node of a call, by weft/sym: the operator, its arguments by name, the number of results,
// and the node's name or null.
PyObject* compose(PyObject* op, PyObject* arguments, size_t outputs, PyObject* name);

}  // namespace weft::python
