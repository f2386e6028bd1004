#include "kernels/softmax.h"

#include "kernels/table_impl.h"

namespace weft::kernels {

void run_softmax(const Softmax& problem, const void* x, void* y, Range rows) {
  active_table().softmaxes[static_cast<int>(problem.dtype)](problem, x, y, rows);
}

void run_softmax_gradient(const Softmax& problem, const void* dy, const void* y, void* dx,
                          Range rows) {
  active_table().softmax_gradients[static_cast<int>(problem.dtype)](problem, dy, y, dx, rows);
}

void run_cross_entropy(const Softmax& problem, const void* x, const int64_t* labels, void* loss,
                       Range rows) {
  active_table().cross_entropies[static_cast<int>(problem.dtype)](problem, x, labels, loss, rows);
}

void run_cross_entropy_gradient(const Softmax& problem, const void* dloss, const void* x,
                                const int64_t* labels, void* dx, Range rows) {
  active_table().cross_entropy_gradients[static_cast<int>(problem.dtype)](problem, dloss, x, labels,
                                                                          dx, rows);
}

}  // namespace weft::kernels
