// How an operator function describes itself: its definition as a dict, docstring and signature.
#include <cstring>

#include "operator_object.h"

namespace weft::python {

PyObject* value_object(const weft_value& value) {
  switch (value.tag) {
    case WEFT_TAG_INT: return PyLong_FromLongLong(value.as.integer);
    case WEFT_TAG_FLOAT: return PyFloat_FromDouble(value.as.real);
    case WEFT_TAG_BOOL: return PyBool_FromLong(value.as.integer != 0);
    case WEFT_TAG_STRING:
      return PyUnicode_FromStringAndSize(value.as.text, static_cast<Py_ssize_t>(value.count));
    case WEFT_TAG_INTS: return shape_tuple(value.as.ints, static_cast<int>(value.count));
    case WEFT_TAG_DTYPE:
      return PyUnicode_FromString(weft_dtype_name(static_cast<weft_dtype>(value.as.integer)));
    default: Py_RETURN_NONE;
  }
}

namespace {

// Kinds of arguments, with their names in schemas.
constexpr struct {
  int32_t kind;
  const char* name;
} kKinds[] = {
    {WEFT_TAG_TENSOR, "array"}, {WEFT_TAG_TENSORS, "arrays"}, {WEFT_TAG_INT, "int"},
    {WEFT_TAG_FLOAT, "float"},  {WEFT_TAG_BOOL, "bool"},      {WEFT_TAG_STRING, "str"},
    {WEFT_TAG_INTS, "ints"},    {WEFT_TAG_DTYPE, "dtype"},    {WEFT_TAG_FUNCTION, "function"}};

const char* kind_name(int32_t kind) {
  for (const auto& known : kKinds) {
    if (known.kind == kind) return known.name;
  }
  return "";
}

}  // namespace

int32_t argument_kind(const char* name) {
  for (const auto& known : kKinds) {
    if (strcmp(known.name, name) == 0) return known.kind;
  }
  return WEFT_TAG_DEFAULT;
}

namespace {

PyObject* flag(int32_t value) { return value ? Py_True : Py_False; }

PyObject* argument_list(const OperatorObject* self) {
  PyObject* list = PyList_New(0);
  for (int i = 0; list && i < argument_count(self); ++i) {
    const weft_argument_info& argument = self->info.arguments[i];
    PyObject* item =
        Py_BuildValue("{s:s,s:s,s:s,s:O,s:O,s:O,s:N}", "name", argument.name, "doc", argument.doc,
                      "kind", kind_name(argument.kind), "required", flag(argument.required),
                      "keeps_dtype", flag(argument.keeps_dtype), "takes_none",
                      flag(argument.takes_none), "default", value_object(argument.fallback));
    if (!item || PyList_Append(list, item) != 0) Py_CLEAR(list);
    Py_XDECREF(item);
  }
  return list;
}

PyObject* sample_list(const OperatorObject* self) {
  PyObject* list = PyList_New(0);
  for (int i = 0; list && i < self->info.samples; ++i) {
    PyObject* text = PyUnicode_FromString(self->info.sample[i]);
    if (!text || PyList_Append(list, text) != 0) Py_CLEAR(list);
    Py_XDECREF(text);
  }
  return list;
}

// The whole definition as a dict. Documentation, stubs and tests are derived from it.
PyObject* schema(PyObject* object, void*) {
  const OperatorObject* self = self_of(object);
  const weft_op_info& info = self->info;
  PyObject* arguments = argument_list(self);
  PyObject* samples = sample_list(self);
  if (!arguments || !samples) {
    Py_XDECREF(arguments);
    Py_XDECREF(samples);
    return nullptr;
  }
  return Py_BuildValue("{s:s,s:s,s:s,s:s,s:s,s:s,s:z,s:O,s:O,s:O,s:O,s:O,s:i,s:i,s:N,s:(dd),s:N}",
                       "name", info.name, "doc", info.doc, "place", info.place, "promotion",
                       info.promotion, "like", info.like, "no_gradient", info.no_gradient,
                       "library", info.library, "composite", flag(info.composite), "elementwise",
                       flag(info.elementwise), "random", flag(info.random), "effect",
                       flag(info.effect), "runs_on_caller", flag(info.runs_on_caller), "outputs",
                       info.outputs, "inputs", info.inputs, "arguments", arguments, "domain",
                       info.domain_low, info.domain_high, "samples", samples);
}

PyObject* name(PyObject* object, void*) { return PyUnicode_FromString(self_of(object)->info.name); }

PyObject* place(PyObject* object, void*) {
  return PyUnicode_FromString(self_of(object)->info.place);
}
PyObject* library(PyObject* object, void*) {
  return Py_BuildValue("z", self_of(object)->info.library);
}

PyObject* module_name(PyObject* object, void*) {
  return PyUnicode_FromFormat("weft.%s", self_of(object)->info.place);
}

// weft/_core/schema.py writes docstrings and signatures, also for the stub generator.
PyObject* described(PyObject* object, const char* function) {
  PyObject* definition = schema(object, nullptr);
  PyObject* module = definition ? PyImport_ImportModule("weft._core.schema") : nullptr;
  PyObject* out = module ? PyObject_CallMethod(module, function, "O", definition) : nullptr;
  Py_XDECREF(module);
  Py_XDECREF(definition);
  return out;
}
PyObject* docstring(PyObject* object, void*) { return described(object, "docstring"); }
PyObject* signature(PyObject* object, void*) { return described(object, "signature"); }

}  // namespace

PyGetSetDef operator_attributes[] = {
    {"__name__", name, nullptr, nullptr, nullptr},
    {"__qualname__", name, nullptr, nullptr, nullptr},
    {"__module__", module_name, nullptr, nullptr, nullptr},
    {"__doc__", docstring, nullptr, nullptr, nullptr},
    {"__signature__", signature, nullptr, nullptr, nullptr},
    {"schema", schema, nullptr, "The definition as a dict.", nullptr},
    {"place", place, nullptr, "The namespace: np, npx or internal.", nullptr},
    {"library", library, nullptr, "Who registered it; None: it is built in.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

}  // namespace weft::python
