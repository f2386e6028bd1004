// A composite that exists for tests/python/test_new_operator.py alone: one file is a whole
// operator.
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values compose(const ComposeContext& c) {
  return {c.builder.call("sqrt", {c.in(0) * c.in(0) + c.in(1) * c.in(1)})};
}

}  // namespace

WEFT_OP(throwaway_hypot) {
  op.doc("Length of the hypotenuse, element by element.")
      .in(Namespace::kNpx)
      .input("a", "any real dtype: one leg")
      .input("b", "the other, broadcast against `a`")
      .promote(Promotion::kFloat)
      .infer(rules::broadcast)
      .compose(compose)
      .like("numpy.hypot")
      .domain(0.5, 2)
      .sample(R"({"shapes": [[2, 3], [3]]})")
      .sample(R"({"shapes": [[4], []]})");
}

}  // namespace weft::ops
