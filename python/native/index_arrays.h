// Index arrays and masks in an index: each becomes int64 arrays, one for each axis that it indexes.
#pragma once

#include "native.h"

namespace weft::python {

// How many elements of a mask are true, where a trace need not leave that open.
struct MaskCount {
  bool is_constant = false;  // a list or NumPy's array: the trace has what it is now
  int64_t expected = -1;     // as many as values are given for them, or else the run fails; -1: any
};

// The index arrays of one index, in order. A mask is several of them; one of rank 0 indexes no axis
// of the array but a new one of extent 1.
class IndexArrays {
 public:
  IndexArrays() = default;
  IndexArrays(const IndexArrays&) = delete;
  IndexArrays& operator=(const IndexArrays&) = delete;
  ~IndexArrays() {
    for (int i = 0; i < count_; ++i) weft_tensor_release(arrays_[i]);
  }

  // Takes an array for as many axes of the extents as it indexes, of which the first is `axis`. How
  // many that are, or -1 with a Python error set.
  int take(weft_tensor array, const int64_t* extents, int axis, const MaskCount& count = {});

  int count() const { return count_; }
  const weft_tensor* arrays() const { return arrays_; }

 private:
  int take_mask(weft_tensor mask, const int64_t* extents, int axis, const MaskCount& count);
  static weft_tensor numbers_of(weft_tensor array);
  int take_truth(weft_tensor mask, const MaskCount& count);
  bool has_room();
  bool keep(weft_tensor array);  // takes the reference; null: a Python error is set

  weft_tensor arrays_[kMaxAxes] = {};
  int count_ = 0;
};

// A new reference to an item of an index as an array of integers or bools. Null: a Python error is
// set.
weft_tensor index_array(PyObject* item);

// Where a mask is true: int64, one row for each axis. Null: a Python error is set.
weft_tensor nonzero_rows(weft_tensor mask, const MaskCount& count = {});

}  // namespace weft::python
