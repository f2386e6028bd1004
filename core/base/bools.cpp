// Checks and repairs bools from outside, over plain bytes and over arrays with any strides. The
// loops are the point: memory from a file can be large, so a row without gaps is one loop that the
// compiler vectorizes.

#include "base/bools.h"

#include <algorithm>

namespace weft {
namespace {

// Are all `count` bytes, `step` bytes apart, 0 or 1? The bits of all bytes are joined with `or`:
// any byte above 1 leaves a bit above the lowest.
bool is_sound_row(const unsigned char* row, int64_t count, int64_t step) {
  unsigned char bits = 0;
  if (step == 1)  // a loop of its own, so that the compiler can vectorize it
    for (int64_t i = 0; i < count; ++i) bits |= row[i];
  else
    for (int64_t i = 0; i < count; ++i) bits |= row[i * step];
  return bits <= 1;
}

void make_row(unsigned char* row, int64_t count, int64_t step) {
  if (step == 1)
    for (int64_t i = 0; i < count; ++i) row[i] = row[i] != 0;
  else
    for (int64_t i = 0; i < count; ++i) row[i * step] = row[i * step] != 0;
}

// Calls `row(first byte, count, stride)` for each row along the last axis, until `row` returns
// false. An axis with stride 0 repeats its elements, so it is visited once.
template <class Row>
bool each_row(TensorView view, const Row& row) {
  for (int axis = 0; axis < view.rank; ++axis) {
    if (view.shape[axis] == 0) return true;
    if (view.strides[axis] == 0) view.shape[axis] = 1;
  }
  auto* data = static_cast<unsigned char*>(view.data);
  if (view.rank == 0) return row(data, 1, 1);
  // An odometer over the outer axes: it moves `data` along the innermost axis that has elements
  // left, and moves it back along the axes that are finished.
  const int last = view.rank - 1;
  int64_t index[kMaxRank] = {};
  while (row(data, view.shape[last], view.strides[last])) {
    int axis = last - 1;
    for (; axis >= 0; --axis) {
      data += view.strides[axis];
      if (++index[axis] < view.shape[axis]) break;
      data -= view.strides[axis] * view.shape[axis];
      index[axis] = 0;
    }
    if (axis < 0) return true;
  }
  return false;
}

}  // namespace

bool are_bools(const void* data, int64_t bytes) {
  // In pieces of 4 KiB: memory that is no bool mask usually shows it at its beginning.
  constexpr int64_t kPiece = 4096;
  const auto* from = static_cast<const unsigned char*>(data);
  for (int64_t at = 0; at < bytes; at += kPiece)
    if (!is_sound_row(from + at, std::min(kPiece, bytes - at), 1)) return false;
  return true;
}

void make_bools(void* data, int64_t bytes) {
  make_row(static_cast<unsigned char*>(data), bytes, 1);
}

bool are_bools(const TensorView& view) {
  return view.dtype != DType::kBool || each_row(view, is_sound_row);
}

void make_bools(const TensorView& view) {
  if (view.dtype != DType::kBool) return;
  each_row(view, [](unsigned char* row, int64_t count, int64_t step) {
    make_row(row, count, step);
    return true;
  });
}

}  // namespace weft
