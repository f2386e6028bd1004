// Complex numbers: an operator on them is a composition over their two planes.
//
// Arrays hold complex numbers as pairs of floats, but no kernel computes with them. Where a call
// has a complex input, its *complex form* takes the place of the operator: a function that gets the
// real and the imaginary parts and calls operators on reals. So graphs, plans, files and C only
// meet reals, views of pairs, and the three operators that take pairs apart and put them together
// (`real_part`, `imaginary_part`, `pair`).
//
// Gradients follow from the parts. For a real loss L, the gradient of z = a + ib is dL/da + i
// dL/db, the direction of steepest ascent: PyTorch's convention, and the conjugate of what JAX
// gives.
#pragma once

#include <optional>
#include <span>

#include "ops/op.h"

namespace weft::ops {

// A number or an array of them. Without an imaginary part it is real; so is a result then.
struct Complex {
  Value re;
  Value im;  // absent: zero

  bool is_real() const { return !im; }
};
using Complexes = PoolVector<Complex>;

// What a complex form gets.
class ComplexContext : public AttributeReader {
 public:
  ComplexContext(const OpDef& op, std::span<const Argument> attributes, Builder& b,
                 const Values& given, std::span<const Complex> planes)
      : AttributeReader(op, attributes), builder(b), inputs(given), in(planes) {}
  Builder& builder;
  const Values& inputs;         // as they were given
  std::span<const Complex> in;  // their planes
};
using ComplexForm = Complexes (*)(const ComplexContext& context);

// The complex form of a built-in operator; null: it has none, and complex numbers are refused.
ComplexForm complex_form(const OpDef& op);

// The results of a call that has to do with complex numbers, by an input or by an attribute
// (forms.h); none for the operators that only move elements. An error is in the builder.
std::optional<Values> on_planes(const OpDef& op, std::span<const Value> inputs,
                                std::span<const Argument> attributes, Builder& builder);

// Refuses an operator whose kernel computes: only those that move elements may have pairs.
Status check_moves_pairs(const OpDef& op, DType dtype);

// The planes of an array, and the array of two planes.
Complex planes_of(const Value& value);
Value joined(const Complex& planes);

}  // namespace weft::ops
