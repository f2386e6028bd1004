// Dropout: each element of the mask takes one random draw, and the gradient keeps only the mask.
// Scaling by 1 / (1 - p) keeps the expected value (inverted dropout), so inference changes nothing.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// One random draw for each element of the mask; the mask is what a gradient keeps.
Result<Value> dropout(const ComposeContext& c) {
  const double p = c.real("p");
  if (!(p >= 0 && p < 1)) return errors::invalid_value("dropout", "`p` must be in [0, 1); got ", p);
  Shape shape = c.in(0).shape();
  for (const int64_t shared : c.ints("axes")) {
    WEFT_ASSIGN(const int axis, normalize_axis(shared, shape.rank(), "dropout", "axes"));
    shape[axis] = 1;
  }
  if (!c.flag("training") || p == 0) return c.builder.call("copy", {c.in(0)});
  const Value draws =
      c.builder.call("uniform", {},
                     {Argument::of_float(0), Argument::of_float(1), Argument::of_ints(shape.span()),
                      Argument::of_dtype(DType::kFloat32)});
  const Value scaled = c.in(0) / (1 - p);
  return where(greater(scalar(draws, 1 - p), draws), scaled, scalar(scaled, 0));
}

}  // namespace

WEFT_OP(dropout) {
  op.doc("Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.")
      .in(Namespace::kNpx)
      .input("data", "any real dtype; integers become the default float")
      .real("p", 0.5, "share of the elements that become 0, less than 1")
      .ints("axes", {}, "axes along which all elements share their fate")
      .boolean("training", true, "without it the data stay as they are")
      .promote(Promotion::kFloat)
      .compose(checked<dropout>)
      .sample(R"({"shapes": [[3, 4]], "training": false})")
      .sample(R"({"shapes": [[3, 4]], "p": 0, "axes": [1]})");
}

}  // namespace weft::ops
