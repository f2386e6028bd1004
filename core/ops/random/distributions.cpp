// Arrays of independent random numbers. Each number depends on seed, ordinal and its index only
// (kernels/random/random.h), so threads and plans draw the same ones. Arguments given as arrays (a
// mean for each element) are arithmetic on standard numbers, so that gradients reach them.

#include "base/errors.h"
#include "kernels/random/random.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const auto shape = c.ints("shape");
  WEFT_TRY(checked_elements(shape, c.op().name, "shape").status());
  if (!is_floating(c.dtype("dtype")))
    return errors::invalid_type(c.op().name, "`dtype` must be floating; got ", c.dtype("dtype"));
  return Types{{c.dtype("dtype"), Shape(shape)}};
}

Result<Types> infer_scaled(const InferContext& c) {
  if (const double scale = c.real("scale"); scale < 0)
    return errors::invalid_value(c.op().name, "`scale` must be at least 0; got ", scale);
  return infer(c);
}

Result<Types> infer_integers(const InferContext& c) {
  WEFT_TRY(checked_elements(c.ints("shape"), "randint", "shape").status());
  if (c.integer("low") >= c.integer("high"))
    return errors::invalid_value("randint", "`low` must be less than `high`; got ",
                                 c.integer("low"), " and ", c.integer("high"));
  return Types{{DType::kInt64, Shape(c.ints("shape"))}};
}

// fill(stream, attributes, out, range) writes the elements in `range`.
using Fill = void (*)(const kernels::RandomStream&, const AttributeReader&, const TensorView&,
                      kernels::Range);

// Exact: the bits do not depend on the instruction set or on threads.
template <Fill fill>
Slot slot() {
  Slot s;
  s.exactness = Exactness::kExact;
  s.run = [](const KernelCall& call) -> Status {
    const AttributeReader a = call.op.reader(call.attributes);
    const int64_t elements = elements_of(call.out[0]);
    const kernels::RandomStream stream{call.seed, call.ordinal};
    split_work(elements, 4 * elements, nullptr, 0,
               [&](kernels::Range range, void*) { fill(stream, a, call.out[0], range); });
    return {};
  };
  return s;
}

// Each writes the elements of a range; the kernels take words by the element's index.
void fill_uniform(const kernels::RandomStream& stream, const AttributeReader& a,
                  const TensorView& out, kernels::Range range) {
  kernels::run_random_uniform(stream, out.dtype, a.real("low"), a.real("high"), out.data, range);
}
void fill_normal(const kernels::RandomStream& stream, const AttributeReader& a,
                 const TensorView& out, kernels::Range range) {
  kernels::run_random_normal(stream, out.dtype, a.real("loc"), a.real("scale"), out.data, range);
}
void fill_exponential(const kernels::RandomStream& stream, const AttributeReader& a,
                      const TensorView& out, kernels::Range range) {
  kernels::run_random_exponential(stream, out.dtype, a.real("scale"), out.data, range);
}
// The difference as unsigned numbers: a range may span more than 63 bits.
void fill_integers(const kernels::RandomStream& stream, const AttributeReader& a,
                   const TensorView& out, kernels::Range range) {
  const uint64_t span =
      static_cast<uint64_t>(a.integer("high")) - static_cast<uint64_t>(a.integer("low"));
  kernels::run_random_integers(stream, a.integer("low"), span, static_cast<int64_t*>(out.data),
                               range);
}

// Numbers of a distribution do not depend on an input, so there is nothing to give a gradient to.
void floating_attributes(OpDef& op, Result<Types> (*types)(const InferContext&) = infer) {
  op.required(AttributeKind::kInts, "shape", "extents")
      .required(AttributeKind::kDType, "dtype", "floating dtype of the result")
      .infer(types)
      .gradient([](const GradContext&) { return Values{}; })
      .random();
}

}  // namespace

WEFT_OP(uniform) {
  op.doc("Random numbers, uniform in [low, high).")
      .in(Namespace::kInternal)
      .real("low", 0, "least number")
      .real("high", 1, "bound, never reached while low < high");
  floating_attributes(op);
  op.kernel(slot<fill_uniform>())
      .sample(R"({"shapes": [], "low": -1, "high": 2, "shape": [3, 4], "dtype": "float32"})")
      .sample(R"({"shapes": [], "shape": [101], "dtype": "float64"})")
      .sample(R"({"shapes": [], "low": 3, "high": 5, "shape": [], "dtype": "float32"})")
      .sample(R"({"shapes": [], "shape": [2, 0], "dtype": "float64"})");
}

WEFT_OP(normal) {
  op.doc("Random numbers of the normal distribution.")
      .in(Namespace::kInternal)
      .real("loc", 0, "mean")
      .real("scale", 1, "standard deviation, at least 0");
  floating_attributes(op, infer_scaled);
  op.kernel(slot<fill_normal>())
      .sample(R"({"shapes": [], "loc": -1, "scale": 2, "shape": [3, 5], "dtype": "float32"})")
      .sample(R"({"shapes": [], "shape": [101], "dtype": "float64"})")
      .sample(R"({"shapes": [], "loc": 30, "shape": [], "dtype": "float32"})")
      .sample(R"({"shapes": [], "shape": [2, 0], "dtype": "float64"})");
}

WEFT_OP(exponential) {
  op.doc("Random numbers of the exponential distribution.")
      .in(Namespace::kInternal)
      .real("scale", 1, "mean, at least 0");
  floating_attributes(op, infer_scaled);
  op.kernel(slot<fill_exponential>())
      .sample(R"({"shapes": [], "scale": 2, "shape": [3, 5], "dtype": "float32"})")
      .sample(R"({"shapes": [], "shape": [101], "dtype": "float64"})")
      .sample(R"({"shapes": [], "scale": 0.1, "shape": [], "dtype": "float32"})")
      .sample(R"({"shapes": [], "shape": [2, 0], "dtype": "float64"})");
}

WEFT_OP(randint) {
  op.doc("Random integers in [low, high), each equally likely, as int64.")
      .in(Namespace::kInternal)
      .required(AttributeKind::kInt, "low", "least number")
      .required(AttributeKind::kInt, "high", "bound, not reached")
      .required(AttributeKind::kInts, "shape", "extents")
      .infer(infer_integers)
      .no_gradient("a random choice")
      .kernel(slot<fill_integers>())
      .random()
      .sample(R"({"shapes": [], "low": -3, "high": 300, "shape": [3, 200]})")
      .sample(R"({"shapes": [], "low": 0, "high": 2, "shape": [9]})")
      .sample(R"({"shapes": [], "low": 5, "high": 6, "shape": []})")
      .sample(R"({"shapes": [], "low": -9000000000000000000, "high": 9000000000000000000,
                  "shape": [2, 0]})");
}

}  // namespace weft::ops
