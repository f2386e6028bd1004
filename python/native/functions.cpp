// A traced function: it is called with arrays and gives a tuple of arrays.
//
// The GIL is released while the plan runs. The inputs stay alive because the caller's arguments do.
// The library holds their contents as values, so a write by another thread goes to other memory.
#include "native.h"

namespace weft::python {
namespace {

FunctionObject* self_of(PyObject* object) { return reinterpret_cast<FunctionObject*>(object); }

// The vectorcall of a function; arrays by position only.
PyObject* call(PyObject* object, PyObject* const* args, size_t flags, PyObject* keywords) {
  FunctionObject* self = self_of(object);
  const size_t ninputs = static_cast<size_t>(PyVectorcall_NARGS(flags));
  const size_t nouts = weft_function_outputs(self->function);
  if (keywords && PyTuple_GET_SIZE(keywords) > 0) {
    return raise_error(WEFT_INVALID_TYPE, "function: takes arrays by position only");
  }
  Handles arguments(ninputs), results(nouts);
  weft_tensor *const inputs = arguments.get(), *const outs = results.get();
  if (!inputs || !outs) return nullptr;
  for (size_t i = 0; i < ninputs; ++i) {
    if (!is_array(args[i])) {
      return raise_error(WEFT_INVALID_TYPE, "function: argument %zu must be an array; got %s", i,
                         Py_TYPE(args[i])->tp_name);
    }
    inputs[i] = tensor_of(args[i]);
  }
  follow_task();
  const weft_status status =
      without_gil([&] { return weft_function_call(self->function, inputs, ninputs, outs, nouts); });
  if (status != WEFT_OK) return raise_status(status);
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(nouts));
  for (size_t i = 0; i < nouts; ++i) {
    PyObject* array = wrap(outs[i]);
    if (tuple && array) {
      PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), array);
    } else {
      Py_XDECREF(array);
      Py_CLEAR(tuple);
    }
  }
  return tuple;
}

void destroy(PyObject* object) {
  weft_function_release(self_of(object)->function);
  PyObject_Free(object);
}

PyObject* captures(PyObject* object, PyObject*) {
  weft_function function = self_of(object)->function;
  const size_t count = weft_function_captures(function);
  PyObject* list = PyList_New(static_cast<Py_ssize_t>(count));
  for (size_t i = 0; list && i < count; ++i) {
    PyObject* array = wrap(weft_tensor_retain(weft_function_capture_at(function, i)));
    if (array) {
      PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), array);
    } else {
      Py_CLEAR(list);
    }
  }
  return list;
}

PyObject* capture_names(PyObject* object, PyObject*) {
  weft_function function = self_of(object)->function;
  const size_t count = weft_function_captures(function);
  PyObject* list = PyList_New(static_cast<Py_ssize_t>(count));
  for (size_t i = 0; list && i < count; ++i) {
    const char* name = weft_function_capture_name_at(function, i);
    PyObject* text = PyUnicode_FromString(name ? name : "");
    if (text) {
      PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), text);
    } else {
      Py_CLEAR(list);
    }
  }
  return list;
}

PyObject* text(PyObject* object, PyObject* what) {
  const char* kind = PyUnicode_AsUTF8(what);
  if (!kind) return nullptr;
  const char* found = nullptr;
  // Without the GIL: a thread that makes a plan may hold the function's lock and wait for the GIL,
  // because of a rule in Python.
  const weft_status status =
      without_gil([&] { return weft_function_get_text(self_of(object)->function, kind, &found); });
  return status == WEFT_OK ? PyUnicode_FromString(found) : raise_status(status);
}

// The figures of the last plan, as a dict.
PyObject* memory(PyObject* object, PyObject*) {
  weft_plan_memory memory = WEFT_PLAN_MEMORY_INIT;
  const weft_status status =
      without_gil([&] { return weft_function_memory(self_of(object)->function, &memory); });
  if (status != WEFT_OK) return raise_status(status);
  return Py_BuildValue(
      "{s:L,s:L,s:L,s:L,s:L,s:L,s:d,s:L}", "arena", static_cast<long long>(memory.arena),
      "residual", static_cast<long long>(memory.residual), "backward",
      static_cast<long long>(memory.backward), "lower_bound",
      static_cast<long long>(memory.lower_bound), "nodes", static_cast<long long>(memory.nodes),
      "backward_bound", static_cast<long long>(memory.backward_bound), "planning", memory.planning,
      "prepared", static_cast<long long>(memory.prepared));
}

PyObject* set_budget(PyObject* object, PyObject* bytes) {
  const long long count = PyLong_AsLongLong(bytes);
  if (count == -1 && PyErr_Occurred()) return nullptr;
  const weft_status status = weft_function_set_budget(self_of(object)->function, count);
  if (status != WEFT_OK) return raise_status(status);
  Py_RETURN_NONE;
}

PyObject* trim(PyObject* object, PyObject*) {
  const weft_status status = weft_function_trim(self_of(object)->function);
  if (status != WEFT_OK) return raise_status(status);
  Py_RETURN_NONE;
}

PyObject* inputs(PyObject* object, void*) {
  return PyLong_FromSize_t(weft_function_inputs(self_of(object)->function));
}
PyObject* outputs(PyObject* object, void*) {
  return PyLong_FromSize_t(weft_function_outputs(self_of(object)->function));
}

PyObject* is_example(PyObject* object, void*) {
  return PyBool_FromLong(weft_function_is_example(self_of(object)->function));
}

PyObject* is_current(PyObject* object, void*) {
  return PyBool_FromLong(weft_function_is_current(self_of(object)->function));
}

PyMethodDef methods[] = {
    {"captures", captures, METH_NOARGS, "captures()\n--\n\nArrays met while tracing."},
    {"capture_names", capture_names, METH_NOARGS,
     "capture_names()\n--\n\nTheir names in the file that the function was loaded from."},
    {"text", text, METH_O, "text(what)\n--\n\nThe 'graph' or the 'plan' last run, as text."},
    {"memory", memory, METH_NOARGS, "memory()\n--\n\nBytes of the plan last run, as a dict."},
    {"set_budget", set_budget, METH_O,
     "set_budget(bytes)\n--\n\nOf plans made from now on; 0: none."},
    {"trim", trim, METH_NOARGS, "trim()\n--\n\nGives back what its plans keep from run to run."},
    {nullptr, nullptr, 0, nullptr}};
PyGetSetDef attributes[] = {
    {"inputs", inputs, nullptr, "Number of inputs.", nullptr},
    {"outputs", outputs, nullptr, "Number of outputs.", nullptr},
    {"is_example", is_example, nullptr, "Is it one example of a program with sizes, to be joined?",
     nullptr},
    {"is_current", is_current, nullptr,
     "Have the arrays that it trains the gradient requests of its trace?", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyTypeObject make_type() {
  PyTypeObject type = {};
  Py_SET_REFCNT(reinterpret_cast<PyObject*>(&type), 1);  // static: never freed
  type.tp_name = "weft._native.Function";
  type.tp_doc = PyDoc_STR("A traced graph with its plans; called with arrays.");
  type.tp_basicsize = sizeof(FunctionObject);
  type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL;
  type.tp_vectorcall_offset = offsetof(FunctionObject, call);
  type.tp_call = PyVectorcall_Call;
  type.tp_dealloc = destroy;
  type.tp_methods = methods;
  type.tp_getset = attributes;
  return type;
}

}  // namespace

PyTypeObject function_type = make_type();

PyObject* wrap_function(weft_function function) {
  FunctionObject* self = PyObject_New(FunctionObject, &function_type);
  if (!self) {
    weft_function_release(function);
    return nullptr;
  }
  self->function = function;
  self->call = call;
  return reinterpret_cast<PyObject*>(self);
}

}  // namespace weft::python
