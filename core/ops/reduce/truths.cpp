// Questions about all elements: composites over bools, where `all` is a minimum and `any` a
// maximum.

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/reduce_slot.h"

namespace weft::ops {
namespace {

Value truth(const ComposeContext& c) {
  const Value& x = c.in(0);
  if (x.dtype() == DType::kBool) return x;
  return c.builder.call("not_equal", {x, Value(&c.builder, Argument::of_int(0))});
}

// The extreme of bools; over no elements it is `neutral`.
Result<Value> extreme_of_truths(const ComposeContext& c, std::string_view extreme, bool neutral) {
  WEFT_ASSIGN(const uint32_t mask, reduced_axes(c));
  const Shape shape = c.in(0).shape();
  if (reduced_count(shape, mask) == 0) {
    const Shape reduced = rules::reduced_shape(shape, mask, c.flag("keepdims"));
    return c.builder.call("full", {},
                          {Argument::of_ints(reduced.span()), Argument::of_float(neutral),
                           Argument::of_dtype(DType::kBool)});
  }
  return c.builder.call(extreme, {truth(c)}, {c.get("axis"), c.get("keepdims")});
}

Result<Value> all(const ComposeContext& c) { return extreme_of_truths(c, "min", true); }
Result<Value> any(const ComposeContext& c) { return extreme_of_truths(c, "max", false); }

OpDef& question(OpDef& op) {
  op.input("x", "any real dtype; anything but zero is true").no_gradient("piecewise constant");
  reduce_attributes(op);
  op.sample(R"({"shapes": [[3, 4]], "axis": 1, "dtypes": ["bool"]})")
      .sample(R"({"shapes": [[2, 0]], "axis": 1})");
  return sample_reduction(op);
}

}  // namespace

WEFT_OP(all) {
  question(op)
      .doc("Truth of every element over axes being true; true of none.")
      .compose(checked<all>)
      .like("numpy.all");
}

WEFT_OP(any) {
  question(op)
      .doc("Truth of some element over axes being true; false of none.")
      .compose(checked<any>)
      .like("numpy.any");
}

WEFT_OP(count_nonzero) {
  question(op)
      .doc("Number of elements over axes that are not zero, as int64.")
      .compose([](const ComposeContext& c) {
        return Values{c.builder.call("sum", {truth(c)}, {c.get("axis"), c.get("keepdims")})};
      })
      .like("numpy.count_nonzero");
}

}  // namespace weft::ops
