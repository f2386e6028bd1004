// Python functions that graphs call, and where `print` writes.
//
// Both run on the thread that called the library, which may have released the GIL. An exception
// stays set as the error of that thread; raise_status finds it when the call returns.
#include <cstdio>

#include "native.h"

namespace weft::python {
namespace {

PyObject* tuple_of(const weft_tensor* tensors, size_t count) {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(count));
  for (size_t i = 0; tuple && i < count; ++i) {
    PyObject* array = wrap(weft_tensor_retain(tensors[i]));
    if (array)
      PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), array);
    else
      Py_CLEAR(tuple);
  }
  return tuple;
}

// Puts new references to the arrays of a sequence into `outputs`. False: a Python error is set.
bool take_arrays(PyObject* result, weft_tensor* outputs, size_t count) {
  PyObject* items = PySequence_Tuple(result);
  if (!items) return false;
  bool sound = PyTuple_GET_SIZE(items) == static_cast<Py_ssize_t>(count);
  if (!sound)
    raise_error(WEFT_INVALID_VALUE, "callback: the function must give %zu arrays; got %zd", count,
                PyTuple_GET_SIZE(items));
  for (size_t i = 0; sound && i < count; ++i) {
    PyObject* item = PyTuple_GET_ITEM(items, static_cast<Py_ssize_t>(i));
    sound = is_array(item);
    if (sound)
      outputs[i] = weft_tensor_retain(tensor_of(item));
    else
      raise_error(WEFT_INVALID_TYPE, "callback: result %zu must be an array; got %s", i,
                  Py_TYPE(item)->tp_name);
  }
  Py_DECREF(items);
  return sound;
}

// The weft_host_call of all functions; `context` is the Python function.
weft_status call_function(void* context, const weft_tensor* inputs, size_t ninputs,
                          weft_tensor* outputs, size_t noutputs) {
  const PyGILState_STATE gil = take_gil();
  PyObject* arguments = tuple_of(inputs, ninputs);
  PyObject* result =
      arguments ? PyObject_CallObject(static_cast<PyObject*>(context), arguments) : nullptr;
  const bool sound = result && take_arrays(result, outputs, noutputs);
  Py_XDECREF(arguments);
  Py_XDECREF(result);
  PyGILState_Release(gil);
  return sound ? WEFT_OK : WEFT_INVALID_STATE;
}

// May run on any thread, and while an exception is set.
void release_function(void* context) {
  if (!Py_IsInitialized()) return;
  const PyGILState_STATE gil = take_gil();
  PyObject *kind = nullptr, *error = nullptr, *trace = nullptr;
  PyErr_Fetch(&kind, &error, &trace);
  Py_DECREF(static_cast<PyObject*>(context));
  PyErr_Restore(kind, error, trace);
  PyGILState_Release(gil);
}

}  // namespace

// The function's name appears in errors.
weft_host_function host_function(PyObject* callable) {
  PyObject* name = PyObject_GetAttrString(callable, "__qualname__");
  if (!name) PyErr_Clear();
  const char* text = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : nullptr;
  if (!text) PyErr_Clear();
  weft_host_function function = nullptr;
  Py_INCREF(callable);
  const weft_status status =
      weft_host_function_create(text ? text : Py_TYPE(callable)->tp_name, call_function, callable,
                                release_function, &function);
  Py_XDECREF(name);
  if (status != WEFT_OK) raise_status(status);
  return function;
}

weft_status print_text(const char* text, size_t size) {
  if (!Py_IsInitialized()) return std::fwrite(text, 1, size, stdout) == size ? WEFT_OK : WEFT_IO;
  const PyGILState_STATE gil = take_gil();
  PyObject* file = PySys_GetObject("stdout");  // borrowed; None where there is none
  PyObject* line = PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(size), "replace");
  PyObject* written = nullptr;
  if (line && file && file != Py_None) written = PyObject_CallMethod(file, "write", "O", line);
  const bool failed = PyErr_Occurred() != nullptr;
  Py_XDECREF(written);
  Py_XDECREF(line);
  PyGILState_Release(gil);
  return failed ? WEFT_IO : WEFT_OK;
}

}  // namespace weft::python
