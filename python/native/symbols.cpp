// Operators on symbols: a call with a symbol, or one that draws random numbers while the thread
// composes, goes to a function of weft/sym, which makes a node of it.
//
// The call itself has checked names, kinds and defaults of its arguments before, so a symbol and an
// array are refused for the same reasons.
#include "symbols.h"

#include "module.h"

namespace py = pybind11;

namespace weft::python {

PyTypeObject* symbol_type = nullptr;

namespace {

PyObject* compose_function = nullptr;  // of weft/sym, with the type
thread_local bool composing = false;

void set_symbol_type(const py::type& type, const py::function& compose) {
  symbol_type = reinterpret_cast<PyTypeObject*>(type.inc_ref().ptr());
  compose_function = compose.inc_ref().ptr();
}

bool set_composing(bool value) {
  const bool before = composing;
  composing = value;
  return before;
}

}  // namespace

bool is_composing() { return composing; }

bool holds_symbol(PyObject* sequence) {
  if (!symbol_type || (!PyList_Check(sequence) && !PyTuple_Check(sequence))) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); ++i) {
    if (is_symbol(PySequence_Fast_GET_ITEM(sequence, i))) return true;
  }
  return false;
}

PyObject* compose(PyObject* op, PyObject* arguments, size_t outputs, PyObject* name) {
  return PyObject_CallFunction(compose_function, "OOnO", op, arguments,
                               static_cast<Py_ssize_t>(outputs), name ? name : Py_None);
}

void define_symbols(py::module_& module) {
  module.def("set_symbol_type", set_symbol_type);
  module.def("set_composing", set_composing);
}

}  // namespace weft::python
