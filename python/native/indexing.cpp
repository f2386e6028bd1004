// Basic indexing: integers, slices, Ellipsis and None give a view of the same content, made by the
// operators `slice` and `reshape`. So an index is recorded and traced like any operator, and a
// write through the view is seen by every other view.
#include "native.h"

namespace weft::python {
namespace {

// An index, read against an array's shape.
struct Selection {
  int64_t begin[kMaxAxes];
  int64_t size[kMaxAxes];
  int64_t step[kMaxAxes];
  bool is_cut = false;  // some axis is not taken whole

  int64_t shape[kMaxAxes];  // after integers dropped an axis and None added one
  int rank = 0;
  bool is_reshaped = false;
};

PyObject* unsupported_index(PyObject* item) {
  return raise_error(WEFT_UNSUPPORTED,
                     "index: only integers, slices, Ellipsis and None are supported, not %s; for a "
                     "mask use `np.where`",
                     Py_TYPE(item)->tp_name);
}

bool is_plain_index(PyObject* item) {
  if (PyLong_CheckExact(item)) return true;
  if (is_array(item)) return weft_tensor_rank(tensor_of(item)) == 0;
  // NumPy's integers; its arrays also have an index slot.
  return PyIndex_Check(item) && !PyBool_Check(item) && !PySequence_Check(item);
}

// Reads one index against `tensor`; `axis` is the next axis of the array.
class Reader {
 public:
  Reader(weft_tensor tensor, Selection& selection)
      : shape_(weft_tensor_shape(tensor)), rank_(weft_tensor_rank(tensor)), out_(selection) {}

  bool read(PyObject* key) {
    if (!PyTuple_Check(key)) return read_items(&key, 1);
    return read_items(&PyTuple_GET_ITEM(key, 0), PyTuple_GET_SIZE(key));
  }

 private:
  bool read_items(PyObject* const* items, Py_ssize_t count) {
    int used = 0;
    int ellipses = 0;
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (items[i] == Py_Ellipsis) {
        ++ellipses;
      } else if (items[i] != Py_None) {
        ++used;
      }
    }
    if (ellipses > 1 || used > rank_) {
      raise_error(WEFT_INDEX_OUT_OF_RANGE,
                  ellipses > 1 ? "index: at most one Ellipsis is allowed; got %d"
                               : "index: too many indices: got %d for an array of rank %d",
                  ellipses > 1 ? ellipses : used, rank_);
      return false;
    }
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (items[i] == Py_Ellipsis) {
        for (int rest = rank_ - used; rest > 0; --rest) take_whole();
      } else if (!read_item(items[i])) {
        return false;
      }
    }
    while (axis_ < rank_) take_whole();
    return true;
  }

  bool read_item(PyObject* item) {
    if (item == Py_None) return insert_axis();
    if (PySlice_Check(item)) return take_slice(item);
    if (!is_plain_index(item)) {
      unsupported_index(item);
      return false;
    }
    PyObject* number = PyNumber_Index(item);
    if (!number) return false;
    const Py_ssize_t index = PyNumber_AsSsize_t(number, PyExc_IndexError);
    Py_DECREF(number);
    return !(index == -1 && PyErr_Occurred()) && take_one(index);
  }

  bool take_one(int64_t index) {
    const int64_t extent = shape_[axis_];
    if (index < -extent || index >= extent) {
      raise_error(WEFT_INDEX_OUT_OF_RANGE,
                  "index: %lld is out of bounds for axis %d with extent %lld",
                  static_cast<long long>(index), axis_, static_cast<long long>(extent));
      return false;
    }
    if (index < 0) index += extent;
    cut(index, 1, 1);
    out_.is_reshaped = true;
    return true;
  }

  bool take_slice(PyObject* slice) {
    Py_ssize_t begin, end, step;
    if (PySlice_Unpack(slice, &begin, &end, &step) < 0) return false;
    const Py_ssize_t count = PySlice_AdjustIndices(shape_[axis_], &begin, &end, step);
    if (begin == 0 && count == shape_[axis_] && step > 0) {
      take_whole();
      return true;
    }
    cut(count ? begin : 0, count, count ? step : 1);
    return keep_axis(count);
  }

  void take_whole() {
    const int64_t extent = shape_[axis_];
    out_.begin[axis_] = 0;
    out_.size[axis_] = extent;
    out_.step[axis_] = 1;
    ++axis_;
    keep_axis(extent);
  }

  void cut(int64_t begin, int64_t size, int64_t step) {
    out_.begin[axis_] = begin;
    out_.size[axis_] = size;
    out_.step[axis_] = step;
    out_.is_cut = true;
    ++axis_;
  }

  bool insert_axis() {
    out_.is_reshaped = true;
    return keep_axis(1);
  }

  bool keep_axis(int64_t extent) {
    if (out_.rank == kMaxAxes) {
      raise_error(WEFT_INVALID_VALUE, "index: the result has more than %d axes", kMaxAxes);
      return false;
    }
    out_.shape[out_.rank++] = extent;
    return true;
  }

  const int64_t* shape_;
  int rank_;
  int axis_ = 0;
  Selection& out_;
};

weft_tensor select(weft_tensor tensor, PyObject* key) {
  Selection selection;
  if (!Reader(tensor, selection).read(key)) return nullptr;
  weft_tensor view = weft_tensor_retain(tensor);
  if (selection.is_cut) {
    static const weft_op op = find_operator("slice");
    const int rank = weft_tensor_rank(tensor);
    const weft_value values[4] = {tensor_value(tensor), ints_value(selection.begin, rank),
                                  ints_value(selection.size, rank),
                                  ints_value(selection.step, rank)};
    weft_tensor_release(view);
    view = invoke(op, values, 4);
    if (!view) return nullptr;
  }
  if (selection.is_reshaped) {
    weft_tensor shaped = reshaped(view, selection.shape, selection.rank);
    weft_tensor_release(view);
    view = shaped;
  }
  return view;
}

PyObject* get_item(PyObject* self, PyObject* key) { return wrap(select(tensor_of(self), key)); }

int set_item(PyObject* self, PyObject* key, PyObject* object) {
  if (!object) {
    PyErr_SetString(PyExc_TypeError, "ndarray: elements cannot be deleted");
    return -1;
  }
  weft_value value;
  Temporaries made;
  if (!argument_value(object, &value, made, "index", "value")) return -1;
  weft_tensor view = select(tensor_of(self), key);
  if (!view) return -1;
  const weft_status status = weft_tensor_write(view, &value);
  weft_tensor_release(view);
  if (status == WEFT_OK) return 0;
  raise_status(status);
  return -1;
}

Py_ssize_t length(PyObject* self) {
  weft_tensor tensor = tensor_of(self);
  if (weft_tensor_rank(tensor) > 0) return static_cast<Py_ssize_t>(weft_tensor_shape(tensor)[0]);
  raise_error(WEFT_INVALID_TYPE, "ndarray: an array of rank 0 has no length");
  return -1;
}

// What iteration asks for: an IndexError past the end stops it.
PyObject* element(PyObject* self, Py_ssize_t index) {
  weft_tensor tensor = tensor_of(self);
  if (weft_tensor_rank(tensor) == 0) {
    return raise_error(WEFT_INVALID_TYPE, "ndarray: an array of rank 0 cannot be iterated");
  }
  if (index >= weft_tensor_shape(tensor)[0]) {
    PyErr_SetNone(PyExc_IndexError);
    return nullptr;
  }
  PyObject* key = PyLong_FromSsize_t(index);
  if (!key) return nullptr;
  PyObject* out = get_item(self, key);
  Py_DECREF(key);
  return out;
}

// `value in a`: does any element equal it?
int contains(PyObject* self, PyObject* value) {
  PyObject* module = PyImport_ImportModule("weft._interop");
  PyObject* found = module ? PyObject_CallMethod(module, "contains", "OO", self, value) : nullptr;
  Py_XDECREF(module);
  if (!found) return -1;
  const int result = PyObject_IsTrue(found);
  Py_DECREF(found);
  return result;
}

PySequenceMethods make_sequence() {
  PySequenceMethods methods = {};
  methods.sq_length = length;
  methods.sq_item = element;
  methods.sq_contains = contains;
  return methods;
}

}  // namespace

PyMappingMethods array_mapping = {length, get_item, set_item};
PySequenceMethods array_sequence = make_sequence();

weft_tensor reshaped(weft_tensor tensor, const int64_t* shape, int rank) {
  static const weft_op op = find_operator("reshape");
  const weft_value values[2] = {tensor_value(tensor), ints_value(shape, rank)};
  return invoke(op, values, 2);
}

}  // namespace weft::python
