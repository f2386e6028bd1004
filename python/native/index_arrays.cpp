// Conversions of index items. Counting the true elements of a mask is the delicate part: in a trace
// the count becomes a size, unless the mask is a constant or the values that are written say how
// many there must be.
#include "index_arrays.h"

#include <utility>

namespace weft::python {
namespace {

void wrong_item(PyObject* item) {
  PyErr_Clear();
  raise_error(WEFT_INDEX_OUT_OF_RANGE,
              "index: only integers, slices, Ellipsis, None, and arrays of integers or bools are "
              "indices; got %s",
              Py_TYPE(item)->tp_name);
}

// May floats be indices? They are in MXNet, whose integers from lists are floats.
bool float_indices = false;

bool is_integer(weft_dtype dtype) { return dtype >= WEFT_UINT8 && dtype <= WEFT_INT64; }

// A row of a matrix as a vector.
weft_tensor row_of(weft_tensor matrix, int64_t row, int64_t columns) {
  static const weft_op op = find_operator("slice");
  const int64_t begin[] = {row, 0}, size[] = {1, columns}, step[] = {1, 1};
  const weft_value values[4] = {tensor_value(matrix), ints_value(begin, 2), ints_value(size, 2),
                                ints_value(step, 2)};
  weft_tensor cut = invoke(op, values, 4);
  weft_tensor line = cut ? reshaped(cut, &columns, 1) : nullptr;
  weft_tensor_release(cut);
  return line;
}

// The number of true elements of a mask. For a traced one, the value of the trace's example. -1: a
// Python error is set.
int64_t count_true(weft_tensor mask) {
  static const weft_op op = find_operator("count_nonzero");
  const weft_value argument = tensor_value(mask);
  weft_tensor count = invoke(op, &argument, 1);
  if (!count) return -1;
  weft_value value;
  value.as.integer = -1;
  const weft_status status =
      weft_tensor_is_traced(count)
          ? weft_trace_size(count, weft_tensor_elements(mask), &value.as.integer)
          : weft_tensor_item(count, &value);
  weft_tensor_release(count);
  if (status == WEFT_OK) return value.as.integer;
  raise_status(status);
  return -1;
}

// Takes the thread out of its trace for its lifetime, if `leaves`: operators run at once.
class OutsideTrace {
 public:
  explicit OutsideTrace(bool leaves) : leaves_(leaves) {
    if (leaves) trace_ = weft_trace_suspend();
  }
  ~OutsideTrace() {
    if (leaves_) weft_trace_resume(trace_);
  }
  OutsideTrace(const OutsideTrace&) = delete;
  OutsideTrace& operator=(const OutsideTrace&) = delete;

 private:
  bool leaves_;
  weft_trace trace_ = nullptr;
};

}  // namespace

bool set_float_indices(bool allowed) { return std::exchange(float_indices, allowed); }

// An empty list has no dtype of its own; it indexes nothing and becomes int64.
weft_tensor index_array(PyObject* item) {
  const bool is_list = PyList_Check(item) || PyTuple_Check(item);
  const bool is_text = PyUnicode_Check(item) || PyBytes_Check(item) || PyByteArray_Check(item);
  if (PyFloat_Check(item) || is_text) {
    wrong_item(item);
    return nullptr;
  }
  weft_tensor array = tensor_from_object(item);
  if (!array) {
    if (PyErr_ExceptionMatches(PyExc_TypeError)) wrong_item(item);
    return nullptr;
  }
  const weft_dtype dtype = weft_tensor_dtype(array);
  if (dtype == WEFT_BOOL || is_integer(dtype)) return array;
  if (is_list && weft_tensor_elements(array) == 0) return cast_to(array, WEFT_INT64);
  if (float_indices && is_array(item)) return cast_to(array, WEFT_INT64);
  raise_error(WEFT_INDEX_OUT_OF_RANGE,
              "index: arrays used as indices must be of integers or bools; got dtype %S",
              dtype_object(dtype));
  weft_tensor_release(array);
  return nullptr;
}

weft_tensor nonzero_rows(weft_tensor mask, const MaskCount& given) {
  const bool is_traced = weft_modes() & WEFT_MODE_TRACING;
  const OutsideTrace outside(is_traced && given.is_constant);
  static const weft_op op = find_operator("nonzero_rows");
  const bool is_expected = is_traced && !given.is_constant && given.expected >= 0;
  const int64_t count = is_expected ? given.expected : count_true(mask);
  if (count < 0) return nullptr;
  weft_value values[2] = {tensor_value(mask), {}};
  values[1].tag = WEFT_TAG_INT;
  values[1].as.integer = count;
  return invoke(op, values, 2);
}

bool IndexArrays::keep(weft_tensor array) {
  if (array) arrays_[count_++] = array;
  return array != nullptr;
}

bool IndexArrays::has_room() {
  if (count_ < kMaxAxes) return true;
  raise_error(WEFT_INDEX_OUT_OF_RANGE, "index: at most %d index arrays are possible", kMaxAxes);
  return false;
}

// uint64 numbers beyond int64 lie outside every axis; the minimum keeps them from becoming
// negative.
weft_tensor IndexArrays::numbers_of(weft_tensor array) {
  if (weft_tensor_dtype(array) != WEFT_UINT64)
    return cast_to(weft_tensor_retain(array), WEFT_INT64);
  static const weft_op minimum = find_operator("minimum");
  weft_value values[2] = {tensor_value(array), {}};
  values[1].tag = WEFT_TAG_INT;
  values[1].as.integer = INT64_MAX;
  return cast_to(invoke(minimum, values, 2), WEFT_INT64);
}

int IndexArrays::take(weft_tensor array, const int64_t* extents, int axis, const MaskCount& count) {
  if (!has_room()) return -1;
  if (weft_tensor_dtype(array) != WEFT_BOOL) return keep(numbers_of(array)) ? 1 : -1;
  return weft_tensor_rank(array) == 0 ? take_truth(array, count)
                                      : take_mask(array, extents, axis, count);
}

// A mask without axes indexes a new axis of extent 1, with the index 0 (true) or with none (false).
int IndexArrays::take_truth(weft_tensor mask, const MaskCount& given) {
  const OutsideTrace outside((weft_modes() & WEFT_MODE_TRACING) && given.is_constant);
  static const weft_op op = find_operator("full");
  const int64_t count = count_true(mask);
  if (count < 0) return -1;
  weft_value values[3] = {ints_value(&count, 1), {}, dtype_value(WEFT_INT64)};
  values[1].tag = WEFT_TAG_FLOAT;
  values[1].as.real = 0;
  return keep(invoke(op, values, 3)) ? 0 : -1;
}

// A mask becomes one int64 array for each of its axes.
int IndexArrays::take_mask(weft_tensor mask, const int64_t* extents, int axis,
                           const MaskCount& count) {
  const int axes = weft_tensor_rank(mask);
  const int64_t* own = weft_tensor_shape(mask);
  for (int i = 0; i < axes; ++i) {
    if (own[i] == extents[i] || own[i] == 0)
      continue;  // an empty mask chooses nothing, as in NumPy
    raise_error(WEFT_INDEX_OUT_OF_RANGE,
                "index: a mask must have the extents that it indexes; got %lld for axis %d with "
                "extent %lld",
                static_cast<long long>(own[i]), axis + i, static_cast<long long>(extents[i]));
    return -1;
  }
  weft_tensor rows = nonzero_rows(mask, count);
  bool done = rows != nullptr;
  for (int i = 0; done && i < axes; ++i) {
    done = has_room() && keep(row_of(rows, i, weft_tensor_shape(rows)[1]));
  }
  weft_tensor_release(rows);
  return done ? axes : -1;
}

}  // namespace weft::python
