// Which products can have a packed right side, and which gain by it.
#pragma once

#include <string_view>

#include "kernels/panels.h"

namespace weft::ops {

using kernels::has_panels;
using kernels::panels_pay;

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
