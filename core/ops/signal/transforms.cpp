// From samples of 16 bits to a spectrum of 16 bits: scaling to the full width, and the Fourier
// transform of real rows, by the rules of TensorFlow Lite Micro's signal library.

#include <algorithm>
#include <bit>
#include <memory>

#include "base/errors.h"
#include "kernels/signal/features.h"
#include "kernels/signal/fixed_fft.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// The shape of rows of int16, or an error.
Result<Shape> rows_of_samples(const InferContext& c) {
  const TensorType& x = c.in[0];
  if (x.dtype != DType::kInt16)
    return errors::invalid_type(c.op().name, "`data` must be int16; got ", x.dtype);
  if (x.shape.rank() == 0)
    return errors::invalid_value(c.op().name, "`data` must have an axis; got a scalar");
  return x.shape;
}

// ---- scaling

Result<Types> infer_scale(const InferContext& c) {
  WEFT_ASSIGN(const Shape rows, rows_of_samples(c));
  Shape bits = rows;
  bits.resize(rows.rank() - 1, 0);
  return Types{{DType::kInt16, rows}, {DType::kInt32, bits}};
}

Status run_scale(const KernelCall& call) {
  const auto* x = static_cast<const int16_t*>(call.in[0].data);
  auto* y = static_cast<int16_t*>(call.out[0].data);
  auto* bits = static_cast<int32_t*>(call.out[1].data);
  const int64_t rows = elements_of(call.out[1]), count = call.in[0].shape[call.in[0].rank - 1];
  split_work(rows, 2 * rows * count, nullptr, 0, [&](kernels::Range range, void*) {
    for (int64_t row = range.begin; row < range.end; ++row) {
      bits[row] = kernels::room_above(x + row * count, count);
      for (int64_t i = row * count; i < (row + 1) * count; ++i)
        y[i] = static_cast<int16_t>(x[i] * (1 << bits[row]));
    }
  });
  return {};
}

Slot scale_slot() {
  Slot slot = exact_dense_slot(run_scale);
  slot.overwrites = every_input;
  return slot;
}

// ---- the transform

Result<Types> infer_transform(const InferContext& c) {
  WEFT_ASSIGN(Shape rows, rows_of_samples(c));
  const int64_t length = c.integer("length"), samples = rows[rows.rank() - 1];
  if (length < kernels::kMinFixedFft || length > kernels::kMaxFixedFft ||
      !std::has_single_bit(static_cast<uint64_t>(length)))
    return errors::invalid_value(c.op().name, "`length` must be a power of two in [",
                                 kernels::kMinFixedFft, ", ", kernels::kMaxFixedFft, "]; got ",
                                 length);
  if (samples > length)
    return errors::invalid_value(c.op().name, "the last axis of `data` must have at most `length`,",
                                 " ", length, ", elements; got shape ", rows);
  rows[rows.rank() - 1] = length + 2;
  return Types{{DType::kInt16, rows}};
}

Status run_transform(const KernelCall& call) {
  const auto& fft = *static_cast<const kernels::FixedFft*>(call.problem);
  const TensorView &x = call.in[0], &y = call.out[0];
  const int64_t rows = elements_of(y) / y.shape[y.rank - 1];
  split_work(rows, 24 * elements_of(y), nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_fixed_fft(fft, static_cast<const int16_t*>(x.data), x.shape[x.rank - 1],
                           static_cast<int16_t*>(y.data), range);
  });
  return {};
}

Slot transform_slot() {
  Slot slot = exact_dense_slot(run_transform);
  slot.problem = [](const SlotTypes& t) -> std::shared_ptr<const void> {
    return std::make_shared<const kernels::FixedFft>(
        kernels::fixed_fft(t.op.reader(t.attributes).integer("length")));
  };
  slot.cost = [](const SlotTypes& t) {
    return Cost{24.0 * static_cast<double>(t.out[0].shape.elements()),
                static_cast<double>(t.in[0].bytes() + t.out[0].bytes())};
  };
  return slot;
}

}  // namespace

WEFT_OP(signal_auto_scale) {
  op.doc(
        "Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and "
        "by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.")
      .in(Namespace::kNpx)
      .input("data", "int16, at least one axis: rows along the last one")
      .outputs(2)
      .promote(Promotion::kKeep)
      .infer(infer_scale)
      .no_gradient("integers")
      .kernel(scale_slot())
      .sample(R"({"shapes": [[48]], "dtypes": ["int16"], "ranges": [[-300, 300]]})")
      .sample(R"({"shapes": [[3, 7]], "dtypes": ["int16"], "ranges": [[-4000, 4000]]})")
      .sample(R"({"shapes": [[2, 2, 5]], "dtypes": ["int16"], "ranges": [[0, 0]]})")
      .sample(R"({"shapes": [[4, 6]], "dtypes": ["int16"], "ranges": [[-32768, -32767]]})");
}

WEFT_OP(signal_rfft) {
  op.doc(
        "Fourier transform of real rows of int16, divided by their length, in fixed point by "
        "TensorFlow Lite Micro's rule: real and imaginary parts in turn.")
      .in(Namespace::kNpx)
      .input("data", "int16, at least one axis: rows along the last one, at most `length` elements")
      .required(AttributeKind::kInt, "length",
                "samples of a row, a power of two from 4 to 65536; what is missing counts as 0")
      .promote(Promotion::kKeep)
      .infer(infer_transform)
      .no_gradient("integers")
      .kernel(transform_slot())
      .sample(R"({"shapes": [[64]], "dtypes": ["int16"], "ranges": [[-32768, 32767]],
                  "length": 64})")
      .sample(R"({"shapes": [[2, 3, 90]], "dtypes": ["int16"], "ranges": [[-32768, 32767]],
                  "length": 128})")
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["int16"], "ranges": [[-900, 900]], "length": 4})")
      .sample(R"({"shapes": [[5, 8]], "dtypes": ["int16"], "ranges": [[-9000, 9000]],
                  "length": 8})");
}

}  // namespace weft::ops
