// Python objects to values of the C interface: dtypes, weak scalars, arrays.
//
// The data policy is here. Python floats become float32, Python integers int64, bools bool; NumPy
// arrays keep their dtype. Python and NumPy scalars that are given to operators stay weak scalars,
// which take the dtype of the array beside them.
#include <cmath>
#include <cstring>

#include "native.h"

namespace weft::python {
namespace {

constexpr int kDTypes = WEFT_FLOAT8_E5M2FNUZ + 1;

// The format character of the buffer protocol for each dtype, by number; 'x' stands for bfloat16,
// which has none. Complex dtypes have two characters, 'Zf' and 'Zd'; those behind them have none.
constexpr char kFormats[] = "?BHILbhilexfd";

PyObject* dtype_objects[kDTypes] = {};  // numpy.dtype, or weft's own where NumPy has none
// A dict from all spellings that are accepted at once to the number.
PyObject* dtype_codes = nullptr;
PyTypeObject* numpy_array = nullptr;
PyTypeObject* numpy_scalar = nullptr;
PyTypeObject* numpy_bool = nullptr;
PyTypeObject* numpy_integer = nullptr;
PyTypeObject* numpy_floating = nullptr;
PyTypeObject* numpy_complex = nullptr;
PyObject* numpy_asarray = nullptr;
PyObject* numpy_empty = nullptr;

// The dtype of a format of the buffer protocol; -1: there is none.
int format_dtype(const char* format, Py_ssize_t size) {
  if (!format) return WEFT_UINT8;
  // Little-endian is the native order.
  if (*format == '@' || *format == '=' || *format == '<') ++format;
  if (*format == 'Z' && (format[1] == 'f' || format[1] == 'd') && !format[2])
    return format[1] == 'f' ? WEFT_COMPLEX64 : WEFT_COMPLEX128;
  if (!*format || format[1]) return -1;
  switch (*format) {  // sizes of C types differ between systems: 'l' may be 'q' or 'i'
    case 'l':
    case 'q':
    case 'n': return size == 8 ? WEFT_INT64 : WEFT_INT32;
    case 'L':
    case 'Q':
    case 'N': return size == 8 ? WEFT_UINT64 : WEFT_UINT32;
    case 'x': return -1;
    default: break;
  }
  const char* found = strchr(kFormats, *format);
  return found ? static_cast<int>(found - kFormats) : -1;
}

// A dense copy of the elements of `view`, in row-major order.
weft_tensor tensor_from_view(Py_buffer& view, weft_dtype dtype) {
  int64_t shape[kMaxAxes];
  for (int axis = 0; axis < view.ndim; ++axis) shape[axis] = view.shape[axis];
  void* dense = nullptr;
  if (!PyBuffer_IsContiguous(&view, 'C')) {
    dense = PyMem_Malloc(static_cast<size_t>(view.len));
    if (!dense) PyErr_NoMemory();
    if (!dense || PyBuffer_ToContiguous(dense, &view, view.len, 'C') != 0) {
      PyMem_Free(dense);
      return nullptr;
    }
  }
  weft_tensor out = nullptr;
  const void* data = dense ? dense : view.buf;
  const weft_status status = weft_tensor_create(dtype, view.ndim, shape, data, &out);
  PyMem_Free(dense);
  if (status != WEFT_OK) raise_status(status);
  return out;
}

// NumPy's array in the order of bytes of this machine. Null: a Python error is set.
PyObject* in_own_order(PyObject* object) {
  PyObject* given = PyObject_GetAttrString(object, "dtype");
  PyObject* own = given ? PyObject_CallMethod(given, "newbyteorder", "s", "=") : nullptr;
  PyObject* turned = own ? PyObject_CallMethod(object, "astype", "O", own) : nullptr;
  Py_XDECREF(given);
  Py_XDECREF(own);
  return turned;
}

weft_tensor tensor_from_buffer(PyObject* object);

// Array in the other order of bytes, by way of one in this machine's.
weft_tensor tensor_from_turned(PyObject* object) {
  PyObject* turned = in_own_order(object);
  weft_tensor out = turned ? tensor_from_buffer(turned) : nullptr;
  Py_XDECREF(turned);
  return out;
}

// The elements of an object with the buffer protocol. Null: a Python error is set.
weft_tensor tensor_from_buffer(PyObject* object) {
  Py_buffer view;
  if (PyObject_GetBuffer(object, &view, PyBUF_FULL_RO) != 0) {
    PyErr_Clear();
    weft_tensor out = tensor_from_bits(object);
    if (out || PyErr_Occurred()) return out;
    raise_error(WEFT_INVALID_TYPE, "array: elements of this %s have no dtype of Weft",
                Py_TYPE(object)->tp_name);
    return nullptr;
  }
  weft_tensor out = nullptr;
  const int dtype = format_dtype(view.format, view.itemsize);
  if (view.format && *view.format == '>' && format_dtype(view.format + 1, view.itemsize) >= 0 &&
      is_of_numpy(object)) {
    PyBuffer_Release(&view);
    return tensor_from_turned(object);
  }
  if (dtype < 0) {
    raise_error(WEFT_INVALID_TYPE,
                "array: elements of format '%s' have no dtype of Weft; convert them with "
                "numpy's `astype` first",
                view.format);
  } else if (view.ndim > kMaxAxes) {
    raise_error(WEFT_INVALID_VALUE, "array: rank must be at most %d; got %d", kMaxAxes, view.ndim);
  } else {
    out = tensor_from_view(view, dtype);
  }
  PyBuffer_Release(&view);
  return out;
}

// Sets an error for a masked array of NumPy, of whose elements some do not count: an array has no
// place for that. It is of a class of its own.
bool refuses_masked(PyObject* object) {
  if (Py_TYPE(object) == numpy_array) return false;
  PyObject* module = PyImport_ImportModule("numpy.ma");
  PyObject* found = module ? PyObject_CallMethod(module, "is_masked", "O", object) : nullptr;
  Py_XDECREF(module);
  const int is_masked = found ? PyObject_IsTrue(found) : -1;
  Py_XDECREF(found);
  if (is_masked > 0)
    raise_error(WEFT_INVALID_TYPE,
                "array: `object` is a masked array, and its mask would be lost; write "
                "`x.filled(value)`, or pass `x.data` and `x.mask`");
  return is_masked != 0;
}

// Replaces NumPy's error by one of Weft with the same text. Returns null.
weft_tensor raise_like_numpy() {
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  const bool is_overflow = PyErr_GivenExceptionMatches(type, PyExc_OverflowError);
  const bool is_value = PyErr_GivenExceptionMatches(type, PyExc_ValueError);
  if (!is_overflow && !is_value && !PyErr_GivenExceptionMatches(type, PyExc_TypeError)) {
    PyErr_Restore(type, value, trace);
    return nullptr;
  }
  raise_error(is_overflow ? WEFT_OVERFLOW
              : is_value  ? WEFT_INVALID_VALUE
                          : WEFT_INVALID_TYPE,
              "array: %S", value);
  Py_XDECREF(type);
  Py_XDECREF(value);
  Py_XDECREF(trace);
  return nullptr;
}

// Is it a number or an array in two halves of 64 bits, or one of these, by its own dtype? Python's
// numbers have none.
bool has_double(PyObject* item) {
  if (PyFloat_CheckExact(item) || PyLong_CheckExact(item) || PyComplex_CheckExact(item))
    return false;
  if (is_array(item)) {
    const weft_dtype dtype = weft_tensor_dtype(tensor_of(item));
    return dtype == WEFT_FLOAT64 || dtype == WEFT_COMPLEX128;
  }
  if (PyList_Check(item) || PyTuple_Check(item)) {
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(item); ++i)
      if (has_double(PySequence_Fast_GET_ITEM(item, i))) return true;
    return false;
  }
  if (!is_of_numpy(item)) return false;
  PyObject* found = PyObject_GetAttrString(item, "dtype");
  const bool is_double =
      found == dtype_objects[WEFT_FLOAT64] || found == dtype_objects[WEFT_COMPLEX128];
  Py_XDECREF(found);
  PyErr_Clear();
  return is_double;
}

// Numbers and lists go through NumPy, which knows how nested lists become arrays. What NumPy has
// with 64 bits among them keeps these.
weft_tensor tensor_from_python(PyObject* object, PyObject* dtype) {
  PyObject* array = PyObject_CallFunctionObjArgs(numpy_asarray, object, dtype, nullptr);
  if (!array) return raise_like_numpy();
  if (!dtype) {
    PyObject* found = PyObject_GetAttrString(array, "dtype");
    const bool is_complex = found == dtype_objects[WEFT_COMPLEX128];
    const bool is_double = found == dtype_objects[WEFT_FLOAT64] || is_complex;
    Py_XDECREF(found);
    if (is_double && !has_double(object)) {
      PyObject* narrow = dtype_objects[is_complex ? WEFT_COMPLEX64 : WEFT_FLOAT32];
      PyObject* single = PyObject_CallMethod(array, "astype", "O", narrow);
      Py_DECREF(array);
      if (!single) return nullptr;
      array = single;
    }
  }
  weft_tensor out = tensor_from_buffer(array);
  Py_DECREF(array);
  return out;
}

// Objects for which the data policy decides the dtype.
bool is_python_data(PyObject* object) {
  return PyList_Check(object) || PyTuple_Check(object) || PyFloat_CheckExact(object) ||
         PyLong_CheckExact(object) || PyBool_Check(object) || PyComplex_CheckExact(object);
}

bool has_array_protocol(PyObject* object) {
  return PyObject_CheckBuffer(object) || PyObject_HasAttrString(object, "__array__") ||
         PyObject_HasAttrString(object, "__array_interface__");
}

// An integer that int64 cannot hold: as uint64, or as a double close to it. The operator decides
// what becomes of it.
Found wide_integer(PyObject* object, bool is_positive, weft_value* value) {
  value->tag = WEFT_TAG_UNSIGNED;
  if (is_positive) {
    const unsigned long long bits = PyLong_AsUnsignedLongLong(object);
    value->as.integer = static_cast<int64_t>(bits);
    if (!PyErr_Occurred()) return Found::kYes;
    PyErr_Clear();
  }
  value->tag = WEFT_TAG_BEYOND;
  value->as.real = PyLong_AsDouble(object);
  if (PyErr_Occurred()) {
    PyErr_Clear();
    value->as.real = is_positive ? HUGE_VAL : -HUGE_VAL;
  }
  return Found::kYes;
}

Found integer_value(PyObject* object, weft_value* value) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (overflow) return wide_integer(object, overflow > 0, value);
  if (number == -1 && PyErr_Occurred()) return Found::kError;
  value->tag = WEFT_TAG_INT;
  value->as.integer = number;
  return Found::kYes;
}

Found numpy_scalar_value(PyObject* object, weft_value* value) {
  if (PyObject_TypeCheck(object, numpy_bool)) {
    value->tag = WEFT_TAG_BOOL;
    value->as.integer = PyObject_IsTrue(object);
    return Found::kYes;
  }
  if (PyObject_TypeCheck(object, numpy_integer)) {
    PyObject* number = PyNumber_Index(object);
    if (!number) return Found::kError;
    const Found found = integer_value(number, value);
    Py_DECREF(number);
    return found;
  }
  if (PyObject_TypeCheck(object, numpy_floating)) {
    value->tag = WEFT_TAG_FLOAT;
    value->as.real = PyFloat_AsDouble(object);
    return value->as.real == -1.0 && PyErr_Occurred() ? Found::kError : Found::kYes;
  }
  return Found::kNo;
}

}  // namespace

weft_tensor cast_to(weft_tensor tensor, weft_dtype dtype) {
  if (!tensor || weft_tensor_dtype(tensor) == dtype) return tensor;
  static const weft_op op = find_operator("cast");
  const weft_value values[2] = {tensor_value(tensor), dtype_value(dtype)};
  weft_tensor out = invoke(op, values, 2);
  weft_tensor_release(tensor);
  return out;
}

bool load_numpy() {
  PyObject* numpy = PyImport_ImportModule("numpy");
  PyObject* dtypes = PyImport_ImportModule("weft._core.dtypes");
  PyObject* objects = dtypes ? PyObject_GetAttrString(dtypes, "BY_NUMBER") : nullptr;
  if (numpy && objects) {
    for (int i = 0; i < kDTypes; ++i) dtype_objects[i] = PySequence_GetItem(objects, i);
    dtype_codes = PyObject_GetAttrString(dtypes, "CODES");
    numpy_asarray = PyObject_GetAttrString(numpy, "asarray");
    numpy_empty = PyObject_GetAttrString(numpy, "empty");
    struct {
      PyTypeObject** type;
      const char* name;
    } const types[] = {{&numpy_array, "ndarray"},     {&numpy_scalar, "generic"},
                       {&numpy_bool, "bool_"},        {&numpy_integer, "integer"},
                       {&numpy_floating, "floating"}, {&numpy_complex, "complexfloating"}};
    for (const auto& entry : types) {
      *entry.type = reinterpret_cast<PyTypeObject*>(PyObject_GetAttrString(numpy, entry.name));
    }
  }
  Py_XDECREF(objects);
  Py_XDECREF(dtypes);
  Py_XDECREF(numpy);
  return !PyErr_Occurred();
}

bool is_of_numpy(PyObject* object) {
  return PyObject_TypeCheck(object, numpy_array) || PyObject_TypeCheck(object, numpy_scalar);
}

PyObject* dtype_object(weft_dtype dtype) { return dtype_objects[dtype]; }

bool parse_dtype(PyObject* object, weft_dtype* dtype) {
  PyObject* code = nullptr;
  if (PyObject_Hash(object) != -1) code = PyDict_GetItemWithError(dtype_codes, object);
  if (!code) {
    PyErr_Clear();
    // Other spellings of the same dtypes: '<f4', ctypes; structured types are refused there.
    PyObject* module = PyImport_ImportModule("weft._core.dtypes");
    if (!module) return false;
    PyObject* number = PyObject_CallMethod(module, "number_of", "O", object);
    Py_DECREF(module);
    if (!number) return false;
    *dtype = static_cast<weft_dtype>(PyLong_AsLong(number));
    Py_DECREF(number);
    return !PyErr_Occurred();
  }
  *dtype = static_cast<weft_dtype>(PyLong_AsLong(code));
  return true;
}

Found scalar_value(PyObject* object, weft_value* value) {
  value->count = 0;
  if (PyFloat_Check(object)) {  // float64 scalars of NumPy are Python floats, too
    value->tag = WEFT_TAG_FLOAT;
    value->as.real = PyFloat_AS_DOUBLE(object);
    return Found::kYes;
  }
  if (PyBool_Check(object)) {
    value->tag = WEFT_TAG_BOOL;
    value->as.integer = object == Py_True;
    return Found::kYes;
  }
  if (PyLong_Check(object)) return integer_value(object, value);
  if (PyObject_TypeCheck(object, numpy_scalar)) return numpy_scalar_value(object, value);
  return Found::kNo;
}

// A complex number of Python or NumPy: a weak scalar, too.
Found complex_value(PyObject* object, weft_value* value, Temporaries& made) {
  const Py_complex number = PyComplex_AsCComplex(object);
  if (number.real == -1.0 && PyErr_Occurred()) return Found::kError;
  double* const parts = made.parts();
  parts[0] = number.real;
  parts[1] = number.imag;
  value->tag = WEFT_TAG_COMPLEX;
  value->as.parts = parts;
  return Found::kYes;
}

Found operand_value(PyObject* object, weft_value* value, Temporaries& made) {
  if (is_array(object)) {
    *value = tensor_value(tensor_of(object));
    made.result.note(object);
    return Found::kYes;
  }
  const Found scalar = scalar_value(object, value);
  if (scalar != Found::kNo) return scalar;
  const bool is_complex = PyComplex_Check(object) || PyObject_TypeCheck(object, numpy_complex);
  if (is_complex && made.has_room_for_parts()) return complex_value(object, value, made);
  if (!PyObject_TypeCheck(object, numpy_array) && !PyList_Check(object) && !PyTuple_Check(object)) {
    return Found::kNo;
  }
  weft_tensor tensor = tensor_from_object(object);
  if (!tensor) return Found::kError;
  made.keep(tensor);
  *value = tensor_value(tensor);
  return Found::kYes;
}

bool argument_value(PyObject* object, weft_value* value, Temporaries& made, const char* where,
                    const char* argument) {
  if (!made.has_room()) {
    raise_error(WEFT_UNSUPPORTED, "%s: at most %d arguments may be lists or foreign arrays", where,
                Temporaries::kRoom);
    return false;
  }
  switch (operand_value(object, value, made)) {
    case Found::kYes: return true;
    case Found::kError: return false;
    case Found::kNo: break;
  }
  if (has_array_protocol(object)) {
    weft_tensor tensor = tensor_from_object(object);
    if (!tensor) return false;
    made.keep(tensor);
    *value = tensor_value(tensor);
    return true;
  }
  raise_error(WEFT_INVALID_TYPE, "%s: `%s` must be an array, a number or a list; got %s", where,
              argument, object == Py_None ? "None" : Py_TYPE(object)->tp_name);
  return false;
}

weft_tensor listed_tensor(PyObject* object, const char* where, const char* argument) {
  if (is_array(object)) return weft_tensor_retain(tensor_of(object));
  if (is_python_data(object) || has_array_protocol(object)) return tensor_from_object(object);
  raise_error(WEFT_INVALID_TYPE, "%s: `%s` must be an array, a number or a list; got %s", where,
              argument, object == Py_None ? "None" : Py_TYPE(object)->tp_name);
  return nullptr;
}

bool is_numpy_array(PyObject* object) { return PyObject_TypeCheck(object, numpy_array) != 0; }

weft_tensor tensor_from_object(PyObject* object) {
  if (is_array(object)) return weft_tensor_retain(tensor_of(object));
  if (is_python_data(object)) return tensor_from_python(object, nullptr);
  if (PyObject_TypeCheck(object, numpy_array))
    return refuses_masked(object) ? nullptr : tensor_from_buffer(object);
  // NumPy scalars and foreign arrays: NumPy knows their protocols and keeps their dtype.
  if (!PyObject_TypeCheck(object, numpy_scalar) && !has_array_protocol(object) &&
      !PySequence_Check(object)) {
    raise_error(WEFT_INVALID_TYPE, "array: `object` must be an array, a number or a list; got %s",
                Py_TYPE(object)->tp_name);
    return nullptr;
  }
  PyObject* array = PyObject_CallOneArg(numpy_asarray, object);
  if (!array) return nullptr;
  weft_tensor out = tensor_from_buffer(array);
  Py_DECREF(array);
  return out;
}

weft_tensor tensor_from_object(PyObject* object, weft_dtype dtype) {
  if (is_python_data(object) && dtype != WEFT_BFLOAT16) {
    // NumPy makes an array that holds the numbers; those of a float8 are rounded once.
    const weft_dtype made = dtype == WEFT_INT4    ? WEFT_INT8
                            : dtype == WEFT_UINT4 ? WEFT_UINT8
                            : is_storage(dtype)   ? WEFT_FLOAT64
                                                  : dtype;
    return cast_to(tensor_from_python(object, dtype_objects[made]), dtype);
  }
  return cast_to(tensor_from_object(object), dtype);
}

// A tuple or list takes the fast way; other sequences become a list first.
int parse_ints(PyObject* object, int64_t* out, int room, const char* where, const char* argument) {
  const auto refuse = [&](PyObject* item) {
    PyErr_Clear();
    raise_error(WEFT_INVALID_TYPE, "%s: `%s` must be an integer or a tuple of integers; got %R",
                where, argument, item);
    return -1;
  };
  const auto number = [](PyObject* item, int64_t* result) {
    PyObject* index = PyNumber_Index(item);
    if (!index) return false;
    *result = PyLong_AsLongLong(index);
    Py_DECREF(index);
    return !(*result == -1 && PyErr_Occurred());
  };
  const bool is_tuple = PyTuple_Check(object);
  if (!is_tuple && !PyList_Check(object)) {
    if (PyIndex_Check(object) && number(object, out)) return 1;
    if (!PySequence_Check(object) || PyUnicode_Check(object)) return refuse(object);
    PyErr_Clear();
    PyObject* list = PySequence_List(object);
    if (!list) return refuse(object);
    const int count = parse_ints(list, out, room, where, argument);
    Py_DECREF(list);
    return count;
  }
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(object);
  if (count > room) {
    raise_error(WEFT_INVALID_VALUE, "%s: `%s` may have at most %d integers; got %zd", where,
                argument, room, count);
    return -1;
  }
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(object, i);
    if (!number(item, out + i)) return refuse(object);
  }
  return static_cast<int>(count);
}

PyObject* shape_tuple(const int64_t* extents, int rank) {
  PyObject* tuple = PyTuple_New(rank);
  if (!tuple) return nullptr;
  for (int axis = 0; axis < rank; ++axis) {
    PyObject* extent = PyLong_FromLongLong(extents[axis]);
    if (!extent) {
      Py_DECREF(tuple);
      return nullptr;
    }
    PyTuple_SET_ITEM(tuple, axis, extent);
  }
  return tuple;
}

PyObject* to_numpy(PyObject* array) {
  if (!note_read(array)) return nullptr;
  weft_tensor tensor = tensor_of(array);
  const weft_dtype dtype = weft_tensor_dtype(tensor);
  if (is_storage(dtype)) return bits_to_numpy(array, dtype);
  if (dtype == WEFT_BFLOAT16) {
    return raise_error(WEFT_INVALID_TYPE,
                       "asnumpy: NumPy has no bfloat16; use `x.astype(np.float32).asnumpy()`");
  }
  PyObject* shape = shape_tuple(weft_tensor_shape(tensor), weft_tensor_rank(tensor));
  if (!shape) return nullptr;
  PyObject* copy = PyObject_CallFunctionObjArgs(numpy_empty, shape, dtype_objects[dtype], nullptr);
  Py_DECREF(shape);
  if (!copy) return nullptr;
  Py_buffer view;
  if (PyObject_GetBuffer(copy, &view, PyBUF_WRITABLE | PyBUF_ND) != 0) {
    Py_DECREF(copy);
    return nullptr;
  }
  const weft_status status = weft_tensor_read(tensor, view.buf, static_cast<size_t>(view.len));
  PyBuffer_Release(&view);
  if (status != WEFT_OK) {
    Py_DECREF(copy);
    return raise_status(status);
  }
  return copy;
}

}  // namespace weft::python
