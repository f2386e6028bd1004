// A status of the library becomes the exception that NumPy users expect: each class derives from a
// builtin one and from weft.Error (weft/_base/errors.py).
#include <cstdarg>
#include <cstring>
#include <string>
#include <utility>

#include "native.h"

namespace weft::python {
namespace {

// Status codes have numbers below this.
constexpr int kStatuses = WEFT_DISCONNECTED + 1;
PyObject* classes[kStatuses] = {};
PyObject* error_of_weft = nullptr;
PyObject* missing_file = nullptr;
PyObject* not_shared = nullptr;

// What a signal handler raised while the library was working; guarded by the GIL.
PyObject* pending_interrupt = nullptr;

// The exception of a callback on this thread, and the text under which the library knows it.
struct Kept {
  PyObject* error = nullptr;
  std::string text;
};
Kept& kept() {
  // Never freed: threads may end after the interpreter.
  thread_local auto* const instance = new Kept;
  return *instance;
}

// The status whose class fits an exception best.
weft_status status_of(PyObject* error) {
  for (int status = kStatuses - 1; status > 0; --status) {
    if (PyErr_GivenExceptionMatches(error, classes[status])) return status;
  }
  const std::pair<PyObject*, weft_status> builtin[] = {
      {PyExc_IndexError, WEFT_INDEX_OUT_OF_RANGE},
      {PyExc_LookupError, WEFT_NOT_FOUND},
      {PyExc_OverflowError, WEFT_OVERFLOW},
      {PyExc_ValueError, WEFT_INVALID_VALUE},
      {PyExc_TypeError, WEFT_INVALID_TYPE},
      {PyExc_MemoryError, WEFT_OUT_OF_MEMORY},
      {PyExc_OSError, WEFT_IO},
      {PyExc_NotImplementedError, WEFT_UNSUPPORTED}};
  for (const auto& [type, status] : builtin) {
    if (PyErr_GivenExceptionMatches(error, type)) return status;
  }
  return WEFT_INVALID_STATE;
}

PyObject* class_of(weft_status status) {
  if (status <= 0 || status >= kStatuses) status = WEFT_INTERNAL;
  return classes[status];
}

}  // namespace

bool load_errors() {
  PyObject* module = PyImport_ImportModule("weft._base.errors");
  if (!module) return false;
  PyObject* by_status = PyObject_GetAttrString(module, "BY_STATUS");
  error_of_weft = PyObject_GetAttrString(module, "Error");
  missing_file = PyObject_GetAttrString(module, "MissingFile");
  not_shared = PyObject_GetAttrString(module, "NotShared");
  Py_DECREF(module);
  if (!by_status || !error_of_weft || !missing_file || !not_shared) return false;
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
  const PyGILState_STATE gil = take_gil();
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

weft_status keep_error() {
  PyObject *kind = nullptr, *error = nullptr, *trace = nullptr;
  PyErr_Fetch(&kind, &error, &trace);
  PyErr_NormalizeException(&kind, &error, &trace);
  if (error && trace) PyException_SetTraceback(error, trace);
  PyObject* text = error ? PyObject_Str(error) : nullptr;
  const char* said = text ? PyUnicode_AsUTF8(text) : nullptr;
  // Errors of Weft need no class name in the text; others get theirs.
  const bool ours = error && PyErr_GivenExceptionMatches(error, error_of_weft);
  kept().text = (ours || !error ? "" : std::string(Py_TYPE(error)->tp_name) + ": ") +
                (said ? said : "a Python error without a text");
  PyErr_Clear();
  Py_XDECREF(text);
  Py_XDECREF(kind);
  Py_XDECREF(trace);
  const weft_status status = error ? status_of(error) : WEFT_INTERNAL;
  Py_XSETREF(kept().error, error);
  return weft_fail(status, kept().text.c_str());
}

PyObject* raise_status(weft_status status) {
  if (status == WEFT_INTERRUPTED && pending_interrupt) {
    PyObject* error = std::exchange(pending_interrupt, nullptr);
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error)), error);
    Py_DECREF(error);
    return nullptr;
  }
  // A hook or a callback may have left a Python error; it is the cause.
  if (PyErr_Occurred()) return nullptr;
  if (PyObject* error = std::exchange(kept().error, nullptr)) {
    // The kept error counts only if the library still reports it: another failure may have come
    // between.
    if (strstr(weft_last_error(), kept().text.c_str())) {
      PyObject* added = PyObject_CallMethod(error, "add_note", "s", weft_last_error());
      if (!added) PyErr_Clear();
      Py_XDECREF(added);
      PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error)), error);
    }
    Py_DECREF(error);
  }
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
