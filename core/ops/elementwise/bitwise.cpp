// Bits of integers, and of bools as one bit: element by element, without gradients.

#include "base/errors.h"
#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

// -x - 1 has all bits of x inverted, for signed and for unsigned dtypes.
Result<Value> invert(const ComposeContext& c) {
  const Value& x = c.in(0);
  if (x.dtype() == DType::kBool) return c.builder.call("logical_not", {x});
  if (is_floating(x.dtype()))
    return errors::invalid_type("invert", "`x` must be bool or integer; got ", x.dtype());
  return c.builder.call("subtract", {-x, Value(&c.builder, Argument::of_int(1))});
}

// Replaces the samples of float arrays by samples of integers.
OpDef& of_bits(OpDef& op, kernels::FormulaId formula, std::string_view dtypes) {
  binary(op, Promotion::kCommon, formula, dtypes).no_gradient("its operands are integers");
  op.samples.clear();
  return sample_binary(op, "\"int32\"");
}

}  // namespace

WEFT_OP(bitwise_and) {
  of_bits(op, kernels::FormulaId::kBitwiseAnd, "bool or integers")
      .doc("Bits that both integers have, element by element; on bool, logical and.")
      .like("numpy.bitwise_and")
      .sample(R"({"shapes": [[4], [4]], "dtypes": ["bool", "bool"]})");
}

WEFT_OP(bitwise_or) {
  of_bits(op, kernels::FormulaId::kBitwiseOr, "bool or integers")
      .doc("Bits that either integer has, element by element; on bool, logical or.")
      .like("numpy.bitwise_or")
      .sample(R"({"shapes": [[4], [4]], "dtypes": ["bool", "bool"]})");
}

WEFT_OP(bitwise_xor) {
  of_bits(op, kernels::FormulaId::kBitwiseXor, "bool or integers")
      .doc("Bits that one of two integers has, element by element; on bool, not equal.")
      .like("numpy.bitwise_xor")
      .sample(R"({"shapes": [[4], [4]], "dtypes": ["bool", "bool"]})");
}

WEFT_OP(left_shift) {
  of_bits(op, kernels::FormulaId::kLeftShift, "integers")
      .doc(
          "Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or "
          "not below the number of bits.")
      .like("numpy.left_shift");
}

WEFT_OP(right_shift) {
  of_bits(op, kernels::FormulaId::kRightShift, "integers")
      .doc(
          "Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for "
          "counts that are negative or not below the number of bits.")
      .like("numpy.right_shift");
}

WEFT_OP(invert) {
  op.doc("Every bit turned, element by element; on bool, logical not.")
      .input("x", "bool or integers")
      .no_gradient("its operand is an integer")
      .compose(checked<invert>)
      .like("numpy.invert")
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["bool"]})")
      .sample(R"({"shapes": [[4]], "dtypes": ["uint8"]})");
  sample_unary(op, "\"int32\"");
}

}  // namespace weft::ops
