// The discrete Fourier transform of rows: in planes, and of complex arrays.
//
// The transform is y = F x with a symmetric F, so the gradient of x is the transform of the
// gradient of y with the other sign.

#include "kernels/signal/fourier.h"
#include "base/checked.h"
#include "base/errors.h"
#include "ops/complex/complex.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

struct Rows {
  int64_t count, length;
};
Rows rows_of(const TensorType& type) {
  const int64_t length = type.shape[type.shape.rank() - 1];
  return {length ? type.shape.elements() / length : 0, length};
}

Status check_rows(const InferContext& c) {
  const Shape& shape = c.in[0].shape;
  if (shape.rank() == 0 || shape[shape.rank() - 1] == 0)
    return errors::invalid_value(c.op().name, "`", c.op().inputs[0].name,
                                 "` must have a last axis with elements; got shape ", shape);
  return {};
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  WEFT_TRY(check_rows(c));
  if (c.given(1) && c.in[1].shape != c.in[0].shape)
    return errors::invalid_value(c.op().name, "`x2` must have the shape of `x1`, ", c.in[0].shape,
                                 "; got ", c.in[1].shape);
  return Types{c.in[0], c.in[0]};
}

Status run(const KernelCall& call) {
  const TensorType type = type_of(call.out[0]);
  const auto& plan = *static_cast<const kernels::FourierPlan*>(call.problem);
  const int64_t count = rows_of(type).count;
  const void* planes[] = {call.in[0].data, call.in.size() > 1 ? call.in[1].data : nullptr};
  void* results[] = {call.out[0].data, call.out[1].data};
  const size_t re = call.op.reader(call.attributes).flag("inverse") ? 1 : 0, im = 1 - re;
  const int64_t scratch = kernels::fourier_scratch_bytes(type.dtype, plan.length, count);
  split_work(kernels::fourier_units(type.dtype, count), 8 * type.shape.elements(), call.scratch,
             scratch, [&](kernels::Range units, void* room) {
               kernels::run_fourier(plan, count, planes[re], planes[im], results[re], results[im],
                                    room, units);
             });
  return {};
}

Slot slot() {
  Slot s = dense_slot(run);
  s.problem = [](const SlotTypes& t) -> std::shared_ptr<const void> {
    return kernels::fourier_plan(t.in[0].dtype, rows_of(t.in[0]).length);
  };
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    const Rows rows = rows_of(t.in[0]);
    return (Checked(kernels::fourier_scratch_bytes(t.in[0].dtype, rows.length, rows.count)) *
            int64_t{threads})
        .value();
  };
  s.cost = [](const SlotTypes& t) {
    const Rows rows = rows_of(t.in[0]);
    return Cost{kernels::fourier_flops(rows.length, rows.count),
                4 * static_cast<double>(t.out[0].bytes())};
  };
  return s;
}

Values gradient(const GradContext& g) {
  Values planes = g.builder().call_all("fourier", {g.dout(0), g.dout(1)},
                                       {Argument::of_bool(!g.flag("inverse"))});
  if (g.inputs() < 2 || !g.in(1)) planes.resize(1);
  while (planes.size() < g.inputs()) planes.emplace_back();
  return planes;
}

// ---- of complex arrays

Result<Types> check_input(const InferContext& c) {
  WEFT_TRY(check_rows(c));
  return Types{};
}

Values of_real(const ComposeContext& c) {
  const Value x = cast(c.in(0), part_of(complex_of(c.in(0).dtype())));
  const Values planes = c.builder.call_all("fourier", {x}, {c.get("inverse")});
  return {joined({planes[0], planes[1]})};
}

}  // namespace

WEFT_OP(fourier) {
  op.doc("The discrete Fourier transform along the last axis, in planes and without a scale.")
      .in(Namespace::kInternal)
      .input("x1", "float32 or float64: the real parts")
      .optional_input("x2", "the imaginary parts; zeros unless given")
      .boolean("inverse", false, "the other sign of the exponent")
      .promote(Promotion::kExact)
      .outputs(2)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .sample(R"({"shapes": [[3, 8], [3, 8]]})")
      .sample(R"({"shapes": [[2, 2, 15], [2, 2, 15]], "inverse": true})")
      .sample(R"({"shapes": [[6], null]})")
      .sample(R"({"shapes": [[1], [1]]})")
      .sample(R"({"shapes": [[0, 4], [0, 4]]})")
      .sample(R"({"shapes": [[2, 37], null], "inverse": true, "ranges": [[-0.5, 0.5], null]})");
}

WEFT_OP(dft) {
  op.doc(
        "The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` "
        "has NumPy's functions.")
      .in(Namespace::kNpx)
      .input("x", "any dtype, of real or complex numbers")
      .boolean("inverse", false, "the other sign of the exponent")
      .promote(Promotion::kFloat)
      .infer(check_input)
      .compose(of_real)
      .sample(R"({"shapes": [[3, 8]]})")
      .sample(R"({"shapes": [[5]], "inverse": true})");
}

}  // namespace weft::ops
