// Decides for one call whether the narrow dtype is worth the casts, and whether a scalar survives
// it.

#include "ops/precision.h"

#include <algorithm>
#include <cmath>

namespace weft::ops {
namespace {

// A narrow call must have this many operations for each element that it casts: with fewer, the
// casts would cost more than the arithmetic gains.
constexpr double kMinOperations = 32;

bool is_float32(const TensorType& type) { return type.dtype == DType::kFloat32; }

// A half dtype's precision and range, to tell whether a number fits exactly.
struct Half {
  int bits;              // digits of the significand, with the hidden one
  int minimum, maximum;  // exponents of normal numbers, as frexp counts them
};
constexpr Half kFloat16{11, -13, 16}, kBFloat16{8, -125, 128};

}  // namespace

bool is_worth_casting(const SlotTypes& types, const PlannedInputs& planned) {
  const OpDef& op = types.op;
  double cast = 0;
  for (size_t i = 0; i < types.in.size(); ++i) {
    const TensorType& type = types.in[i];
    if (type.shape.rank() < 0) continue;
    if (is_floating(type.dtype) && !is_float32(type)) return false;
    if (in_set(planned.frozen, i)) continue;
    const auto elements = static_cast<double>(type.shape.elements());
    // An input that is narrow already saves the cast that float32 would need.
    cast += in_set(planned.narrow, i) ? -elements : elements;
  }
  bool any = false;
  for (const TensorType& type : types.out) {
    if (!is_float32(type)) return false;
    any = any || type.shape.elements() > 0;
    cast += static_cast<double>(type.shape.elements());
  }
  return any && cost_of(op.slot, types).flops >= kMinOperations * cast;
}

bool gains_in(const SlotTypes& types, DType narrow, const PlannedInputs& planned) {
  const Slot& slot = types.op.slot;
  return types.op.precision == Precision::kNarrow && slot.gains_in &&
         is_worth_casting(types, planned) && slot.gains_in(types, narrow);
}

bool keeps_scalar(const Argument& scalar, DType narrow) {
  const double x = scalar.as_double();
  if (x == 0 || !std::isfinite(x)) return true;
  const Half half = narrow == DType::kFloat16 ? kFloat16 : kBFloat16;
  int exponent = 0;
  const double significand = std::ldexp(std::frexp(x, &exponent), half.bits);
  return significand == std::trunc(significand) && exponent >= half.minimum &&
         exponent <= half.maximum;
}

}  // namespace weft::ops
