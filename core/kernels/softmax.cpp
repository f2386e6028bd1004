#include "kernels/softmax.h"

#include "kernels/active_impl.h"

namespace weft::kernels {

void run_softmax(const Softmax& problem, const void* x, void* y, Range rows) {
  WEFT_ACTIVE(kSoftmaxes)[static_cast<int>(problem.dtype)](problem, x, y, rows);
}

void run_softmax_gradient(const Softmax& problem, const void* dy, const void* y, void* dx,
                          Range rows) {
  WEFT_ACTIVE(kSoftmaxGradients)[static_cast<int>(problem.dtype)](problem, dy, y, dx, rows);
}

void run_cross_entropy(const Softmax& problem, const void* x, const int64_t* labels, void* loss,
                       Range rows) {
  WEFT_ACTIVE(kCrossEntropies)[static_cast<int>(problem.dtype)](problem, x, labels, loss, rows);
}

void run_cross_entropy_gradient(const Softmax& problem, const void* dloss, const void* x,
                                const int64_t* labels, void* dx, Range rows) {
  WEFT_ACTIVE(kCrossEntropyGradients)
  [static_cast<int>(problem.dtype)](problem, dloss, x, labels, dx, rows);
}

}  // namespace weft::kernels
