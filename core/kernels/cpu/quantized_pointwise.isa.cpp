// int32 sums to int8, and sums of two int8 arrays: kernels/quantized.h.
#include "kernels/isa_target.h"
#include "kernels/quantized_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/requantize_impl.h"

// Rows of one channel each, or rows of all channels where those lie side by side.
void requantize(const Requantize& p, Range rows) {
  const bool across = p.inner == 1 && p.how.is_per_channel;
  const int64_t width = across ? p.channels : p.inner;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t channel = p.how.is_per_channel && !across ? row % p.channels : 0;
    Rescale rescale = Rescale::of(Sums(p.how.multiplier[channel]), Sums(p.how.shift[channel]));
    for (int64_t i = 0; i < width; i += Sums::kLanes) {
      const int64_t lanes = width - i < Sums::kLanes ? width - i : Sums::kLanes;
      if (across)
        rescale = Rescale::of(Memory<int32_t>::load_part(p.how.multiplier + i, lanes),
                              Memory<int32_t>::load_part(p.how.shift + i, lanes));
      const Sums x = Memory<int32_t>::load_part(p.x + row * width + i, lanes);
      Memory<int8_t>::store_part(p.y + row * width + i, placed(rescale(x), p.how), lanes);
    }
  }
}

struct Operand {
  Sums zero_point;
  Rescale rescale;

  WEFT_INLINE static Operand of(const QuantizedAdd& p, int i) {
    return {Sums(p.zero_points[i]), Rescale::of(Sums(p.multipliers[i]), Sums(p.shifts[i]))};
  }
  WEFT_INLINE Sums operator()(Sums x) const {
    return rescale((x - zero_point) << kQuantizedAddBits);
  }
};

void quantized_add(const QuantizedAdd& p, Range elements) {
  const Operand a = Operand::of(p, 0), b = Operand::of(p, 1);
  const Rescale rescale = Rescale::of(Sums(*p.how.multiplier), Sums(*p.how.shift));
  int64_t i = elements.begin;
  for (; i + Sums::kLanes <= elements.end; i += Sums::kLanes) {
    const Sums sum = a(Memory<int8_t>::load(p.a + i)) + b(Memory<int8_t>::load(p.b + i));
    Memory<int8_t>::store(p.y + i, placed(rescale(sum), p.how));
  }
  if (const int64_t n = elements.end - i; n > 0) {
    const Sums sum =
        a(Memory<int8_t>::load_part(p.a + i, n)) + b(Memory<int8_t>::load_part(p.b + i, n));
    Memory<int8_t>::store_part(p.y + i, placed(rescale(sum), p.how), n);
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
