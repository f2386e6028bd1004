// Conversion between dtypes. It is linear, so the cotangent passes unchanged and takes the input's
// dtype.

#include "kernels/elementwise/elementwise.h"
#include "ops/op.h"
#include "ops/slots/elementwise_slot.h"

namespace weft::ops {
namespace {

Status run(const KernelCall& call) {
  return run_one_step(kernels::cast_step(call.in[0].dtype, call.out[0].dtype), call.in,
                      call.out[0]);
}

Result<Types> infer(const InferContext& c) { return Types{{c.dtype("dtype"), c.in[0].shape}}; }

Values gradient(const GradContext& g) { return {g.dout()}; }  // the sweep casts back

// Exact: a conversion gives the same bits in every build.
Slot slot() {
  Slot s;
  s.run = run;
  s.exactness = Exactness::kExact;
  return s;
}

}  // namespace

WEFT_OP(cast) {
  op.doc(
        "Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; "
        "to bool is x != 0.")
      .in(Namespace::kNpx)
      .input("x", "any dtype")
      .required(AttributeKind::kDType, "dtype", "dtype of the result")
      .infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .images({0})
      .sample(R"({"shapes": [[2, 3]], "dtype": "float64"})")
      .sample(R"({"shapes": [[]], "dtype": "float64"})")
      .sample(R"({"shapes": [[0, 2]], "dtype": "float64"})")
      .sample(R"({"shapes": [[4]], "dtypes": ["int32"], "dtype": "bool"})");
}

}  // namespace weft::ops
