// x[index] and x[index] = value.
//
// Integers, slices, Ellipsis and None give a view of the same content, by the operators `slice` and
// `reshape`. An integer for every axis gives the element as an array of its own, as NumPy gives a
// scalar. Index arrays and masks take elements from a view by `gather`, or write to it by
// `scatter`. So an index is recorded and traced like any operator, and every other view sees a
// write.
#include <algorithm>

#include "index_arrays.h"
#include "native.h"

namespace weft::python {
namespace {

// An index, after it was read against an array's shape.
// For each axis of the array: what `slice` takes of it.
struct Selection {
  int64_t begin[kMaxAxes];
  int64_t size[kMaxAxes];
  int64_t step[kMaxAxes];
  bool is_cut = false;      // some axis is not taken as a whole
  bool is_clipped = false;  // `slice` may find fewer elements than `size`, in a trace

  int64_t shape[kMaxAxes];  // after integers have dropped axes and None has added some
  int rank = 0;
  bool is_reshaped = false;

  // The index arrays: their axes in that shape and in the array, and the position of their own axes
  // in the result.
  IndexArrays arrays;
  int64_t axes[kMaxAxes];
  int64_t shown_axes[kMaxAxes];
  int64_t position = 0;
};

bool is_integer_array(PyObject* item) {
  if (!is_array(item)) return false;
  const weft_dtype dtype = weft_tensor_dtype(tensor_of(item));
  return dtype >= WEFT_UINT8 && dtype <= WEFT_INT64;
}

// Is it an integer, which drops an axis? A traced array is none: its value is not known.
bool is_plain_index(PyObject* item) {
  if (PyLong_CheckExact(item)) return true;
  if (is_array(item)) {
    return weft_tensor_rank(tensor_of(item)) == 0 && is_integer_array(item) &&
           !weft_tensor_is_traced(tensor_of(item));
  }
  // NumPy's integers; its arrays also have an index slot.
  return PyIndex_Check(item) && !PyBool_Check(item) && !PySequence_Check(item);
}

bool is_basic_item(PyObject* item) {
  return item == Py_Ellipsis || item == Py_None || PySlice_Check(item) || is_plain_index(item);
}

// The index as a new tuple; items that are not basic become arrays.
PyObject* items_of(PyObject* key) {
  PyObject* items = PyTuple_Check(key) ? PySequence_List(key) : PyList_New(1);
  if (items && !PyTuple_Check(key)) PyList_SET_ITEM(items, 0, Py_NewRef(key));
  for (Py_ssize_t i = 0; items && i < PyList_GET_SIZE(items); ++i) {
    PyObject* item = PyList_GET_ITEM(items, i);
    if (is_basic_item(item)) continue;
    PyObject* array = wrap(index_array(item));
    if (array) {
      PyList_SetItem(items, i, array);
    } else {
      Py_CLEAR(items);
    }
  }
  PyObject* tuple = items ? PyList_AsTuple(items) : nullptr;
  Py_XDECREF(items);
  return tuple;
}

bool is_mask(PyObject* item) {
  return is_array(item) && weft_tensor_dtype(tensor_of(item)) == WEFT_BOOL &&
         weft_tensor_rank(tensor_of(item)) > 0;
}

// The number of axes of the array that an item takes.
int axes_of(PyObject* item) {
  if (item == Py_Ellipsis || item == Py_None) return 0;
  const bool is_bool = is_array(item) && weft_tensor_dtype(tensor_of(item)) == WEFT_BOOL;
  return is_bool ? weft_tensor_rank(tensor_of(item)) : 1;
}

// Reads one index against `tensor`. `axis_` is the array's next axis.
class Reader {
 public:
  // `value`: what is written to the chosen elements, if that is an array.
  Reader(weft_tensor tensor, Selection& selection, weft_tensor value = nullptr)
      : value_(value),
        shape_(weft_tensor_shape(tensor)),
        rank_(weft_tensor_rank(tensor)),
        is_traced_(weft_modes() & WEFT_MODE_TRACING),
        out_(selection) {
    out_.is_clipped = is_traced_;
  }

  bool read(PyObject* key) {
    const bool is_tuple = PyTuple_Check(key);
    PyObject* const* items = is_tuple ? &PyTuple_GET_ITEM(key, 0) : &key;
    const Py_ssize_t count = is_tuple ? PyTuple_GET_SIZE(key) : 1;
    bool is_basic = true;
    for (Py_ssize_t i = 0; i < count; ++i) is_basic &= is_basic_item(items[i]);
    if (is_basic) return read_items(items, count);
    PyObject* converted = items_of(key);
    if (!converted) return false;
    given_ = items;
    const bool done = read_items(&PyTuple_GET_ITEM(converted, 0), PyTuple_GET_SIZE(converted));
    Py_DECREF(converted);
    return done;
  }

 private:
  bool read_items(PyObject* const* items, Py_ssize_t count) {
    int used = 0;
    int ellipses = 0;
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (items[i] == Py_Ellipsis) ++ellipses;
      used += axes_of(items[i]);
    }
    if (ellipses > 1 || used > rank_) {
      raise_error(WEFT_INDEX_OUT_OF_RANGE,
                  ellipses > 1 ? "index: at most one Ellipsis is allowed; got %d"
                               : "index: too many indices: got %d for an array of rank %d",
                  ellipses > 1 ? ellipses : used, rank_);
      return false;
    }
    int64_t expected = -1;
    if (is_traced_ && value_ && !expect(items, count, rank_ - used, expected)) return false;
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (items[i] == Py_Ellipsis) {
        place_after_gap();
        for (int rest = rank_ - used; rest > 0; --rest) take_whole();
      } else if (!read_item(items[i], {given_ && !is_array(given_[i]), expected})) {
        return false;
      }
    }
    while (axis_ < rank_) take_whole();
    if (run_ == Run::kBroken) out_.position = 0;
    return true;
  }

  // Finds how many elements a mask in a trace has to choose so that `value` has one for each.
  // `expected` stays as it is if one value is for all elements, or if `value` has itself what the
  // mask chose. False: a Python error is set.
  bool expect(PyObject* const* items, Py_ssize_t count, int rest, int64_t& expected) const {
    PyObject* mask = nullptr;
    int arrays = 0, before = 0, behind = 0;
    bool has_gap = false, is_broken = false;
    const auto keep = [&](int axes) {
      (arrays ? behind : before) += axes;
      has_gap |= arrays > 0;
    };
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (items[i] == Py_Ellipsis || items[i] == Py_None || PySlice_Check(items[i])) {
        keep(items[i] == Py_Ellipsis ? rest : 1);
        if (items[i] == Py_Ellipsis) rest = 0;
        continue;
      }
      is_broken |= has_gap;
      ++arrays;  // integers also decide where the axes of the mask come
      if (is_plain_index(items[i])) continue;
      if (!is_mask(items[i]) || mask) return true;
      // The number of elements that it chooses is known.
      if (given_ && !is_array(given_[i])) return true;
      mask = items[i];
    }
    const int axes_behind = behind + rest + (is_broken ? before : 0);
    const int axis = weft_tensor_rank(value_) - 1 - axes_behind;
    if (!mask || axis < 0 || weft_tensor_shape(value_)[axis] == 1) return true;
    int32_t is_chosen = 0;
    const weft_status status = weft_trace_is_chosen(value_, axis, tensor_of(mask), &is_chosen);
    if (status != WEFT_OK) return raise_status(status) != nullptr;
    if (!is_chosen) expected = weft_tensor_shape(value_)[axis];
    return true;
  }

  bool read_item(PyObject* item, const MaskCount& mask) {
    if (item == Py_None || PySlice_Check(item)) {
      place_after_gap();
      return item == Py_None ? insert_axis() : take_slice(item);
    }
    place_here();
    if (!is_plain_index(item)) return take_array(item, mask);
    const Py_ssize_t index = PyNumber_AsSsize_t(item, PyExc_IndexError);
    return !(index == -1 && PyErr_Occurred()) && take_one(index);
  }

  // Where the axes of index arrays come (NumPy's rule): at the first of them, if index arrays and
  // integers follow each other without a gap; else first.
  void place_here() {
    if (run_ == Run::kNone) out_.position = out_.rank;
    run_ = run_ == Run::kNone || run_ == Run::kGoing ? Run::kGoing : Run::kBroken;
  }
  void place_after_gap() {
    if (run_ == Run::kGoing) run_ = Run::kEnded;
  }

  // A mask gives several index arrays.
  bool take_array(PyObject* item, const MaskCount& mask) {
    const int before = out_.arrays.count();
    const int axes = out_.arrays.take(tensor_of(item), shape_ + axis_, axis_, mask);
    if (axes < 0) return false;
    for (int i = before; i < out_.arrays.count(); ++i) {
      out_.axes[i] = out_.rank;
      out_.shown_axes[i] = axis_;
      if (axes == 0 ? !insert_axis() : !take_whole()) return false;
    }
    return true;
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
    if (is_traced_ && (step == 1 || step == -1)) return take_traced(begin, end, step);
    const bool to_the_end = end == PY_SSIZE_T_MAX && step > 0;
    const Py_ssize_t count = PySlice_AdjustIndices(shape_[axis_], &begin, &end, step);
    if (begin == 0 && count == shape_[axis_] && step > 0) return take_whole();
    // The number of elements up to the end is no sum of extents; what is too much is clipped.
    cut(count ? begin : 0, is_traced_ && count && to_the_end ? end - begin : count,
        count ? step : 1);
    return keep_axis(count);
  }

  // In a trace the extent may be only an example. So bounds stay as they follow from it, and the
  // slice decides when it runs which elements exist.
  bool take_traced(int64_t begin, int64_t end, int64_t step) {
    const int64_t extent = shape_[axis_];
    if (step == 1 && begin == 0 && end == PY_SSIZE_T_MAX) return take_whole();
    Py_ssize_t inside = begin, until = end;
    const Py_ssize_t count = PySlice_AdjustIndices(extent, &inside, &until, step);
    const bool to_the_end = end == (step > 0 ? PY_SSIZE_T_MAX : PY_SSIZE_T_MIN);
    // Far enough to be outside of every axis, and small enough that sums do not overflow.
    constexpr int64_t kFar = int64_t{1} << 61;
    if (step < 0 && begin == PY_SSIZE_T_MAX) begin = extent - 1;
    begin = std::clamp(begin < 0 ? begin + extent : begin, -kFar, kFar);
    if (to_the_end)
      end = step > 0 ? extent : -1;
    else
      end = std::clamp(end < 0 ? end + extent : end, -kFar, kFar);
    cut(begin, (end - begin) * step, step);
    return keep_axis(count);
  }

  // `:`, an axis that is taken whole.
  bool take_whole() {
    const int64_t extent = shape_[axis_];
    out_.begin[axis_] = 0;
    out_.size[axis_] = extent;
    out_.step[axis_] = 1;
    ++axis_;
    return keep_axis(extent);
  }

  // Takes `size` elements of the present axis.
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

  // Adds an axis to the result.
  bool keep_axis(int64_t extent) {
    if (out_.rank == kMaxAxes) {
      raise_error(WEFT_INVALID_VALUE, "index: the result has more than %d axes", kMaxAxes);
      return false;
    }
    out_.shape[out_.rank++] = extent;
    return true;
  }

  PyObject* const* given_ = nullptr;  // items that were converted
  weft_tensor value_;
  const int64_t* shape_;
  int rank_;
  const bool is_traced_;
  int axis_ = 0;
  // Index arrays and integers so far: none, in a row, ended, or two rows.
  enum class Run { kNone, kGoing, kEnded, kBroken } run_ = Run::kNone;
  Selection& out_;
};

// The view that integers, slices and Nones give, as a new reference.
weft_tensor view_of(weft_tensor tensor, const Selection& selection) {
  weft_tensor view = weft_tensor_retain(tensor);
  if (selection.is_cut) {
    static const weft_op op = find_operator("slice");
    const int rank = weft_tensor_rank(tensor);
    weft_value clip = {};
    clip.tag = WEFT_TAG_BOOL;
    clip.as.integer = selection.is_clipped;
    const weft_value values[5] = {tensor_value(tensor), ints_value(selection.begin, rank),
                                  ints_value(selection.size, rank),
                                  ints_value(selection.step, rank), clip};
    weft_tensor_release(view);
    view = invoke(op, values, selection.is_clipped ? 5 : 4);
    if (!view) return nullptr;
  }
  if (selection.is_reshaped) {
    weft_tensor shaped = reshaped(view, selection.shape, selection.rank);
    weft_tensor_release(view);
    view = shaped;
  }
  return view;
}

// The arguments with which gather and scatter find the elements.
struct PlaceValues {
  explicit PlaceValues(const Selection& selection) {
    const int count = selection.arrays.count();
    arrays.tag = WEFT_TAG_TENSORS;
    arrays.count = static_cast<uint32_t>(count);
    arrays.as.tensors = selection.arrays.arrays();
    axes = ints_value(selection.axes, count);
    position.tag = WEFT_TAG_INT;
    position.as.integer = selection.position;
    shown_axes = ints_value(selection.shown_axes, count);
  }
  weft_value arrays = {}, axes = {}, position = {}, shown_axes = {};
};

// Does the index name one element, by integers alone? With an Ellipsis it gives a view without
// axes.
bool names_element(const Selection& selection, PyObject* key) {
  if (selection.rank != 0 || selection.arrays.count() != 0) return false;
  if (!PyTuple_Check(key)) return key != Py_Ellipsis;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); ++i)
    if (PyTuple_GET_ITEM(key, i) == Py_Ellipsis) return false;
  return true;
}

// An array of its own with that element. In a trace it is cut as any part is, because an extent may
// be only an example.
weft_tensor element_of(weft_tensor tensor, const Selection& selection) {
  if (selection.is_clipped) {
    static const weft_op copy = find_operator("copy");
    weft_tensor view = view_of(tensor, selection);
    if (!view) return nullptr;
    const weft_value value = tensor_value(view);
    weft_tensor out = invoke(copy, &value, 1);
    weft_tensor_release(view);
    return out;
  }
  static const weft_op op = find_operator("element");
  const weft_value values[2] = {tensor_value(tensor),
                                ints_value(selection.begin, weft_tensor_rank(tensor))};
  return invoke(op, values, 2);
}

PyObject* get_item(PyObject* self, PyObject* key) {
  Selection selection;
  if (!Reader(tensor_of(self), selection).read(key)) return nullptr;
  if (names_element(selection, key)) return wrap_like(self, element_of(tensor_of(self), selection));
  weft_tensor view = view_of(tensor_of(self), selection);
  if (!view || selection.arrays.count() == 0) return wrap_like(self, view);
  static const weft_op op = find_operator("gather");
  const PlaceValues places(selection);
  const weft_value values[] = {tensor_value(view), places.arrays, places.axes, places.position,
                               places.shown_axes};
  weft_tensor picked = invoke(op, values, 5);
  weft_tensor_release(view);
  return wrap_like(self, picked);
}

// target[...] = value. False: a Python error is set.
bool write(weft_tensor target, const weft_value& value) {
  const weft_status status = weft_tensor_write(target, &value);
  if (status != WEFT_OK) raise_status(status);
  return status == WEFT_OK;
}

// A new reference to the value as an array of `dtype`; a number must fit the dtype.
weft_tensor value_array(const weft_value& value, weft_dtype dtype) {
  if (value.tag == WEFT_TAG_TENSOR) return cast_to(weft_tensor_retain(value.as.tensor), dtype);
  static const weft_op op = find_operator("full");
  weft_value values[3] = {ints_value(nullptr, 0), {}, dtype_value(dtype)};
  values[1].tag = WEFT_TAG_FLOAT;
  values[1].as.real = 0;
  weft_tensor array = invoke(op, values, 3);
  if (array && !write(array, value)) {
    weft_tensor_release(array);
    return nullptr;
  }
  return array;
}

// NumPy allows a value more axes than its target has if their extent is one; they are dropped here.
weft_tensor without_surplus_axes(weft_tensor value, int rank) {
  const int64_t* shape = weft_tensor_shape(value);
  const int own = weft_tensor_rank(value);
  int surplus = 0;
  while (own - surplus > rank && shape[surplus] == 1) ++surplus;
  if (surplus == 0) return value;
  weft_tensor shaped = reshaped(value, shape + surplus, own - surplus);
  weft_tensor_release(value);
  return shaped;
}

// The number of axes of what the index chooses.
int picked_rank(const Selection& selection) {
  int rank = 0;
  for (int i = 0; i < selection.arrays.count(); ++i) {
    const int own = weft_tensor_rank(selection.arrays.arrays()[i]);
    if (own > rank) rank = own;
  }
  return selection.rank - selection.arrays.count() + rank;
}

// Writes `value`, whose reference it takes, to the elements that the index arrays choose.
bool write_places(weft_tensor view, const Selection& selection, weft_tensor value) {
  value = without_surplus_axes(value, picked_rank(selection));
  if (!value) return false;
  static const weft_op op = find_operator("scatter");
  const PlaceValues places(selection);
  const weft_value values[] = {tensor_value(view), tensor_value(value), places.arrays,
                               places.axes,        places.position,     places.shown_axes};
  follow_task();
  const weft_status status = weft_invoke(op, values, 6, &view, 1);
  weft_tensor_release(value);
  if (status != WEFT_OK) raise_status(status);
  return status == WEFT_OK;
}

// Is this x[mask] = one number? It needs no positions, so a trace needs no size.
bool is_choice(weft_tensor tensor, PyObject* key, const weft_value& value) {
  if (!is_array(key) || weft_tensor_dtype(tensor_of(key)) != WEFT_BOOL) return false;
  if (value.tag == WEFT_TAG_TENSOR && weft_tensor_rank(value.as.tensor) != 0) return false;
  const int rank = weft_tensor_rank(tensor_of(key));
  if (rank == 0 || rank > weft_tensor_rank(tensor)) return false;
  for (int axis = 0; axis < rank; ++axis) {
    if (weft_tensor_shape(tensor_of(key))[axis] != weft_tensor_shape(tensor)[axis]) return false;
  }
  return true;
}

// x[...] = where(mask, value, x); takes the reference to `value`.
bool write_choice(weft_tensor tensor, weft_tensor mask, weft_tensor value) {
  int64_t shape[kMaxAxes];
  const int rank = weft_tensor_rank(tensor);
  for (int axis = 0; axis < rank; ++axis)
    shape[axis] = axis < weft_tensor_rank(mask) ? weft_tensor_shape(mask)[axis] : 1;
  static const weft_op op = find_operator("where");
  weft_tensor wide = reshaped(mask, shape, rank);
  const weft_value values[] = {tensor_value(wide), tensor_value(value), tensor_value(tensor)};
  weft_tensor whole = wide ? invoke(op, values, 3) : nullptr;
  const bool done = whole && write(tensor, tensor_value(whole));
  weft_tensor_release(wide);
  weft_tensor_release(whole);
  weft_tensor_release(value);
  return done;
}

bool assign(weft_tensor tensor, PyObject* key, const weft_value& value) {
  if (is_choice(tensor, key, value)) {
    weft_tensor number = value_array(value, weft_tensor_dtype(tensor));
    return number && write_choice(tensor, tensor_of(key), number);
  }
  Selection selection;
  weft_tensor const array_value = value.tag == WEFT_TAG_TENSOR ? value.as.tensor : nullptr;
  if (!Reader(tensor, selection, array_value).read(key)) return false;
  weft_tensor view = view_of(tensor, selection);
  if (!view) return false;
  bool done = false;
  if (selection.arrays.count() == 0) {
    done = write(view, value);
  } else {
    weft_tensor array = value_array(value, weft_tensor_dtype(tensor));
    done = array && write_places(view, selection, array);
  }
  weft_tensor_release(view);
  return done;
}

// The slot of x[key] = object; a null object is `del x[key]`.
int set_item(PyObject* self, PyObject* key, PyObject* object) {
  if (!object) {
    PyErr_SetString(PyExc_TypeError, "ndarray: elements cannot be deleted");
    return -1;
  }
  weft_value value;
  Temporaries made;
  if (!argument_value(object, &value, made, "index", "value")) return -1;
  return assign(tensor_of(self), key, value) ? 0 : -1;
}

Py_ssize_t length(PyObject* self) {
  weft_tensor tensor = tensor_of(self);
  if (weft_tensor_rank(tensor) > 0 && extent_follows(tensor, 0)) {
    raise_error(WEFT_INVALID_STATE,
                "len: the extent is known only when the hybridized function runs; use x.shape[0], "
                "which may be part of shapes and of arithmetic");
    return -1;
  }
  if (weft_tensor_rank(tensor) > 0) return static_cast<Py_ssize_t>(weft_tensor_shape(tensor)[0]);
  raise_error(WEFT_INVALID_TYPE, "ndarray: an array of rank 0 has no length");
  return -1;
}

// The item of an iteration; an IndexError past the end stops it.
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
  PyObject* module = PyImport_ImportModule("weft._core.interop");
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
