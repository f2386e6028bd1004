// Attributes of the array: dtype, shape and the like, views, and the gradient.
#include "native.h"

namespace weft::python {
namespace {

PyObject* shape(PyObject* self, void*) {
  weft_tensor tensor = tensor_of(self);
  PyObject* tuple = shape_tuple(weft_tensor_shape(tensor), weft_tensor_rank(tensor));
  // Extents that only a run knows are Extent objects in the tuple.
  if (!tuple || !any_extent_follows(tensor)) return tuple;
  for (int axis = 0; axis < weft_tensor_rank(tensor); ++axis) {
    Range range;
    if (!extent_follows(tensor, axis, &range)) continue;
    PyObject* extent = as_extent(PyLong_FromLongLong(weft_tensor_shape(tensor)[axis]), range);
    if (!extent || PyTuple_SetItem(tuple, axis, extent) < 0) {
      Py_DECREF(tuple);
      return nullptr;
    }
  }
  return tuple;
}

// NumPy counts strides in bytes, the library in elements.
PyObject* strides(PyObject* self, void*) {
  weft_tensor tensor = tensor_of(self);
  const int64_t size = static_cast<int64_t>(weft_dtype_size(weft_tensor_dtype(tensor)));
  int64_t bytes[kMaxAxes];
  for (int axis = 0; axis < weft_tensor_rank(tensor); ++axis) {
    bytes[axis] = weft_tensor_strides(tensor)[axis] * size;
  }
  return shape_tuple(bytes, weft_tensor_rank(tensor));
}

PyObject* dtype(PyObject* self, void*) {
  PyObject* object = dtype_object(weft_tensor_dtype(tensor_of(self)));
  Py_INCREF(object);
  return object;
}

PyObject* ndim(PyObject* self, void*) { return PyLong_FromLong(weft_tensor_rank(tensor_of(self))); }

PyObject* size(PyObject* self, void*) {
  PyObject* elements = PyLong_FromLongLong(weft_tensor_elements(tensor_of(self)));
  return any_extent_follows(tensor_of(self)) ? as_extent(elements, Range()) : elements;
}

PyObject* itemsize(PyObject* self, void*) {
  return PyLong_FromSize_t(weft_dtype_size(weft_tensor_dtype(tensor_of(self))));
}

PyObject* nbytes(PyObject* self, void*) {
  weft_tensor tensor = tensor_of(self);
  return PyLong_FromSize_t(weft_dtype_size(weft_tensor_dtype(tensor)) *
                           static_cast<size_t>(weft_tensor_elements(tensor)));
}

PyObject* device(PyObject* self, void*) {
  return python_device(weft_tensor_device(tensor_of(self)));
}

PyObject* transposed(PyObject* self, void*) {
  static const weft_op op = find_operator("transpose");
  const weft_value value = tensor_value(tensor_of(self));
  return wrap_like(self, invoke(op, &value, 1));
}

PyObject* matrices_transposed(PyObject* self, void*) {
  static const weft_op op = find_operator("transpose");
  const int rank = weft_tensor_rank(tensor_of(self));
  if (rank < 2) {
    return raise_error(WEFT_INVALID_VALUE, "mT: the array must have at least two axes; got %d",
                       rank);
  }
  int64_t axes[kMaxAxes];
  for (int axis = 0; axis < rank; ++axis) axes[axis] = axis;
  axes[rank - 2] = rank - 1;
  axes[rank - 1] = rank - 2;
  const weft_value values[2] = {tensor_value(tensor_of(self)), ints_value(axes, rank)};
  return wrap_like(self, invoke(op, values, 2));
}

// The gradient as a weft.sparse.RowSparseArray.
PyObject* row_sparse_grad(PyObject* self) {
  weft_tensor indices = nullptr, rows = nullptr;
  const weft_status status = weft_tensor_grad_rows(tensor_of(self), &indices, &rows);
  if (status != WEFT_OK) return raise_status(status);
  PyObject* places = wrap_like(self, indices);
  PyObject* data = wrap_like(self, rows);
  PyObject* shape =
      shape_tuple(weft_tensor_shape(tensor_of(self)), weft_tensor_rank(tensor_of(self)));
  PyObject* module = PyImport_ImportModule("weft.sparse");
  PyObject* out = nullptr;
  if (places && data && shape && module)
    out = PyObject_CallMethod(module, "RowSparseArray", "OOO", data, places, shape);
  Py_XDECREF(places);
  Py_XDECREF(data);
  Py_XDECREF(shape);
  Py_XDECREF(module);
  return out;
}

PyObject* grad(PyObject* self, void*) {
  if (weft_tensor_grad_kind(tensor_of(self)) == WEFT_GRAD_ROW_SPARSE) return row_sparse_grad(self);
  weft_tensor out = nullptr;
  const weft_status status = weft_tensor_grad(tensor_of(self), &out);
  if (status != WEFT_OK) return raise_status(status);
  if (!out) Py_RETURN_NONE;
  return wrap_like(self, out);
}

PyObject* grad_req(PyObject* self, void*) {
  switch (weft_tensor_grad_req(tensor_of(self))) {
    case WEFT_GRAD_WRITE: return PyUnicode_FromString("write");
    case WEFT_GRAD_ADD: return PyUnicode_FromString("add");
    default: return PyUnicode_FromString("null");
  }
}

void release_hold(void* hold) { weft_hold_release(static_cast<weft_hold>(hold)); }

// One part of each complex number, on the array's own memory, which is pinned meanwhile. Null and
// no error: the memory cannot be shared.
weft_tensor shared_parts(weft_tensor tensor, bool is_real) {
  const weft_dtype dtype =
      weft_tensor_dtype(tensor) == WEFT_COMPLEX64 ? WEFT_FLOAT32 : WEFT_FLOAT64;
  const int rank = weft_tensor_rank(tensor);
  int64_t strides[kMaxAxes];
  for (int axis = 0; axis < rank; ++axis) strides[axis] = 2 * weft_tensor_strides(tensor)[axis];
  weft_hold hold = nullptr;
  void* data = nullptr;
  if (weft_tensor_pin(tensor, &hold, &data) != WEFT_OK) return nullptr;
  char* first = static_cast<char*>(data) + (is_real ? 0 : weft_dtype_size(dtype));
  weft_tensor out = nullptr;
  if (weft_tensor_wrap(first, dtype, rank, weft_tensor_shape(tensor), strides, 0, hold,
                       release_hold, &out) != WEFT_OK)
    weft_hold_release(hold);
  return out;
}

// The real or the imaginary parts: of complex numbers a view, as in NumPy. An array that has to do
// with gradients, one that is traced or on a device gives a new one.
PyObject* parts(PyObject* self, weft_op op, bool is_real) {
  weft_tensor tensor = tensor_of(self);
  const bool is_shared = is_complex(weft_tensor_dtype(tensor)) && weft_tensor_elements(tensor) &&
                         !(weft_modes() & WEFT_MODE_TRACING) && !weft_tensor_is_recorded(tensor) &&
                         !weft_tensor_device(tensor);
  if (weft_tensor view = is_shared ? shared_parts(tensor, is_real) : nullptr)
    return wrap_like(self, view);
  const weft_value value = tensor_value(tensor);
  return wrap_like(self, invoke(op, &value, 1));
}
PyObject* real(PyObject* self, void*) {
  static const weft_op op = find_operator("real");
  return parts(self, op, true);
}
PyObject* imag(PyObject* self, void*) {
  static const weft_op op = find_operator("imag");
  return parts(self, op, false);
}

// x.real = value keeps the imaginary parts, and the other way round.
int set_parts(PyObject* self, PyObject* value, bool is_real) {
  static const weft_op real_op = find_operator("real"), imag_op = find_operator("imag");
  static const weft_op add = find_operator("add"), multiply = find_operator("multiply");
  weft_tensor tensor = tensor_of(self);
  if (!value || !is_complex(weft_tensor_dtype(tensor))) {
    raise_error(WEFT_INVALID_TYPE, "ndarray: only parts of complex arrays can be set; got %s",
                value ? weft_dtype_name(weft_tensor_dtype(tensor)) : "`del`");
    return -1;
  }
  weft_value given;
  Temporaries made;
  if (!argument_value(value, &given, made, is_real ? "real" : "imag", "value")) return -1;
  const weft_value whole = tensor_value(tensor);
  weft_tensor kept = invoke(is_real ? imag_op : real_op, &whole, 1);
  if (!kept) return -1;
  made.keep(kept);
  const double unit[2] = {0, 1};
  weft_value imaginary[2] = {is_real ? tensor_value(kept) : given, {}};
  imaginary[1].tag = WEFT_TAG_COMPLEX;
  imaginary[1].as.parts = unit;
  weft_tensor turned = invoke(multiply, imaginary, 2);
  if (!turned) return -1;
  made.keep(turned);
  const weft_value sum[2] = {is_real ? given : tensor_value(kept), tensor_value(turned)};
  weft_tensor joined = invoke(add, sum, 2);
  if (!joined) return -1;
  made.keep(joined);
  const weft_value result = tensor_value(joined);
  const weft_status status = weft_tensor_write(tensor, &result);
  if (status != WEFT_OK) raise_status(status);
  return status == WEFT_OK ? 0 : -1;
}
int set_real(PyObject* self, PyObject* value, void*) { return set_parts(self, value, true); }
int set_imag(PyObject* self, PyObject* value, void*) { return set_parts(self, value, false); }

}  // namespace

PyGetSetDef array_attributes[] = {
    {"shape", shape, nullptr, "Extents of the axes, a tuple of ints.", nullptr},
    {"dtype", dtype, nullptr, "Type of the elements.", nullptr},
    {"ndim", ndim, nullptr, "Number of axes.", nullptr},
    {"size", size, nullptr, "Number of elements.", nullptr},
    {"itemsize", itemsize, nullptr, "Bytes of one element.", nullptr},
    {"nbytes", nbytes, nullptr, "Bytes of all elements.", nullptr},
    {"strides", strides, nullptr, "Bytes from one element to the next, per axis.", nullptr},
    {"device", device, nullptr, "Where the elements are: a weft.Device.", nullptr},
    {"real", real, set_real, "The real parts; of a real array itself.", nullptr},
    {"imag", imag, set_imag, "The imaginary parts; of a real array zeros.", nullptr},
    {"T", transposed, nullptr, "The view with its axes reversed.", nullptr},
    {"mT", matrices_transposed, nullptr, "The view with its last two axes exchanged.", nullptr},
    {"grad", grad, nullptr,
     "The gradient array, always the same; None before attach_grad(). A "
     "weft.sparse.RowSparseArray\n"
     "where that asked for one.",
     nullptr},
    {"grad_req", grad_req, nullptr, "'write', 'add' or 'null'.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

}  // namespace weft::python
