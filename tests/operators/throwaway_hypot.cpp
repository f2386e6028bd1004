// A composite that exists for tests/python/test_new_operator.py alone: one file is a whole
// operator.
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The squares of halves exceed the largest half long before the length does.
Value wide(const Value& x) { return size_of(x.dtype()) < 4 ? cast(x, DType::kFloat32) : x; }

Values compose(const ComposeContext& c) {
  const Value a = wide(c.in(0)), b = wide(c.in(1));
  return {cast(c.builder.call("sqrt", {a * a + b * b}), c.in(0).dtype())};
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
