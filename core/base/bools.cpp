#include "base/bools.h"

#include <algorithm>

namespace weft {
namespace {

bool is_sound_row(const unsigned char* row, int64_t count, int64_t step) {
  unsigned char bits = 0;
  if (step == 1)  // a loop of its own, for the sake of vectors
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

// Calls `row(first byte, count, step)` along the last axis until it gives false. Repeated elements
// are looked at once.
template <class Row>
bool each_row(TensorView view, const Row& row) {
  for (int axis = 0; axis < view.rank; ++axis) {
    if (view.shape[axis] == 0) return true;
    if (view.strides[axis] == 0) view.shape[axis] = 1;
  }
  auto* data = static_cast<unsigned char*>(view.data);
  if (view.rank == 0) return row(data, 1, 1);
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
  // Piece by piece: a mask that is unsound is so at its begin.
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
