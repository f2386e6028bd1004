// Methods of the array that are not simply an operator of it. `sum`, `mean` and the like are
// operator functions, which module.cpp puts into the type: they bind like methods.
#include <cstdio>
#include <cstring>
#include <utility>

#include "native.h"
#include "numbers.h"

namespace weft::python {
namespace {

PyObject* checked(weft_status status) {
  if (status != WEFT_OK) return raise_status(status);
  Py_RETURN_NONE;
}

// f(2, 3) and f((2, 3)) mean the same. Gives the count, or -1 with a Python error set.
int ints_of(PyObject* const* args, Py_ssize_t count, int64_t* out, const char* where,
            const char* argument) {
  if (count == 1) return parse_ints(args[0], out, kMaxAxes, where, argument);
  PyObject* tuple = PyTuple_New(count);
  if (!tuple) return -1;
  for (Py_ssize_t i = 0; i < count; ++i) {
    Py_INCREF(args[i]);
    PyTuple_SET_ITEM(tuple, i, args[i]);
  }
  const int found = parse_ints(tuple, out, kMaxAxes, where, argument);
  Py_DECREF(tuple);
  return found;
}

// A method with arguments that it has no short way for: the function `name` of weft.np._layouts.
PyObject* laid_out(const char* name, PyObject* self, PyObject* const* args, Py_ssize_t count,
                   PyObject* keywords) {
  PyObject* module = PyImport_ImportModule("weft.np._layouts");
  PyObject* function = module ? PyObject_GetAttrString(module, name) : nullptr;
  Py_XDECREF(module);
  PyObject* bound = function ? PyMethod_New(function, self) : nullptr;
  Py_XDECREF(function);
  PyObject* out =
      bound ? PyObject_Vectorcall(bound, args, static_cast<size_t>(count), keywords) : nullptr;
  Py_XDECREF(bound);
  return out;
}

PyObject* reshape(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  if (keywords && PyTuple_GET_SIZE(keywords) > 0)
    return laid_out("reshape", self, args, count, keywords);
  int64_t shape[kMaxAxes];
  const int rank = ints_of(args, count, shape, "reshape", "shape");
  return rank < 0 ? nullptr : wrap_like(self, reshaped(tensor_of(self), shape, rank));
}

PyObject* transpose(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  static const weft_op op = find_operator("transpose");
  weft_value values[2] = {tensor_value(tensor_of(self)), {}};
  if (count == 0 || (count == 1 && args[0] == Py_None))
    return wrap_like(self, invoke(op, values, 1));
  int64_t axes[kMaxAxes];
  const int rank = ints_of(args, count, axes, "transpose", "axes");
  if (rank < 0) return nullptr;
  values[1] = ints_value(axes, rank);
  return wrap_like(self, invoke(op, values, 2));
}

// Sets an error for a cast that NumPy's rule `casting` forbids.
bool may_cast(PyObject* self, weft_dtype dtype, const char* casting) {
  PyObject* module = PyImport_ImportModule("weft.np._layouts");
  PyObject* done =
      module ? PyObject_CallMethod(module, "check_cast", "OOs", self, dtype_object(dtype), casting)
             : nullptr;
  Py_XDECREF(module);
  Py_XDECREF(done);
  return done != nullptr;
}

PyObject* astype(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* const names[] = {"dtype", "order", "casting", "subok", "copy", nullptr};
  PyObject* object = nullptr;
  PyObject *order = Py_None, *subok = Py_None;  // of NumPy's; they mean nothing here
  const char* casting = "unsafe";
  int copy = 1;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OsOp:astype", const_cast<char**>(names),
                                   &object, &order, &casting, &subok, &copy)) {
    return nullptr;
  }
  weft_dtype dtype;
  if (!parse_dtype(object, &dtype)) return nullptr;
  if (strcmp(casting, "unsafe") != 0 && !may_cast(self, dtype, casting)) return nullptr;
  if (!copy && weft_tensor_dtype(tensor_of(self)) == dtype) {
    Py_INCREF(self);
    return self;
  }
  // A cast to the same dtype may give the array itself, so a copy is made by the operator `copy`.
  static const weft_op cast = find_operator("cast");
  static const weft_op copied = find_operator("copy");
  const bool same = weft_tensor_dtype(tensor_of(self)) == dtype;
  const weft_value values[2] = {tensor_value(tensor_of(self)), dtype_value(dtype)};
  return same ? wrap_like(self, invoke(copied, values, 1))
              : wrap_like(self, invoke(cast, values, 2));
}

PyObject* copy(PyObject* self, PyObject*) {
  static const weft_op op = find_operator("copy");
  const weft_value value = tensor_value(tensor_of(self));
  return wrap_like(self, invoke(op, &value, 1));
}

PyObject* copy_in_order(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* const names[] = {"order", nullptr};
  const char* order = "C";
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|s:copy", const_cast<char**>(names), &order)) {
    return nullptr;
  }
  if (strlen(order) == 1 && strchr("CFAKcfak", *order)) return copy(self, nullptr);
  return raise_error(WEFT_INVALID_VALUE, "copy: `order` must be 'C', 'F', 'A' or 'K'; got '%s'",
                     order);
}

PyObject* detach(PyObject* self, PyObject*) {
  weft_tensor out = nullptr;
  const weft_status status = weft_tensor_detach(tensor_of(self), &out);
  return status == WEFT_OK ? wrap_like(self, out) : raise_status(status);
}

// A deep copy is a new array with the same elements and without history.
PyObject* deep_copy(PyObject* self, PyObject*) {
  PyObject* constant = detach(self, nullptr);
  if (!constant) return nullptr;
  PyObject* out = copy(constant, nullptr);
  Py_DECREF(constant);
  return out;
}

// The index of one element: that of each axis, a tuple of these, or that of the flat array.
PyObject* element_key(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  if (count == 1 && PyTuple_Check(args[0])) return Py_NewRef(args[0]);
  weft_tensor tensor = tensor_of(self);
  const int rank = weft_tensor_rank(tensor);
  if (count != 1 || rank == 1) {
    PyObject* key = PyTuple_New(count);
    for (Py_ssize_t i = 0; key && i < count; ++i) PyTuple_SET_ITEM(key, i, Py_NewRef(args[i]));
    return key;
  }
  int64_t place = PyNumber_AsSsize_t(args[0], PyExc_IndexError);
  if (place == -1 && PyErr_Occurred()) return nullptr;
  const int64_t size = weft_tensor_elements(tensor);
  if (place < -size || place >= size)
    return raise_error(WEFT_INDEX_OUT_OF_RANGE, "item: %lld is out of bounds for %lld elements",
                       static_cast<long long>(place), static_cast<long long>(size));
  if (place < 0) place += size;
  int64_t index[kMaxAxes];
  for (int axis = rank - 1; axis >= 0; --axis) {
    index[axis] = place % weft_tensor_shape(tensor)[axis];
    place /= weft_tensor_shape(tensor)[axis];
  }
  return shape_tuple(index, rank);
}

PyObject* item(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  if (count == 0) return item_object(self);
  PyObject* key = element_key(self, args, count);
  if (!key) return nullptr;
  PyObject* element = PyObject_GetItem(self, key);
  Py_DECREF(key);
  if (!element) return nullptr;
  PyObject* out = item_object(element);
  Py_DECREF(element);
  return out;
}

// round(x, decimals): unlike that of a number, round() of an array keeps the dtype.
PyObject* rounded(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  static const weft_op op = find_operator("round");
  weft_value values[2] = {tensor_value(tensor_of(self)), {}};
  if (count > 1)
    return raise_error(WEFT_INVALID_TYPE, "round: takes at most 1 number; got %zd", count);
  if (count == 0 || args[0] == Py_None) return wrap_like(self, invoke(op, values, 1));
  const Found found = scalar_value(args[0], values + 1);
  if (found == Found::kError) return nullptr;
  if (found == Found::kNo || values[1].tag != WEFT_TAG_INT) {
    return raise_error(WEFT_INVALID_TYPE, "round: `decimals` must be an integer; got %R", args[0]);
  }
  return wrap_like(self, invoke(op, values, 2));
}

PyObject* asnumpy(PyObject* self, PyObject*) { return to_numpy(self); }

// Numbers of a storage dtype are listed as those of the dtype that holds them.
PyObject* elements_of(PyObject* self) {
  const weft_dtype dtype = weft_tensor_dtype(tensor_of(self));
  if (!is_storage(dtype)) return to_numpy(self);
  const weft_dtype wide = dtype == WEFT_INT4    ? WEFT_INT8
                          : dtype == WEFT_UINT4 ? WEFT_UINT8
                                                : WEFT_FLOAT32;
  PyObject* numbers = wrap(cast_to(weft_tensor_retain(tensor_of(self)), wide));
  PyObject* elements = numbers ? to_numpy(numbers) : nullptr;
  Py_XDECREF(numbers);
  return elements;
}

PyObject* tolist(PyObject* self, PyObject*) {
  PyObject* elements = elements_of(self);
  if (!elements) return nullptr;
  PyObject* list = PyObject_CallMethod(elements, "tolist", nullptr);
  Py_DECREF(elements);
  return list;
}

// Calls a method that is written in Python: a function of a module whose first argument is the
// array.
PyObject* call_function(const char* module_name, const char* name, PyObject* self, PyObject* args,
                        PyObject* keywords) {
  PyObject* module = PyImport_ImportModule(module_name);
  if (!module) return nullptr;
  PyObject* function = PyObject_GetAttrString(module, name);
  Py_DECREF(module);
  if (!function) return nullptr;
  PyObject* bound = PyMethod_New(function, self);
  Py_DECREF(function);
  if (!bound) return nullptr;
  PyObject* out = PyObject_Call(bound, args, keywords);
  Py_DECREF(bound);
  return out;
}
PyObject* call_interop(const char* name, PyObject* self, PyObject* args, PyObject* keywords) {
  return call_function("weft._core.interop", name, self, args, keywords);
}
PyObject* array_value(PyObject* self, PyObject* args, PyObject* keywords) {
  return call_interop("array_value", self, args, keywords);
}
PyObject* call_protocol(const char* name, PyObject* self, PyObject* args, PyObject* keywords) {
  return call_function("weft.np._protocols", name, self, args, keywords);
}
PyObject* array_ufunc(PyObject* self, PyObject* args, PyObject* keywords) {
  return call_protocol("array_ufunc", self, args, keywords);
}
PyObject* array_function(PyObject* self, PyObject* args, PyObject* keywords) {
  return call_protocol("array_function", self, args, keywords);
}
PyObject* format(PyObject* self, PyObject* args) {
  return call_interop("formatted", self, args, nullptr);
}
PyObject* as_html(PyObject* self, PyObject* args) {
  return call_function("weft._core.printing", "as_html", self, args, nullptr);
}
PyObject* shared_numpy(PyObject* self, PyObject*) {
  PyObject* none = PyTuple_New(0);
  PyObject* out = none ? call_interop("shared_numpy", self, none, nullptr) : nullptr;
  Py_XDECREF(none);
  return out;
}

PyObject* call_searching(const char* name, PyObject* self, PyObject* args, PyObject* keywords) {
  return call_function("weft.np._searching", name, self, args, keywords);
}
PyObject* nonzero(PyObject* self, PyObject* args) {
  return call_searching("nonzero", self, args, nullptr);
}
PyObject* compress(PyObject* self, PyObject* args, PyObject* keywords) {
  return call_searching("compressed", self, args, keywords);
}
PyObject* sort(PyObject* self, PyObject* args, PyObject* keywords) {
  return call_searching("sort_in_place", self, args, keywords);
}

PyObject* to_complex(PyObject* self, PyObject*) {
  if (is_complex(weft_tensor_dtype(tensor_of(self)))) return item_object(self);
  PyObject* real = PyNumber_Float(self);
  if (!real) return nullptr;
  PyObject* out = PyComplex_FromDoubles(PyFloat_AS_DOUBLE(real), 0);
  Py_DECREF(real);
  return out;
}

PyObject* conjugate(PyObject* self, PyObject*) {
  static const weft_op op = find_operator("conj");
  const weft_value value = tensor_value(tensor_of(self));
  return wrap_like(self, invoke(op, &value, 1));
}

// The array API has a version a year. What is asked for as "2023.12" is told from other texts
// alone.
bool is_known_version(const char* text) {
  int year = 0, month = 0, length = 0;
  if (sscanf(text, "%4d.%2d%n", &year, &month, &length) != 2 || text[length] != '\0') return false;
  return year >= 2021 && year <= 2024 && month >= 1 && month <= 12;
}

PyObject* array_namespace(PyObject*, PyObject* args, PyObject* keywords) {
  static const char* const names[] = {"api_version", nullptr};
  const char* version = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|z:__array_namespace__",
                                   const_cast<char**>(names), &version)) {
    return nullptr;
  }
  if (version && !is_known_version(version)) {
    return raise_error(WEFT_INVALID_VALUE,
                       "__array_namespace__: `api_version` must be None or from '2021.01' to "
                       "'2024.12'; got '%s'",
                       version);
  }
  return PyImport_ImportModule("weft.np");
}

bool parse_grad_req(const char* text, int32_t* grad_req) {
  static const struct {
    const char* name;
    int32_t value;
  } kinds[] = {{"null", WEFT_GRAD_NULL}, {"write", WEFT_GRAD_WRITE}, {"add", WEFT_GRAD_ADD}};
  for (const auto& kind : kinds) {
    if (strcmp(text, kind.name) == 0) {
      *grad_req = kind.value;
      return true;
    }
  }
  raise_error(WEFT_INVALID_VALUE,
              "attach_grad: `grad_req` must be 'write', 'add' or 'null'; got '%s'", text);
  return false;
}

// May arrays of integers have gradients? MXNet's may.
bool integer_gradients = false;

bool parse_stype(const char* text, int32_t* kind) {
  const bool is_sparse = text && strcmp(text, "row_sparse") == 0;
  const int32_t dense = integer_gradients ? WEFT_GRAD_ANY_ARRAY : WEFT_GRAD_ARRAY;
  *kind = is_sparse ? WEFT_GRAD_ROW_SPARSE : dense;
  if (!text || is_sparse || strcmp(text, "default") == 0) return true;
  raise_error(WEFT_INVALID_VALUE,
              "attach_grad: `stype` must be 'default' or 'row_sparse'; got '%s'", text);
  return false;
}

PyObject* attach_grad(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* const names[] = {"grad_req", "stype", nullptr};
  const char* text = "write";
  const char* stype = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|sz:attach_grad", const_cast<char**>(names),
                                   &text, &stype)) {
    return nullptr;
  }
  int32_t grad_req, kind;
  if (!parse_grad_req(text, &grad_req) || !parse_stype(stype, &kind)) return nullptr;
  return checked(weft_tensor_attach_grad_of_kind(tensor_of(self), grad_req, kind));
}

PyObject* backward(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* const names[] = {"out_grad", "retain_graph", "train_mode", nullptr};
  PyObject* out_grad = Py_None;
  PyObject* train_mode = Py_None;
  int retain_graph = 0;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|OpO:backward", const_cast<char**>(names),
                                   &out_grad, &retain_graph, &train_mode)) {
    return nullptr;
  }
  const int is_training = train_mode == Py_None ? -1 : PyObject_IsTrue(train_mode);
  if (PyErr_Occurred()) return nullptr;
  if (out_grad != Py_None && !is_array(out_grad)) {
    return raise_error(WEFT_INVALID_TYPE, "backward: `out_grad` must be an array; got %s",
                       Py_TYPE(out_grad)->tp_name);
  }
  const weft_tensor head = tensor_of(self);
  const weft_tensor head_grad = out_grad == Py_None ? nullptr : tensor_of(out_grad);
  follow_task();
  note_backward(self);
  const uint32_t before = weft_modes();
  if (is_training >= 0)
    weft_set_modes(is_training ? WEFT_MODE_TRAINING : 0, is_training ? 0 : WEFT_MODE_TRAINING);
  const weft_status status =
      without_gil([&] { return weft_backward(&head, &head_grad, 1, retain_graph); });
  weft_set_modes(before & WEFT_MODE_TRAINING, ~before & WEFT_MODE_TRAINING);
  return checked(status);
}

PyObject* wait_to_read(PyObject* self, PyObject*) {
  return checked(weft_tensor_wait(tensor_of(self)));
}

PyObject* bytes_of(PyObject* self) {
  weft_tensor tensor = tensor_of(self);
  const Py_ssize_t size =
      static_cast<Py_ssize_t>(weft_dtype_size(weft_tensor_dtype(tensor)) *
                              static_cast<size_t>(weft_tensor_elements(tensor)));
  PyObject* data = PyBytes_FromStringAndSize(nullptr, size);
  if (!data) return nullptr;
  const weft_status status =
      weft_tensor_read(tensor, PyBytes_AS_STRING(data), static_cast<size_t>(size));
  if (status == WEFT_OK) return data;
  Py_DECREF(data);
  return raise_status(status);
}

// A buffer that pickle protocol 5 may carry outside of its stream.
PyObject* pickle_buffer(PyObject* self) {
  PyObject* dense = copy(self, nullptr);
  PyObject* buffer = dense ? PyPickleBuffer_FromObject(dense) : nullptr;
  Py_XDECREF(dense);
  return buffer;
}

// An array of a derived class is pickled as the class, a plain array, and its dict if it has one.
PyObject* reduce_derived(PyObject* self) {
  PyObject* plain = wrap(weft_tensor_retain(tensor_of(self)));
  if (!plain) return nullptr;
  PyObject* dict = PyObject_GetAttrString(self, "__dict__");
  if (!dict) PyErr_Clear();
  return dict ? Py_BuildValue("O(N)N", Py_TYPE(self), plain, dict)
              : Py_BuildValue("O(N)", Py_TYPE(self), plain);
}

// Pickles the elements as bytes; history and gradient are not pickled.
PyObject* reduce(PyObject* self, PyObject* given) {
  if (Py_TYPE(self) != &array_type) return reduce_derived(self);
  const long protocol = PyLong_AsLong(given);
  if (protocol == -1 && PyErr_Occurred()) return nullptr;
  weft_tensor tensor = tensor_of(self);
  const bool outside = protocol >= 5 && has_buffer(weft_tensor_dtype(tensor));
  PyObject* data = outside ? pickle_buffer(self) : bytes_of(self);
  if (!data) return nullptr;
  PyObject* module = PyImport_ImportModule("weft._native");
  PyObject* rebuild = module ? PyObject_GetAttrString(module, "tensor_from_bytes") : nullptr;
  PyObject* shape = shape_tuple(weft_tensor_shape(tensor), weft_tensor_rank(tensor));
  PyObject* out = nullptr;
  if (rebuild && shape) {
    out = Py_BuildValue("O(sOO)", rebuild, weft_dtype_name(weft_tensor_dtype(tensor)), shape, data);
  }
  Py_XDECREF(module);
  Py_XDECREF(rebuild);
  Py_XDECREF(shape);
  Py_DECREF(data);
  return out;
}

// PyTorch's `view` takes a shape.
PyObject* view(PyObject* self, PyObject* args, PyObject* keywords) {
  PyObject* named = keywords ? PyDict_GetItemString(keywords, "dtype") : nullptr;
  const Py_ssize_t count = PyTuple_GET_SIZE(args) + (keywords ? PyDict_GET_SIZE(keywords) : 0);
  if (count == 0)
    return wrap_like(self, reshaped(tensor_of(self), weft_tensor_shape(tensor_of(self)),
                                    weft_tensor_rank(tensor_of(self))));
  if (keywords && PyDict_GET_SIZE(keywords) > (named ? 1 : 0))
    return raise_error(WEFT_INVALID_TYPE, "view: takes `dtype` alone; got %R", keywords);
  PyObject* given = named && count == 1                     ? named
                    : PyTuple_GET_SIZE(args) == 1 && !named ? PyTuple_GET_ITEM(args, 0)
                                                            : args;
  if (PyType_Check(given) && PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(given), &array_type))
    return wrap(weft_tensor_retain(tensor_of(self)), reinterpret_cast<PyTypeObject*>(given));
  if (PyLong_Check(given) || PyTuple_Check(given)) {
    return raise_error(WEFT_INVALID_TYPE,
                       "view: `dtype` must be a dtype; got %R; for another shape write "
                       "`x.reshape(...)`",
                       given);
  }
  weft_dtype dtype = WEFT_BOOL;
  if (!parse_dtype(given, &dtype)) return nullptr;
  const weft_dtype own = weft_tensor_dtype(tensor_of(self));
  if (weft_dtype_size(own) != weft_dtype_size(dtype) && has_buffer(own) && has_buffer(dtype)) {
    PyObject* const arguments[] = {dtype_object(dtype)};
    return laid_out("view_of_bytes", self, arguments, 1, nullptr);
  }
  return wrap_like(self, reinterpreted(weft_tensor_retain(tensor_of(self)), dtype));
}

PyObject* flatten(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords) {
  if (given > 0 || (keywords && PyTuple_GET_SIZE(keywords) > 0))
    return laid_out("flatten", self, args, given, keywords);
  PyObject* dense = copy(self, nullptr);
  if (!dense) return nullptr;
  const int64_t whole = -1;
  PyObject* out = wrap_like(self, reshaped(tensor_of(dense), &whole, 1));
  Py_DECREF(dense);
  return out;
}

// PyMethodDef has one function type for all calling conventions.
template <class Function>
PyCFunction as_method(Function* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)(void)>(function));
}

}  // namespace

bool set_integer_gradients(bool allowed) { return std::exchange(integer_gradients, allowed); }

PyMethodDef array_methods[] = {
    {"reshape", as_method(reshape), METH_FASTCALL | METH_KEYWORDS,
     "reshape(*shape, order='C', copy=None)\n--\n\n"
     "The same elements in another shape; one extent may be -1. `order` 'F' reads and fills the\n"
     "first axis fastest; `copy` True always copies."},
    {"transpose", as_method(transpose), METH_FASTCALL,
     "transpose(*axes)\n--\n\nThe view with its axes permuted; reversed without `axes`."},
    {"flatten", as_method(flatten), METH_FASTCALL | METH_KEYWORDS,
     "flatten(order='C')\n--\n\nA copy with one axis, in the order 'C' or 'F'."},
    {"astype", as_method(astype), METH_VARARGS | METH_KEYWORDS,
     "astype(dtype, order='K', casting='unsafe', subok=True, copy=True)\n--\n\n"
     "The elements converted to another dtype. `casting`: NumPy's rule that it has to obey.\n\n"
     "Raises TypeError where the rule forbids it."},
    {"view", as_method(view), METH_VARARGS | METH_KEYWORDS,
     "view(dtype=None)\n--\n\nThe array again, on the same memory, also as one of a class of "
     "arrays; "
     "with a dtype a copy\nof the bytes as elements of that dtype, along the last axis where their "
     "sizes "
     "differ."},
    {"conj", conjugate, METH_NOARGS, "conj()\n--\n\nThe conjugates of the elements."},
    {"conjugate", conjugate, METH_NOARGS, "conjugate()\n--\n\nThe same as conj()."},
    {"copy", as_method(copy_in_order), METH_VARARGS | METH_KEYWORDS,
     "copy(order='C')\n--\n\nA new array with the same elements; they lie row by row for any "
     "order."},
    {"nonzero", nonzero, METH_VARARGS,
     "nonzero()\n--\n\nWhere the array is not zero: one index array for each axis."},
    {"compress", as_method(compress), METH_VARARGS | METH_KEYWORDS,
     "compress(condition, axis=None)\n--\n\nSlices along an axis where `condition` is not zero."},
    {"sort", as_method(sort), METH_VARARGS | METH_KEYWORDS,
     "sort(axis=-1, kind=None, order=None, *, stable=None, descending=False)\n--\n\n"
     "Puts the elements along an axis in order, in place. Every kind of sorting is stable."},
    {"detach", detach, METH_NOARGS,
     "detach()\n--\n\nThe same content without its history: no gradient flows through it."},
    {"item", as_method(item), METH_FASTCALL,
     "item(*index)\n--\n\nThe only element, or the one at `index`, as a Python number: an index "
     "for each axis,\na tuple of these, or one into the flat array."},
    {"tolist", tolist, METH_NOARGS, "tolist()\n--\n\nThe elements as nested lists."},
    {"asnumpy", asnumpy, METH_NOARGS,
     "asnumpy()\n--\n\nA NumPy array with a copy of the elements."},
    {"numpy", shared_numpy, METH_NOARGS,
     "numpy()\n--\n\nA NumPy array on the same memory: both sides see what either writes."},
    {"to_device", as_method(to_device), METH_VARARGS | METH_KEYWORDS,
     "to_device(device, *, stream=None)\n--\n\nThe array on a device, a weft.Device or its name: "
     "itself if it is there, else a copy.\nThe copy is made behind the program; gradients flow "
     "back through it.\n\nRaises LookupError if there is no such device."},
    {"attach_grad", as_method(attach_grad), METH_VARARGS | METH_KEYWORDS,
     "attach_grad(grad_req='write', stype=None)\n--\n\n"
     "Makes the array a leaf that receives a gradient: an array, or with stype='row_sparse' a\n"
     "weft.sparse.RowSparseArray with the rows that lookups with sparse_grad=True have read.\n"
     "A result of recorded operators keeps its history, and receives its gradient as well;\n"
     "`x = x.detach()` before makes a leaf without a history of it."},
    {"backward", as_method(backward), METH_VARARGS | METH_KEYWORDS,
     "backward(out_grad=None, retain_graph=False, train_mode=None)\n--\n\n"
     "Gradients of this recorded array into the arrays that called attach_grad(). `train_mode`:\n"
     "the mode in which a `Function` makes them; that of the thread if it is left out."},
    {"wait_to_read", wait_to_read, METH_NOARGS,
     "wait_to_read()\n--\n\nReturns when the elements are computed."},
    {"__array__", as_method(array_value), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"__array_function__", as_method(array_function), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"__array_ufunc__", as_method(array_ufunc), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"__array_namespace__", as_method(array_namespace), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"__dlpack__", as_method(to_dlpack), METH_VARARGS | METH_KEYWORDS,
     "__dlpack__(*, stream=None, max_version=None, dl_device=None, copy=None)\n--\n\n"
     "A DLPack capsule of the array's own memory, which stays in place while it is shared."},
    {"__dlpack_device__", dlpack_device, METH_NOARGS, nullptr},
    {"__complex__", to_complex, METH_NOARGS, nullptr},
    {"__format__", format, METH_VARARGS, nullptr},
    {"_repr_html_", as_html, METH_VARARGS, nullptr},
    {"__round__", as_method(rounded), METH_FASTCALL, nullptr},
    {"__copy__", copy, METH_NOARGS, nullptr},
    {"__deepcopy__", deep_copy, METH_O, nullptr},
    {"__reduce_ex__", reduce, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace weft::python
