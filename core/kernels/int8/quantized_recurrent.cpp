// Tables of gates, computed once; the kernel itself is in quantized_recurrent.isa.cpp.

#include "kernels/int8/quantized_recurrent.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/int8/quantized_recurrent_kernels_impl.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

using Table = std::array<int16_t, kGateTable>;

// function(-8), … function(8), in multiples of 2^-15.
template <class Function>
struct TableOf : Table {
  explicit TableOf(const Function& function) {
    for (int i = 0; i < kGateTable; ++i) {
      const double exact = std::floor(function((i - 256) / 32.0) * 32768 + 0.5);
      (*this)[static_cast<size_t>(i)] = static_cast<int16_t>(std::min(exact, 32767.0));
    }
  }
};

}  // namespace

const int16_t* quantized_sigmoid_table() {
  static const TableOf table([](double x) { return 1 / (1 + std::exp(-x)); });
  return table.data();
}

const int16_t* quantized_tanh_table() {
  static const TableOf table([](double x) { return std::tanh(x); });
  return table.data();
}

void run_quantized_recurrent(const QuantizedRecurrent& p, Range images) {
  WEFT_ACTIVE(quantized_recurrent)(p, images);
}

}  // namespace weft::kernels
