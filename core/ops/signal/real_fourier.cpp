// The discrete Fourier transform of real rows, which is half of a spectrum, and its inverse.
//
// Both are linear, and each is the other's transpose (kernels/signal/real_fourier.h), so each is
// the other's gradient.

#include "kernels/signal/real_fourier.h"

#include "base/checked.h"
#include "base/errors.h"
#include "ops/complex/complex.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

int64_t last_of(const Shape& shape) { return shape[shape.rank() - 1]; }
Shape with_last(Shape shape, int64_t extent) {
  shape[shape.rank() - 1] = extent;
  return shape;
}

Status check_axis(const InferContext& c) {
  const Shape& shape = c.in[0].shape;
  if (shape.rank() == 0 || last_of(shape) == 0)
    return errors::invalid_value(c.op().name, "`", c.op().inputs[0].name,
                                 "` must have a last axis with elements; got shape ", shape);
  return {};
}

Status check_length(const InferContext& c) {
  WEFT_TRY(check_axis(c));
  const int64_t length = c.integer("length"), half = last_of(c.in[0].shape);
  if (length < 1 || length / 2 + 1 != half)
    return errors::invalid_value(c.op().name, "`length` must be ", 2 * (half - 1), " or ",
                                 2 * half - 1, ", and positive, for a spectrum of ", half,
                                 " elements; got ", length);
  return {};
}

Result<Types> infer_forward(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  WEFT_TRY(check_axis(c));
  const Shape& shape = c.in[0].shape;
  const TensorType half{c.in[0].dtype, with_last(shape, last_of(shape) / 2 + 1)};
  return Types{half, half};
}

Result<Types> infer_inverse(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  WEFT_TRY(check_length(c));
  if (c.given(1) && c.in[1].shape != c.in[0].shape)
    return errors::invalid_value(c.op().name, "`x2` must have the shape of `x1`, ", c.in[0].shape,
                                 "; got ", c.in[1].shape);
  return Types{{c.in[0].dtype, with_last(c.in[0].shape, c.integer("length"))}};
}

// The real side of a call.
struct Rows {
  DType dtype;
  int64_t count, length, elements;
};
Rows rows_of(const TensorType& real) {
  const int64_t length = last_of(real.shape), elements = real.shape.elements();
  return {real.dtype, elements / length, length, elements};
}

template <class Run>
void split_rows(const KernelCall& call, const Rows& rows, const Run& run) {
  const kernels::RealFourier problem{*static_cast<const kernels::FourierPlan*>(call.problem),
                                     rows.length, call.op.reader(call.attributes).flag("mirrored")};
  split_work(kernels::fourier_units(rows.dtype, rows.count), 4 * rows.elements, call.scratch,
             kernels::real_fourier_scratch_bytes(rows.dtype, rows.length, rows.count),
             [&](kernels::Range units, void* room) { run(problem, room, units); });
}

Status run_forward(const KernelCall& call) {
  const Rows rows = rows_of(type_of(call.in[0]));
  split_rows(call, rows,
             [&](const kernels::RealFourier& problem, void* room, kernels::Range units) {
               kernels::run_real_fourier(problem, rows.count, call.in[0].data, call.out[0].data,
                                         call.out[1].data, room, units);
             });
  return {};
}

Status run_inverse(const KernelCall& call) {
  const Rows rows = rows_of(type_of(call.out[0]));
  const void* const im = call.in.size() > 1 ? call.in[1].data : nullptr;
  split_rows(call, rows,
             [&](const kernels::RealFourier& problem, void* room, kernels::Range units) {
               kernels::run_real_fourier_inverse(problem, rows.count, call.in[0].data, im,
                                                 call.out[0].data, room, units);
             });
  return {};
}

// `real` chooses the real side of a call's types.
template <class Real>
Slot slot(KernelFunction run, Real) {
  Slot s = dense_slot(run);
  s.problem = [](const SlotTypes& t) -> std::shared_ptr<const void> {
    const Rows rows = rows_of(Real()(t));
    return kernels::real_fourier_plan(rows.dtype, rows.length);
  };
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    const Rows rows = rows_of(Real()(t));
    return (Checked(kernels::real_fourier_scratch_bytes(rows.dtype, rows.length, rows.count)) *
            int64_t{threads})
        .value();
  };
  s.cost = [](const SlotTypes& t) {
    const Rows rows = rows_of(Real()(t));
    return Cost{kernels::fourier_flops(rows.length, rows.count) / 2,
                2 * static_cast<double>(t.in[0].bytes() + t.out[0].bytes())};
  };
  return s;
}
struct FirstInput {
  const TensorType& operator()(const SlotTypes& t) const { return t.in[0]; }
};
struct FirstOutput {
  const TensorType& operator()(const SlotTypes& t) const { return t.out[0]; }
};

Values forward_gradient(const GradContext& g) {
  return {g.builder().call("real_fourier_inverse", {g.dout(0), g.dout(1)},
                           {Argument::of_int(last_of(g.in(0).shape())), g.get("mirrored")})};
}

Values inverse_gradient(const GradContext& g) {
  Values planes = g.builder().call_all("real_fourier", {g.dout()}, {g.get("mirrored")});
  if (g.inputs() < 2 || !g.in(1)) planes.resize(1);
  while (planes.size() < g.inputs()) planes.emplace_back();
  return planes;
}

// ---- of complex arrays

Result<Types> check_real(const InferContext& c) {
  WEFT_TRY(check_axis(c));
  return Types{};
}
Result<Types> check_spectrum(const InferContext& c) {
  WEFT_TRY(check_length(c));
  return Types{};
}

Value in_floats(const Value& x) { return cast(x, part_of(complex_of(x.dtype()))); }

Values spectrum(const ComposeContext& c) {
  const Values planes = c.builder.call_all("real_fourier", {in_floats(c.in(0))}, {});
  return {joined({planes[0], planes[1]})};
}

// Halves stay halves, as in NumPy.
Values of_real_spectrum(const ComposeContext& c) {
  const Value x = c.builder.call("real_fourier_inverse", {in_floats(c.in(0))}, {c.get("length")});
  return {cast(x, c.in(0).dtype())};
}

}  // namespace

WEFT_OP(real_fourier) {
  op.doc(
        "The first half of the discrete Fourier transform of real rows, in planes and without a "
        "scale.")
      .in(Namespace::kInternal)
      .input("x", "float32 or float64")
      .boolean("mirrored", false, "elements with a mirror image count twice")
      .promote(Promotion::kExact)
      .outputs(2)
      .infer(infer_forward)
      .gradient(forward_gradient)
      .kernel(slot(run_forward, FirstInput()))
      .sample(R"({"shapes": [[3, 8]]})")
      .sample(R"({"shapes": [[2, 2, 15]], "mirrored": true})")
      .sample(R"({"shapes": [[2, 12]], "mirrored": true})")
      .sample(R"({"shapes": [[1]]})")
      .sample(R"({"shapes": [[2, 74]], "ranges": [[-0.5, 0.5]]})");
}

WEFT_OP(real_fourier_inverse) {
  op.doc(
        "Real rows of the first halves of their discrete Fourier transforms, in planes and without "
        "a scale.")
      .in(Namespace::kInternal)
      .input("x1", "float32 or float64: the real parts")
      .optional_input("x2", "the imaginary parts; zeros unless given")
      .required(AttributeKind::kInt, "length", "of the rows")
      .boolean("mirrored", true, "elements with a mirror image count twice")
      .promote(Promotion::kExact)
      .infer(infer_inverse)
      .gradient(inverse_gradient)
      .kernel(slot(run_inverse, FirstOutput()))
      .sample(R"({"shapes": [[3, 5], [3, 5]], "length": 8})")
      .sample(R"({"shapes": [[2, 8], [2, 8]], "length": 15, "mirrored": false})")
      .sample(R"({"shapes": [[2, 7], [2, 7]], "length": 12, "mirrored": false})")
      .sample(R"({"shapes": [[1], null], "length": 1})")
      .sample(R"({"shapes": [[2, 4], null], "length": 7})")
      .sample(R"({"shapes": [[0, 5], [0, 5]], "length": 8})");
}

WEFT_OP(rdft) {
  op.doc(
        "The first half of the discrete Fourier transform of real numbers along the last axis, "
        "without a scale; complex. `np.fft` has NumPy's functions.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype")
      .promote(Promotion::kFloat)
      .infer(check_real)
      .compose(spectrum)
      .sample(R"({"shapes": [[3, 8]]})")
      .sample(R"({"shapes": [[5]]})");
}

WEFT_OP(irdft) {
  op.doc(
        "Real numbers of the first half of their discrete Fourier transform along the last axis, "
        "without a scale. `np.fft` has NumPy's functions.")
      .in(Namespace::kNpx)
      .input("x", "any dtype, of real or complex numbers")
      .required(AttributeKind::kInt, "length", "of the result's last axis")
      .promote(Promotion::kFloat)
      .infer(check_spectrum)
      .compose(of_real_spectrum)
      .sample(R"({"shapes": [[3, 5]], "length": 8})")
      .sample(R"({"shapes": [[4]], "length": 7})");
}

}  // namespace weft::ops
