// A status of the library becomes the exception that a NumPy user expects: each class derives from
// a builtin one and from weft.Error (weft/_errors.py).
#include <cstdarg>
#include <utility>

#include "native.h"

namespace weft::python {
namespace {

constexpr int kStatuses = 13;
PyObject* classes[kStatuses] = {};
PyObject* missing_file = nullptr;
PyObject* not_shared = nullptr;

// What a handler of a signal raised while the library was working. Under the GIL.
PyObject* pending_interrupt = nullptr;

PyObject* class_of(weft_status status) {
  if (status <= 0 || status >= kStatuses) status = WEFT_INTERNAL;
  return classes[status];
}

}  // namespace

bool load_errors() {
  PyObject* module = PyImport_ImportModule("weft._errors");
  if (!module) return false;
  PyObject* by_status = PyObject_GetAttrString(module, "BY_STATUS");
  missing_file = PyObject_GetAttrString(module, "MissingFile");
  not_shared = PyObject_GetAttrString(module, "NotShared");
  Py_DECREF(module);
  if (!by_status || !missing_file || !not_shared) return false;
  for (int status = 1; status < kStatuses; ++status) {
    PyObject* key = PyLong_FromLong(status);
    classes[status] = key ? PyObject_GetItem(by_status, key) : nullptr;
    Py_XDECREF(key);
    if (!classes[status]) break;
  }
  Py_DECREF(by_status);
  return !PyErr_Occurred();
}

int32_t interrupted() {
  const PyGILState_STATE gil = PyGILState_Ensure();
  const bool raised = PyErr_CheckSignals() != 0;
  if (raised) {
    PyObject *kind = nullptr, *error = nullptr, *trace = nullptr;
    PyErr_Fetch(&kind, &error, &trace);
    PyErr_NormalizeException(&kind, &error, &trace);
    Py_XSETREF(pending_interrupt, error);
    Py_XDECREF(kind);
    Py_XDECREF(trace);
  }
  PyGILState_Release(gil);
  return raised;
}

PyObject* raise_status(weft_status status) {
  if (status == WEFT_INTERRUPTED && pending_interrupt) {
    PyObject* error = std::exchange(pending_interrupt, nullptr);
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error)), error);
    Py_DECREF(error);
    return nullptr;
  }
  // A hook or a callback may already have left a Python error, which then is the cause.
  if (!PyErr_Occurred()) PyErr_SetString(class_of(status), weft_last_error());
  return nullptr;
}

PyObject* raise_file_status(weft_status status) {
  if (status != WEFT_NOT_FOUND) return raise_status(status);
  PyErr_SetString(missing_file, weft_last_error());
  return nullptr;
}

PyObject* raise_not_shared(const char* text) {
  PyErr_SetString(not_shared, text);
  return nullptr;
}

PyObject* raise_error(weft_status status, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  PyErr_FormatV(class_of(status), format, arguments);
  va_end(arguments);
  return nullptr;
}

}  // namespace weft::python
