// Operators as Python functions, made from the library's reflection.
//
// An operator function is a vectorcall object: it takes inputs, then attributes, by position or
// keyword, and `out`. Keywords are compared by pointer first, because names in a call are interned.
// Arguments are gathered in one array on the stack; short lists of integers lie beside it.
#include <string>

#include "numbers.h"
#include "operator_object.h"
#include "symbols.h"

namespace weft::python {
namespace {

// Limits that no operator of the library reaches; make_function checks them.
constexpr int kMaxArguments = 32;
constexpr int kMaxOutputs = 8;
constexpr int kIntRoom = 64;      // integers of all lists of a call
constexpr int kMostInts = 65536;  // a longer list is a mistake

PyObject* out_name = nullptr;   // interned "out"
PyObject* name_name = nullptr;  // interned "name": the name of a node, in calls with symbols
// The mean that was recorded last: a weak reference, which may be null, and its rows.
PyObject* noted_mean = nullptr;
int64_t noted_rows = 0;
weft_op mean_op = nullptr;
thread_local int64_t rows_of_backward = 0;
PyObject* functions = nullptr;  // dict: name → function, in registry order

// Everything that one call needs until it returns.
struct Call {
  weft_value values[kMaxArguments];
  int64_t ints[kIntRoom];
  int used_ints = 0;
  // A list of integers that does not fit into `ints`; there can be one.
  int64_t* long_list = nullptr;
  int given = 0;            // one past the last argument that was set
  PyObject* out = nullptr;  // borrowed
  Temporaries made;
  TensorList list;
  weft_host_function function = nullptr;
  bool has_symbol = false;
  PyObject* name = nullptr;  // of the node, if the call has symbols

  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    if (long_list) PyMem_Free(long_list);
    if (function) weft_host_function_release(function);
  }
  // The class of the results.
  ResultClass result() const {
    ResultClass all = made.result;
    all.note(list.result);
    return all;
  }
};

PyObject* wrong_argument(const OperatorObject* self, int index, PyObject* object,
                         const char* expected) {
  return raise_error(WEFT_INVALID_TYPE, "%s: `%s` must be %s; got %R", self->info.name,
                     self->info.arguments[index].name, expected, object);
}

// None means that an attribute is absent, for attributes where that has a meaning or a default.
bool set_none(OperatorObject* self, Call& call, int index) {
  const weft_argument_info& argument = self->info.arguments[index];
  if (argument.required) {
    raise_error(WEFT_INVALID_TYPE, "%s: `%s` must be given; got None", self->info.name,
                argument.name);
    return false;
  }
  call.values[index].tag = argument.takes_none ? WEFT_TAG_NONE : WEFT_TAG_DEFAULT;
  return true;
}

// An attribute takes the dtype of no array: its integers must fit 64 bits, its floats are doubles.
bool settle_attribute(const OperatorObject* self, int index, PyObject* object, weft_value& value) {
  if (value.tag != WEFT_TAG_UNSIGNED && value.tag != WEFT_TAG_BEYOND) return true;
  if (self->info.arguments[index].kind == WEFT_TAG_FLOAT) {
    value.tag = WEFT_TAG_FLOAT;
    value.as.real = PyFloat_AsDouble(object);
    if (!PyErr_Occurred()) return true;
    PyErr_Clear();
  }
  raise_error(WEFT_OVERFLOW, "%s: `%s` must fit in 64 bits; got %R", self->info.name,
              self->info.arguments[index].name, object);
  return false;
}

bool set_number(OperatorObject* self, Call& call, int index, PyObject* object, int32_t kind) {
  weft_value& value = call.values[index];
  const Found found = scalar_value(object, &value);
  if (found == Found::kError) return false;
  if (found == Found::kYes && !settle_attribute(self, index, object, value)) return false;
  const bool is_integer = found == Found::kYes && value.tag == WEFT_TAG_INT;
  switch (kind) {
    case WEFT_TAG_INT:
      if (is_integer) return true;
      return wrong_argument(self, index, object, "an integer");
    case WEFT_TAG_BOOL:
      if (found == Found::kYes && value.tag != WEFT_TAG_FLOAT) {
        value.tag = WEFT_TAG_BOOL;
        value.as.integer = value.as.integer != 0;
        return true;
      }
      return wrong_argument(self, index, object, "True or False");
    default:
      if (found != Found::kYes) return wrong_argument(self, index, object, "a number");
      if (value.tag != WEFT_TAG_FLOAT) value.as.real = static_cast<double>(value.as.integer);
      value.tag = WEFT_TAG_FLOAT;
      return true;
  }
}

bool single_integer(PyObject* object, weft_value* value) {
  PyObject* number = PyIndex_Check(object) ? PyNumber_Index(object) : nullptr;
  value->tag = WEFT_TAG_INT;
  value->as.integer = number ? PyLong_AsLongLong(number) : -1;
  Py_XDECREF(number);
  const bool found = number && !PyErr_Occurred();
  PyErr_Clear();
  return found;
}

// One integer stays one integer: the operator knows what it means.
bool set_ints(OperatorObject* self, Call& call, int index, PyObject* object) {
  if (single_integer(object, call.values + index)) return true;
  const Py_ssize_t size = PySequence_Check(object) ? PySequence_Size(object) : 0;
  PyErr_Clear();
  int64_t* ints = call.ints + call.used_ints;
  int room = kIntRoom - call.used_ints;
  const bool is_long = size > room && size <= kMostInts && !call.long_list;
  if (is_long) {
    ints = call.long_list = PyMem_New(int64_t, size);
    room = static_cast<int>(size);
    if (!ints) return PyErr_NoMemory() != nullptr;
  }
  const int count =
      parse_ints(object, ints, room, self->info.name, self->info.arguments[index].name);
  if (count < 0) return false;
  if (!is_long) call.used_ints += count;
  call.values[index] = ints_value(ints, count);
  return true;
}

// All dtypes, for an error.
const char* every_dtype() {
  static const std::string* const text = [] {
    auto* names = new std::string("one of ");
    for (int dtype = WEFT_BOOL; dtype <= WEFT_FLOAT8_E5M2FNUZ; ++dtype)
      *names += (dtype == WEFT_BOOL ? "" : ", ") +
                std::string(weft_dtype_name(static_cast<weft_dtype>(dtype)));
    return names;
  }();
  return text->c_str();
}

bool set_function(OperatorObject* self, Call& call, int index, PyObject* object) {
  if (!PyCallable_Check(object)) return wrong_argument(self, index, object, "a function");
  call.function = host_function(object);
  call.values[index].tag = WEFT_TAG_FUNCTION;
  call.values[index].as.function = call.function;
  return call.function != nullptr;
}

bool set_attribute(OperatorObject* self, Call& call, int index, PyObject* object) {
  const weft_argument_info& argument = self->info.arguments[index];
  weft_value& value = call.values[index];
  value.count = 0;
  switch (argument.kind) {
    case WEFT_TAG_STRING: {
      if (!PyUnicode_Check(object)) return wrong_argument(self, index, object, "a string");
      Py_ssize_t size = 0;
      value.as.text = PyUnicode_AsUTF8AndSize(object, &size);
      value.tag = WEFT_TAG_STRING;
      value.count = static_cast<uint32_t>(size);
      return value.as.text != nullptr;
    }
    case WEFT_TAG_INTS: return set_ints(self, call, index, object);
    case WEFT_TAG_FUNCTION: return set_function(self, call, index, object);
    case WEFT_TAG_DTYPE: {
      weft_dtype dtype;
      if (!parse_dtype(object, &dtype)) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
        PyErr_Clear();
        return wrong_argument(self, index, object, every_dtype());
      }
      value = dtype_value(dtype);
      return true;
    }
    default: return set_number(self, call, index, object, argument.kind);
  }
}

// A symbol has no value yet; a tag marks that the argument is there.
bool set_symbol(Call& call, int index) {
  call.has_symbol = true;
  call.values[index].tag = WEFT_TAG_NONE;
  return true;
}

bool set_list(OperatorObject* self, Call& call, int index, PyObject* object) {
  if (holds_symbol(object)) return set_symbol(call, index);
  if (!call.list.fill(object, self->info.name, self->info.arguments[index].name)) return false;
  call.values[index] = call.list.value();
  return true;
}

// Sets argument `index`, by its kind.
inline bool set_argument(OperatorObject* self, Call& call, int index, PyObject* object) {
  if (index >= call.given) call.given = index + 1;
  if (object == Py_None) return set_none(self, call, index);
  if (index >= self->info.inputs) return set_attribute(self, call, index, object);
  if (is_symbol(object)) return set_symbol(call, index);
  if (self->info.arguments[index].kind == WEFT_TAG_TENSORS)
    return set_list(self, call, index, object);
  return argument_value(object, call.values + index, call.made, self->info.name,
                        self->info.arguments[index].name);
}

// By pointer first; a name that was computed at run time is not interned.
int find_argument(const OperatorObject* self, PyObject* name) {
  const int count = argument_count(self);
  for (int i = 0; i < count; ++i) {
    if (self->names[i] == name) return i;
  }
  for (int i = 0; i < count; ++i) {  // a name that was not interned
    if (PyUnicode_Compare(self->names[i], name) == 0) return i;
  }
  return -1;
}

// Sets an error that says what to write instead (weft/_base/spelling.py). Returns false.
bool unknown_keyword(const OperatorObject* self, PyObject* name) {
  PyObject* accepted = PyList_New(0);
  for (int i = 0; accepted && i < argument_count(self); ++i)
    PyList_Append(accepted, self->names[i]);
  if (accepted) PyList_Append(accepted, out_name);
  PyObject* module = accepted ? PyImport_ImportModule("weft._base.spelling") : nullptr;
  PyObject* error = module ? PyObject_CallMethod(module, "unknown_argument", "sOO", self->info.name,
                                                 name, accepted)
                           : nullptr;
  if (error) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error)), error);
  Py_XDECREF(error);
  Py_XDECREF(module);
  Py_XDECREF(accepted);
  return false;
}

bool set_keyword(OperatorObject* self, Call& call, Py_ssize_t positional, PyObject* name,
                 PyObject* object) {
  if (name == out_name || PyUnicode_Compare(name, out_name) == 0) {
    call.out = object == Py_None ? nullptr : object;
    return true;
  }
  const int index = find_argument(self, name);
  if (index < 0 && symbol_type && PyUnicode_Compare(name, name_name) == 0) {
    call.name = object;
    return true;
  }
  if (index < 0) return unknown_keyword(self, name);
  if (index < positional) {
    raise_error(WEFT_INVALID_TYPE, "%s: `%s` is given twice", self->info.name,
                self->info.arguments[index].name);
    return false;
  }
  return set_argument(self, call, index, object);
}

// Fills in all arguments of a call. False: a Python error is set.
bool gather(OperatorObject* self, Call& call, PyObject* const* args, Py_ssize_t positional,
            PyObject* keywords) {
  const int count = argument_count(self);
  if (positional > count) {
    raise_error(WEFT_INVALID_TYPE, "%s: takes at most %d arguments; got %zd", self->info.name,
                count, positional);
    return false;
  }
  for (int i = 0; i < count; ++i) call.values[i].tag = WEFT_TAG_DEFAULT;
  for (Py_ssize_t i = 0; i < positional; ++i) {
    if (!set_argument(self, call, static_cast<int>(i), args[i])) return false;
  }
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t k = 0; k < named; ++k) {
    PyObject* name = PyTuple_GET_ITEM(keywords, k);
    if (!set_keyword(self, call, positional, name, args[positional + k])) return false;
  }
  for (int i = 0; i < count; ++i) {
    if (call.values[i].tag == WEFT_TAG_DEFAULT && self->info.arguments[i].required) {
      raise_error(WEFT_INVALID_TYPE, "%s: `%s` is missing", self->info.name,
                  self->info.arguments[i].name);
      return false;
    }
  }
  if (call.given < self->info.inputs) call.given = self->info.inputs;
  return true;
}

// If all inputs are numbers, there is no dtype to take: they become arrays by the data policy.
bool ensure_array(OperatorObject* self, Call& call) {
  bool any_scalar = false;
  for (int i = 0; i < self->info.inputs; ++i) {
    if (call.values[i].tag == WEFT_TAG_TENSOR || call.values[i].tag == WEFT_TAG_TENSORS)
      return true;
    any_scalar |= call.values[i].tag != WEFT_TAG_DEFAULT;
  }
  if (!any_scalar) return true;
  for (int i = 0; i < self->info.inputs; ++i) {
    weft_value& value = call.values[i];
    weft_tensor tensor = nullptr;
    weft_status status = WEFT_OK;
    const float real = static_cast<float>(value.as.real);
    const uint8_t flag = value.as.integer != 0;
    float pair[2];
    switch (value.tag) {
      case WEFT_TAG_FLOAT:
        status = weft_tensor_create(WEFT_FLOAT32, 0, nullptr, &real, &tensor);
        break;
      case WEFT_TAG_INT:
        status = weft_tensor_create(WEFT_INT64, 0, nullptr, &value.as.integer, &tensor);
        break;
      case WEFT_TAG_UNSIGNED:
        status = weft_tensor_create(WEFT_UINT64, 0, nullptr, &value.as.integer, &tensor);
        break;
      case WEFT_TAG_BEYOND:
        raise_error(WEFT_OVERFLOW, "%s: `%s` must fit in 64 bits", self->info.name,
                    self->info.arguments[i].name);
        return false;
      case WEFT_TAG_COMPLEX:
        pair[0] = static_cast<float>(value.as.parts[0]);
        pair[1] = static_cast<float>(value.as.parts[1]);
        status = weft_tensor_create(WEFT_COMPLEX64, 0, nullptr, pair, &tensor);
        break;
      case WEFT_TAG_BOOL: status = weft_tensor_create(WEFT_BOOL, 0, nullptr, &flag, &tensor); break;
      default: continue;
    }
    if (status != WEFT_OK) {
      raise_status(status);
      return false;
    }
    call.made.keep(tensor);
    value = tensor_value(tensor);
  }
  return true;
}

// The arrays that `out` gives for the results.
bool read_out(OperatorObject* self, PyObject* out, weft_tensor* outs, Py_ssize_t count) {
  const bool is_one = self->info.outputs == 1;
  if (is_one && is_array(out)) {
    outs[0] = tensor_of(out);
    return true;
  }
  const bool is_sequence = PyTuple_Check(out) || (self->info.outputs == 0 && PyList_Check(out));
  if (is_sequence && PySequence_Fast_GET_SIZE(out) == count) {
    Py_ssize_t found = 0;
    while (found < count && is_array(PySequence_Fast_GET_ITEM(out, found))) {
      outs[found] = tensor_of(PySequence_Fast_GET_ITEM(out, found));
      ++found;
    }
    if (found == count) return true;
  }
  raise_error(WEFT_INVALID_TYPE, "%s: `out` must be %s; got %s", self->info.name,
              is_one ? "an array" : "a tuple with one array per result", Py_TYPE(out)->tp_name);
  return false;
}

PyObject* wrap_all(weft_tensor* outs, int count, const ResultClass& result) {
  PyObject* tuple = PyTuple_New(count);
  for (int i = 0; i < count; ++i) {
    PyObject* array = wrap(outs[i], result);
    if (tuple && array) {
      PyTuple_SET_ITEM(tuple, i, array);
    } else {
      Py_XDECREF(array);
      Py_CLEAR(tuple);
    }
  }
  return tuple;
}

PyObject* wrap_list(weft_tensor* outs, size_t count, const ResultClass& result) {
  PyObject* list = PyList_New(static_cast<Py_ssize_t>(count));
  for (size_t i = 0; i < count; ++i) {
    PyObject* array = wrap(outs[i], result);
    if (list && array) {
      PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), array);
    } else {
      Py_XDECREF(array);
      Py_CLEAR(list);
    }
  }
  return list;
}

// A call whose arguments decide how many results there are.
PyObject* call_with_list_of_results(OperatorObject* self, Call& call) {
  const auto given = static_cast<size_t>(call.given);
  size_t count = 0;
  weft_status status = weft_op_count_outputs(self->op, call.values, given, &count);
  if (status != WEFT_OK) return raise_status(status);
  Handles results(count);
  weft_tensor* const outs = results.get();
  if (!outs) return nullptr;
  if (call.out && !read_out(self, call.out, outs, static_cast<Py_ssize_t>(count))) return nullptr;
  follow_task();
  status = weft_invoke(self->op, call.values, given, outs, count);
  if (status != WEFT_OK) return raise_status(status);
  if (!call.out) return wrap_list(outs, count, call.result());
  Py_INCREF(call.out);
  return call.out;
}

// The arguments of a call as a dict, without `out` and the node's name.
PyObject* arguments_by_name(const OperatorObject* self, PyObject* const* args,
                            Py_ssize_t positional, PyObject* keywords) {
  PyObject* arguments = PyDict_New();
  bool failed = !arguments;
  for (Py_ssize_t i = 0; !failed && i < positional; ++i)
    failed = PyDict_SetItem(arguments, self->names[i], args[i]) != 0;
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t k = 0; !failed && k < named; ++k) {
    PyObject* name = PyTuple_GET_ITEM(keywords, k);
    if (find_argument(self, name) >= 0)
      failed = PyDict_SetItem(arguments, name, args[positional + k]) != 0;
  }
  if (failed) Py_CLEAR(arguments);
  return arguments;
}

// A call with symbols: weft/sym makes a node of it.
PyObject* composed(OperatorObject* self, const Call& call, PyObject* const* args,
                   Py_ssize_t positional, PyObject* keywords) {
  if (call.out)
    return raise_error(WEFT_INVALID_TYPE, "%s: `out` must be left out where symbols are composed",
                       self->info.name);
  size_t outputs = static_cast<size_t>(self->info.outputs);
  if (outputs == 0) {
    const auto given = static_cast<size_t>(call.given);
    const weft_status status = weft_op_count_outputs(self->op, call.values, given, &outputs);
    if (status != WEFT_OK) return raise_status(status);
  }
  PyObject* arguments = arguments_by_name(self, args, positional, keywords);
  if (!arguments) return nullptr;
  PyObject* result = compose(reinterpret_cast<PyObject*>(self), arguments, outputs, call.name);
  Py_DECREF(arguments);
  return result;
}

// A recorded mean of all elements is noted for who calls its `backward`.
PyObject* wrap_mean(weft_tensor out, const Call& call) {
  PyObject* const mean = wrap(out, call.result());
  const bool is_noted = mean && is_array(mean) && weft_tensor_rank(tensor_of(mean)) == 0 &&
                        (weft_modes() & WEFT_MODE_RECORDING);
  if (!is_noted) return mean;
  const weft_value& given = call.values[0];
  Py_CLEAR(noted_mean);
  if (given.tag == WEFT_TAG_TENSOR && weft_tensor_rank(given.as.tensor) > 0) {
    noted_rows = weft_tensor_shape(given.as.tensor)[0];
    noted_mean = PyWeakref_NewRef(mean, nullptr);
    if (!noted_mean) PyErr_Clear();
  }
  return mean;
}

// NumPy's `where` takes any condition for one that is compared with 0. False: a Python error is
// set.
bool condition_as_truth(Call& call) {
  weft_value& condition = call.values[0];
  if (condition.tag != WEFT_TAG_TENSOR || weft_tensor_dtype(condition.as.tensor) == WEFT_BOOL ||
      !call.made.has_room())
    return true;
  static const weft_op differs = find_operator("not_equal");
  weft_value values[2] = {condition, {}};
  values[1].tag = WEFT_TAG_INT;
  weft_tensor truth = invoke(differs, values, 2);
  if (!truth) return false;
  call.made.keep(truth);
  condition = tensor_value(truth);
  return true;
}

// The vectorcall. The path of eager calls with one result is kept short.
PyObject* call_operator(PyObject* object, PyObject* const* args, size_t flags, PyObject* keywords) {
  OperatorObject* self = self_of(object);
  Call call;
  if (!gather(self, call, args, PyVectorcall_NARGS(flags), keywords)) return nullptr;
  if (__builtin_expect(call.has_symbol, 0) || (self->info.random && is_composing()))
    return composed(self, call, args, PyVectorcall_NARGS(flags), keywords);
  if (call.name) {
    unknown_keyword(self, name_name);
    return nullptr;
  }
  if (!ensure_array(self, call)) return nullptr;
  follow_task();
  static const weft_op power = find_operator("power"), where = find_operator("where");
  if (self->op == where && !condition_as_truth(call)) return nullptr;
  if (self->op == power && refuses_power(call.values[0], call.values[1])) return nullptr;
  const int outputs = self->info.outputs;
  weft_tensor outs[kMaxOutputs] = {};
  if (outputs == 0) return call_with_list_of_results(self, call);
  if (call.out && !read_out(self, call.out, outs, outputs)) return nullptr;
  const weft_status status = weft_invoke(self->op, call.values, static_cast<size_t>(call.given),
                                         outs, static_cast<size_t>(outputs));
  if (__builtin_expect(status != WEFT_OK, 0)) return raise_status(status);
  if (call.out) {
    PyObject* out =
        PyTuple_Check(call.out) && outputs == 1 ? PyTuple_GET_ITEM(call.out, 0) : call.out;
    Py_INCREF(out);
    return out;
  }
  if (__builtin_expect(self->op == mean_op, 0)) return wrap_mean(outs[0], call);
  return outputs == 1 ? wrap(outs[0], call.result()) : wrap_all(outs, outputs, call.result());
}

// ---- the type ----

PyObject* represent(PyObject* object) {
  const weft_op_info& info = self_of(object)->info;
  return PyUnicode_FromFormat("<operator weft.%s.%s>", info.place, info.name);
}

// Pickled by name: weft._native finds the function again.
PyObject* reduce(PyObject* object, PyObject*) {
  return PyUnicode_FromString(self_of(object)->info.name);
}

// An operator that is an attribute of the array type is a method.
PyObject* bind(PyObject* function, PyObject* object, PyObject*) {
  if (!object) {
    Py_INCREF(function);
    return function;
  }
  return PyMethod_New(function, object);
}

PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};

PyTypeObject make_type() {
  PyTypeObject type = {};
  Py_SET_REFCNT(reinterpret_cast<PyObject*>(&type), 1);  // static: never freed
  type.tp_name = "weft._native.Operator";
  type.tp_basicsize = sizeof(OperatorObject);
  type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR;
  type.tp_vectorcall_offset = offsetof(OperatorObject, call);
  type.tp_call = PyVectorcall_Call;
  type.tp_repr = represent;
  type.tp_descr_get = bind;
  type.tp_getset = operator_attributes;
  type.tp_methods = methods;
  return type;
}

PyObject* make_function(weft_op op) {  // lives as long as the process
  OperatorObject* self = PyObject_New(OperatorObject, &operator_type);  // lives for ever
  if (!self) return nullptr;
  self->call = call_operator;
  self->op = op;
  self->info = {};
  self->info.struct_size = sizeof(weft_op_info);
  const weft_status status = weft_op_get_info(op, &self->info);
  if (status != WEFT_OK) return raise_status(status);
  const int count = argument_count(self);
  if (count > kMaxArguments || self->info.outputs > kMaxOutputs) {
    return raise_error(WEFT_INTERNAL, "%s: has more arguments or results than the extension takes",
                       self->info.name);
  }
  self->names =
      static_cast<PyObject**>(PyMem_Calloc(static_cast<size_t>(count + 1), sizeof(PyObject*)));
  if (!self->names) return PyErr_NoMemory();
  for (int i = 0; i < count; ++i) {
    self->names[i] = PyUnicode_InternFromString(self->info.arguments[i].name);
    if (!self->names[i]) return nullptr;
  }
  return reinterpret_cast<PyObject*>(self);
}

// Makes the functions of operators that were registered since the last call.
bool update_functions() {
  if (!functions) {
    out_name = PyUnicode_InternFromString("out");
    name_name = PyUnicode_InternFromString("name");
    functions = PyDict_New();
    mean_op = find_operator("mean");
  }
  if (!out_name || !name_name || !functions) return false;
  for (size_t i = static_cast<size_t>(PyDict_GET_SIZE(functions)); i < weft_op_count(); ++i) {
    PyObject* function = make_function(weft_op_at(i));
    if (!function) return false;
    const int failed = PyDict_SetItemString(functions, self_of(function)->info.name, function);
    Py_DECREF(function);
    if (failed) return false;
  }
  return true;
}

}  // namespace

PyTypeObject operator_type = make_type();

PyObject* operator_list() { return update_functions() ? PyDict_Values(functions) : nullptr; }

PyObject* find_function(const char* name) {
  return update_functions() ? PyDict_GetItemString(functions, name) : nullptr;
}

int64_t mean_of_backward() { return rows_of_backward; }

void note_backward(PyObject* head) {
  rows_of_backward = 0;
  if (!head || !noted_mean) return;
  PyObject* const mean = PyObject_CallNoArgs(noted_mean);
  if (!mean) PyErr_Clear();
  if (mean == head) rows_of_backward = noted_rows;
  Py_XDECREF(mean);
}

weft_op find_operator(const char* name) {
  weft_op op = nullptr;
  return weft_op_find(name, &op) == WEFT_OK ? op : nullptr;
}

}  // namespace weft::python
