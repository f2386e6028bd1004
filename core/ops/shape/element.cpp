// One element of an array, as an array of its own. Unlike a slice it is no view: what is written to
// the array later does not change it, as with NumPy's scalars.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// A copy of the view of one element. Eager calls without a history read the element at once
// (eager/fast_call.cpp).
Result<Value> element(const ComposeContext& c) {
  const Shape shape = c.in(0).shape();
  const auto index = c.ints("index");
  const auto rank = static_cast<size_t>(shape.rank());
  if (index.size() != rank)
    return errors::invalid_value("element", "`index` must have one number for each of the ", rank,
                                 " axes of `x`; got ", index.size());
  for (size_t axis = 0; axis < rank; ++axis)
    if (index[axis] < 0 || index[axis] >= shape[static_cast<int>(axis)])
      return errors::index_out_of_range("element", "`index` must stay within axis ", axis,
                                        " of extent ", shape[static_cast<int>(axis)], "; got ",
                                        index[axis]);
  Shape ones;
  ones.resize(shape.rank(), 1);
  const Argument one = Argument::of_ints(ones.span());
  const Value part = c.builder.call("slice", {c.in(0)}, {Argument::of_ints(index), one, one});
  return c.builder.call("copy", {reshape(part, {})});
}

}  // namespace

WEFT_OP(element) {
  op.doc("The element at `index` of every axis, as an array of its own without axes.")
      .in(Namespace::kInternal)
      .input("x", "any dtype")
      .required(AttributeKind::kInts, "index", "a place along each axis, at least 0")
      .compose(checked<element>)
      .sample(R"({"shapes": [[4, 5]], "index": [3, 1]})")
      .sample(R"({"shapes": [[5]], "index": [0]})")
      .sample(R"({"shapes": [[]], "index": []})");
}

}  // namespace weft::ops
