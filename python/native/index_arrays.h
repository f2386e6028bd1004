// Index arrays and masks in an index. Each becomes int64 arrays, one for each axis that it indexes.
#pragma once

#include "native.h"

namespace weft::python {

// The number of true elements of a mask, as far as it is known. In a trace it may be a size, which
// only a run knows.
struct MaskCount {
  bool is_constant = false;  // a list or a NumPy array: the trace takes its present content
  // The number of values that are given; a run with another number fails. -1: any.
  int64_t expected = -1;
};

// The index arrays of one index, in order. A mask gives several of them. An array of bools without
// axes indexes no axis of the array but a new one of extent 1.
class IndexArrays {
 public:
  IndexArrays() = default;
  IndexArrays(const IndexArrays&) = delete;
  IndexArrays& operator=(const IndexArrays&) = delete;
  ~IndexArrays() {
    for (int i = 0; i < count_; ++i) weft_tensor_release(arrays_[i]);
  }

  // Takes an array that indexes as many of the extents as it has to, from axis `axis` on. Gives the
  // number of axes that it indexes, or -1 with a Python error set.
  int take(weft_tensor array, const int64_t* extents, int axis, const MaskCount& count = {});

  int count() const { return count_; }
  const weft_tensor* arrays() const { return arrays_; }

 private:
  int take_mask(weft_tensor mask, const int64_t* extents, int axis, const MaskCount& count);
  static weft_tensor numbers_of(weft_tensor array);
  int take_truth(weft_tensor mask, const MaskCount& count);
  bool has_room();
  bool keep(weft_tensor array);  // takes the reference; false: it is null and a Python error is set

  weft_tensor arrays_[kMaxAxes] = {};
  int count_ = 0;
};

// A new reference to an item of an index as an array of integers or bools. Null: a Python error is
// set.
weft_tensor index_array(PyObject* item);
// Says whether arrays of floats index, too; gives what was so.
bool set_float_indices(bool allowed);

// The positions of true elements of a mask: int64, one row for each axis of the mask. Null: a
// Python error is set.
weft_tensor nonzero_rows(weft_tensor mask, const MaskCount& count = {});

}  // namespace weft::python
