#include "kernels/softmax.h"

#include "kernels/table_impl.h"

namespace weft::kernels {

void run_softmax(const Softmax& problem, const void* x, void* y, Range rows) {
  active_table().softmaxes[static_cast<int>(problem.dtype)](problem, x, y, rows);
}

}  // namespace weft::kernels
