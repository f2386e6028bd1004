// Which products can have a packed right operand, and which gain from it.
#pragma once

#include <string_view>

#include "base/shape.h"
#include "kernels/matmul/panels.h"

namespace weft::ops {

using kernels::has_panels;
using kernels::panels_pay;

// The shape of packed panels with k rows (kernels/matmul/panels.h); `panels` holds the axes that
// count them. A dtype whose instructions multiply several rows at once keeps these rows side by
// side.
inline Shape panel_shape(Shape panels, DType dtype, int64_t k) {
  const int64_t paired = kernels::paired_rows(dtype);
  panels.push_back((k + paired - 1) / paired);
  panels.push_back(kernels::kPanelColumns);
  if (paired > 1) panels.push_back(paired);
  return panels;
}

// Recurrent operators multiply by the same weights in every step. `packed` names the operator that
// reads them packed (pack_recurrent); `weight` is the index of the input with the weights.
struct PackedSteps {
  std::string_view name, packed;
  size_t weight;
  int64_t gates;
};
inline constexpr PackedSteps kPackedSteps[] = {{"lstm_steps", "lstm_steps_packed", 3, 4},
                                               {"gru_steps", "gru_steps_packed", 2, 3},
                                               {"rnn_steps", "rnn_steps_packed", 2, 1}};

}  // namespace weft::ops
