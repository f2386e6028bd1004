// The module weft._native: its types, and through pybind11 the functions that are called rarely.
#include <pybind11/pybind11.h>

#include "module.h"
#include "native.h"
#include "numbers.h"

namespace py = pybind11;

namespace weft::python {
namespace {

// Operators that are methods of the array, too.
constexpr const char* kMethods[] = {"sum",     "mean",    "max",     "min",          "argmax",
                                    "argmin",  "prod",    "std",     "var",          "all",
                                    "any",     "cumsum",  "cumprod", "round",        "clip",
                                    "squeeze", "ravel",   "repeat",  "swapaxes",     "diagonal",
                                    "trace",   "argsort", "dot",     "searchsorted", "take"};

// The array type comes last: its dict gets operator functions, which need their type.
void make_types() {
  PyObject* dict = PyDict_New();
  if (!dict) throw py::error_already_set();
  array_type.tp_dict = dict;
  if (PyType_Ready(&operator_type) < 0 || PyType_Ready(&function_type) < 0 ||
      PyType_Ready(&shortcut_type) < 0) {
    throw py::error_already_set();
  }
  for (const char* name : kMethods) {
    PyObject* function = find_function(name);
    if (PyErr_Occurred()) throw py::error_already_set();
    if (function) PyDict_SetItemString(dict, name, function);
  }
  load_numbers();
  if (PyType_Ready(&array_type) < 0) throw py::error_already_set();
}

// Hooks that the library calls before and after its waits. Threads of the engine never hold the
// GIL.
void* release_gil() { return PyGILState_Check() ? PyEval_SaveThread() : nullptr; }
void restore_gil(void* state) {
  if (state) take_gil_back(static_cast<PyThreadState*>(state));
}

}  // namespace
}  // namespace weft::python

PYBIND11_MODULE(_native, module) {
  using namespace weft::python;
  uint32_t major = 0, minor = 0;
  weft_abi_version(&major, &minor);
  if (major != WEFT_ABI_MAJOR || minor < WEFT_ABI_MINOR) {
    throw py::import_error("weft: libweft has another interface than the extension was built for");
  }
  if (!load_errors() || !load_numpy()) throw py::error_already_set();
  make_types();
  weft_set_wait_hooks(release_gil, restore_gil);
  weft_set_interrupt_hook(interrupted);
  module.attr("ndarray") = py::handle(reinterpret_cast<PyObject*>(&array_type));
  module.attr("Operator") = py::handle(reinterpret_cast<PyObject*>(&operator_type));
  module.attr("Shortcut") = py::handle(reinterpret_cast<PyObject*>(&shortcut_type));
  module.attr("Function") = py::handle(reinterpret_cast<PyObject*>(&function_type));
  if (!add_structure(module.ptr()) || !add_contents(module.ptr())) throw py::error_already_set();
  define_arrays(module);
  define_contexts(module);
  define_autograd(module);
  define_control(module);
  define_files(module);
  define_library(module);
  define_profile(module);
  define_collectives(module);
  define_devices(module);
  define_operators(module);
  define_symbols(module);
}
