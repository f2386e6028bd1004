// The walk over two strided views; copy.isa.cpp moves the elements of one tile.

#include "kernels/elementwise/copy.h"

#include "kernels/elementwise/copy_kernels_impl.h"
#include "kernels/isa/active.h"
#include "kernels/tiles/tile_program.h"

namespace weft::kernels {
namespace {

// The loop over both views, with the axis innermost that makes rows long in memory.
TileLoop loop_of(const TensorView& to, const TensorView& from) {
  const TensorView views[] = {to, from};
  TileLoop loop = make_tile_loop(Shape({to.shape, static_cast<size_t>(to.rank)}), views);
  transpose_rows(loop);
  return loop;
}

// A view that repeats one element over the shape of `like`.
TensorView repeated(const TensorView& like, const void* value) {
  TensorView view = like;
  view.data = const_cast<void*>(value);
  for (int axis = 0; axis < like.rank; ++axis) view.strides[axis] = 0;
  return view;
}

}  // namespace

int64_t element_size(DType dtype) {
  static constexpr uint8_t kSizes[] = {1, 1, 2, 4,  8, 1, 2, 4, 8, 2, 2,
                                       4, 8, 8, 16, 1, 1, 1, 1, 1, 1};
  return kSizes[static_cast<int>(dtype)];
}

int64_t copy_units(const TensorView& to, const TensorView& from) {
  return tile_units(loop_of(to, from));
}

void run_copy(const TensorView& to, const TensorView& from, Range units) {
  const TileLoop loop = loop_of(to, from);
// A fill is a copy whose source has stride 0 everywhere.
#if WEFT_HAS_SOME_OPERATORS  // memory bounds them: one instruction set's are enough
  const auto& move = generic::move;
#else
  const auto& move = WEFT_ACTIVE(move);
#endif
  const int64_t size = element_size(to.dtype);
  // A window of several tiles is enough where nothing would be read twice: one repeated element, or
  // rows that are dense on both sides. Smaller tiles would only cost calls.
  const bool merges =
      loop.col_stride[1] == 0 || (loop.col_stride[0] == 1 && loop.col_stride[1] == 1);
  for (int64_t unit = units.begin; unit < units.end;) {
    const TileWindow window =
        merges ? merged_window(loop, unit, units.end) : tile_window(loop, unit++);
    move({static_cast<char*>(to.data) + window.offset[0] * size,
          static_cast<const char*>(from.data) + window.offset[1] * size, loop.row_stride[0] * size,
          loop.row_stride[1] * size, loop.col_stride[0] * size, loop.col_stride[1] * size,
          window.rows, window.cols, size});
  }
}

int64_t fill_units(const TensorView& to) { return copy_units(to, repeated(to, nullptr)); }

void run_fill(const TensorView& to, const void* value, Range units) {
  run_copy(to, repeated(to, value), units);
}

}  // namespace weft::kernels
