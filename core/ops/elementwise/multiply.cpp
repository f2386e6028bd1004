// d(a b) = b da + a db. It asks for each side, so that the other operand is not kept without need.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) {
  return {g.needs(0) ? g.dout() * g.in(1) : Value(), g.needs(1) ? g.dout() * g.in(0) : Value()};
}

}  // namespace

WEFT_OP(multiply) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kMultiply);
  op.doc("Product of two arrays, element by element.").gradient(gradient).like("numpy.multiply");
}

}  // namespace weft::ops
