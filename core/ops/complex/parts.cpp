// Parts of numbers that are real or complex: real, imag, conj, angle.

#include "ops/complex/complex.h"
#include "ops/registry.h"

namespace weft::ops {
namespace {

// The array itself, as a view.
Value same(const Value& x) {
  return x.builder().call("reshape", {x}, {Argument::of_ints(x.shape().span())});
}

Values itself(const ComposeContext& c) { return {same(c.in(0))}; }
Values nothing(const ComposeContext& c) { return {zeros(c.in(0), c.in(0).type())}; }
Values angle_of_real(const ComposeContext& c) {
  return {c.builder.call("arctan2", {scalar(c.in(0), 0), c.in(0)})};
}

OpDef& part(OpDef& op, Composition of_real) {
  return op.input("x", "any dtype").compose(of_real).sample(R"({"shapes": [[2, 3]]})");
}

}  // namespace

WEFT_OP(real) {
  part(op, itself)
      .doc("The real parts of the elements; of real numbers the array itself.")
      .like("numpy.real");
}

WEFT_OP(imag) {
  part(op, nothing)
      .doc("The imaginary parts of the elements; of real numbers zeros.")
      .no_gradient("the imaginary parts of real numbers are zero")
      .like("numpy.imag");
}

WEFT_OP(conj) {
  part(op, itself)
      .doc("The conjugates of the elements; of real numbers the array itself.")
      .like("numpy.conj");
}

WEFT_OP(angle) {
  op.doc("The angles of the elements in the complex plane, in radians from -pi to pi.")
      .input("x", "any dtype")
      .promote(Promotion::kFloat)
      .compose(angle_of_real)
      .like("numpy.angle")
      .sample(R"({"shapes": [[2, 3]]})");
}

}  // namespace weft::ops
