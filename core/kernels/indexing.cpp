#include "kernels/indexing.h"

#include "kernels/table_impl.h"

namespace weft::kernels {

int64_t first_out_of_range(const int64_t* indices, int64_t count, int64_t axis) {
  for (int64_t i = 0; i < count; ++i)
    if (indices[i] < -axis || indices[i] >= axis) return i;
  return -1;
}

void run_pick(const Indexing& problem, const void* x, const int64_t* indices, void* y,
              Range outer) {
  active_table().picks[static_cast<int>(problem.dtype)](problem, x, indices, y, outer);
}

void run_pick_adjoint(const Indexing& problem, const void* dy, const int64_t* indices, void* dx,
                      Range outer) {
  active_table().pick_adjoints[static_cast<int>(problem.dtype)](problem, dy, indices, dx, outer);
}

void run_take(const Indexing& problem, const void* x, const int64_t* indices, int64_t count,
              void* y, Range units) {
  active_table().takes[static_cast<int>(problem.dtype)](problem, x, indices, count, y, units);
}

void run_take_adjoint(const Indexing& problem, const void* dy, const int64_t* indices,
                      int64_t count, void* dx, Range outer) {
  active_table().take_adjoints[static_cast<int>(problem.dtype)](problem, dy, indices, count, dx,
                                                                outer);
}

}  // namespace weft::kernels
