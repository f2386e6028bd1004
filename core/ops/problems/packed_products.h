// Which products can have a packed right side, and which gain by it.
#pragma once

#include <string_view>

#include "base/shape.h"
#include "kernels/matmul/panels.h"

namespace weft::ops {

using kernels::has_panels;
using kernels::panels_pay;

// Of panels of k rows (kernels/matmul/panels.h), behind the axes that count them.
inline Shape panel_shape(Shape panels, DType dtype, int64_t k) {
  const int64_t paired = kernels::paired_rows(dtype);
  panels.push_back((k + paired - 1) / paired);
  panels.push_back(kernels::kPanelColumns);
  if (paired > 1) panels.push_back(paired);
  return panels;
}

// Operators that multiply with the same weights in every step: the input that has the weights, and
// what reads them packed (pack_recurrent).
struct PackedSteps {
  std::string_view name, packed;
  size_t weight;
  int64_t gates;
};
inline constexpr PackedSteps kPackedSteps[] = {{"lstm_steps", "lstm_steps_packed", 3, 4},
                                               {"gru_steps", "gru_steps_packed", 2, 3},
                                               {"rnn_steps", "rnn_steps_packed", 2, 1}};

}  // namespace weft::ops
