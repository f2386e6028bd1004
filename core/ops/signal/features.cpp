// From a spectrum's energies to logarithms of bands: filter bank, square root, gain and logarithm,
// by the rules of TensorFlow Lite Micro's signal library. What else its front ends do (windows,
// energies, subtraction of noise) is elementwise arithmetic.

#include "kernels/signal/features.h"

#include <memory>

#include "base/errors.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Status require(const InferContext& c, size_t input, DType dtype) {
  if (c.in[input].dtype != dtype)
    return errors::invalid_type(c.op().name, "`", c.op().input_name(input), "` must be ", dtype,
                                "; got ", c.in[input].dtype);
  return {};
}

// ---- filter bank

constexpr size_t kWeight = 1, kUnweight = 2, kStarts = 3, kWeightStarts = 4, kWidths = 5;

Result<Types> infer_bank(const InferContext& c) {
  WEFT_TRY(require(c, 0, DType::kUInt32));
  for (size_t i = kWeight; i <= kWidths; ++i) {
    WEFT_TRY(require(c, i, DType::kInt16));
    if (c.in[i].shape.rank() != 1)
      return errors::invalid_value(c.op().name, "`", c.op().input_name(i),
                                   "` must have one axis; got shape ", c.in[i].shape);
  }
  Shape bands = c.in[0].shape;
  if (bands.rank() == 0)
    return errors::invalid_value(c.op().name, "`data` must have an axis; got a scalar");
  if (c.in[kUnweight].shape != c.in[kWeight].shape)
    return errors::invalid_value(c.op().name, "`unweight` must have the shape of `weight`, ",
                                 c.in[kWeight].shape, "; got ", c.in[kUnweight].shape);
  for (const size_t i : {kWeightStarts, kWidths})
    if (c.in[i].shape != c.in[kStarts].shape)
      return errors::invalid_value(c.op().name, "`", c.op().input_name(i),
                                   "` must have the shape of `starts`, ", c.in[kStarts].shape,
                                   "; got ", c.in[i].shape);
  if (c.in[kStarts].shape[0] < 1)
    return errors::invalid_value(c.op().name, "`starts` must have a channel; got shape ",
                                 c.in[kStarts].shape);
  bands[bands.rank() - 1] = c.in[kStarts].shape[0] - 1;
  return Types{{DType::kUInt64, bands}};
}

Status run_bank(const KernelCall& call) {
  const auto table = [&](size_t i) { return static_cast<const int16_t*>(call.in[i].data); };
  const TensorView& x = call.in[0];
  const kernels::FilterBank bank{x.shape[x.rank - 1],       call.in[kStarts].shape[0] - 1,
                                 call.in[kWeight].shape[0], table(kWeight),
                                 table(kUnweight),          table(kStarts),
                                 table(kWeightStarts),      table(kWidths)};
  if (const int64_t c = kernels::channel_outside(bank); c >= 0)
    return errors::invalid_value(
        call.op.name, "`widths` must keep channel ", c, " within ", bank.frequencies,
        " frequencies and ", bank.weights, " weights; got ", int64_t{bank.widths[c]}, " from ",
        int64_t{bank.starts[c]}, " and ", int64_t{bank.weight_starts[c]}, " on");
  const int64_t rows = elements_of(call.out[0]) / bank.channels;
  split_work(rows, 4 * rows * bank.weights, nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_filter_bank(bank, static_cast<const uint32_t*>(x.data),
                             static_cast<uint64_t*>(call.out[0].data), range);
  });
  return {};
}

// ---- element by element

Result<Types> infer_root(const InferContext& c) {
  WEFT_TRY(require(c, 0, DType::kUInt64));
  return Types{{DType::kUInt32, c.in[0].shape}};
}

Status run_root(const KernelCall& call) {
  const auto* x = static_cast<const uint64_t*>(call.in[0].data);
  auto* y = static_cast<uint32_t*>(call.out[0].data);
  const int64_t count = elements_of(call.out[0]);
  split_work(count, 64 * count, nullptr, 0, [&](kernels::Range range, void*) {
    for (int64_t i = range.begin; i < range.end; ++i) y[i] = kernels::square_root(x[i]);
  });
  return {};
}

constexpr size_t kNoise = 1, kTable = 2;

Status require_shift(const InferContext& c, int64_t most) {
  if (const int64_t shift = c.integer("shift"); shift < 0 || shift > most)
    return errors::invalid_value(c.op().name, "`shift` must be in [0, ", most, "]; got ", shift);
  return {};
}

Result<Types> infer_gain(const InferContext& c) {
  WEFT_TRY(require(c, 0, DType::kUInt32));
  WEFT_TRY(require(c, kNoise, DType::kUInt32));
  WEFT_TRY(require(c, kTable, DType::kInt16));
  WEFT_TRY(require_shift(c, 63));
  if (c.in[kNoise].shape != c.in[0].shape)
    return errors::invalid_value(c.op().name, "`noise` must have the shape of `data`, ",
                                 c.in[0].shape, "; got ", c.in[kNoise].shape);
  if (c.in[kTable].shape != Shape{kernels::kGainTable})
    return errors::invalid_value(c.op().name, "`table` must have shape (125,); got ",
                                 c.in[kTable].shape);
  return Types{c.in[0]};
}

Status run_gain(const KernelCall& call) {
  const auto* x = static_cast<const uint32_t*>(call.in[0].data);
  const auto* noise = static_cast<const uint32_t*>(call.in[kNoise].data);
  const auto* table = static_cast<const int16_t*>(call.in[kTable].data);
  auto* y = static_cast<uint32_t*>(call.out[0].data);
  const auto shift = static_cast<int32_t>(call.op.reader(call.attributes).integer("shift"));
  const int64_t count = elements_of(call.out[0]);
  split_work(count, 16 * count, nullptr, 0, [&](kernels::Range range, void*) {
    for (int64_t i = range.begin; i < range.end; ++i)
      y[i] = kernels::compressed(x[i], noise[i], table, shift);
  });
  return {};
}

Slot gain_slot() {
  Slot slot = exact_dense_slot(run_gain);
  slot.overwrites = [](const SlotTypes&) -> uint32_t { return 1 | 1 << kNoise; };
  return slot;
}

struct Corrections {
  Corrections() { kernels::log_corrections(table); }
  uint16_t table[kernels::kLogCorrections];
};

Result<Types> infer_log(const InferContext& c) {
  WEFT_TRY(require(c, 0, DType::kUInt32));
  WEFT_TRY(require_shift(c, 31));
  if (const int64_t scale = c.integer("scale"); scale < 0 || scale > UINT32_MAX)
    return errors::invalid_value(c.op().name, "`scale` must be in [0, 2^32); got ", scale);
  return Types{{DType::kInt16, c.in[0].shape}};
}

Status run_log(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const auto scale = static_cast<uint32_t>(a.integer("scale"));
  const auto shift = static_cast<int32_t>(a.integer("shift"));
  const auto* corrections = static_cast<const Corrections*>(call.problem)->table;
  const auto* x = static_cast<const uint32_t*>(call.in[0].data);
  auto* y = static_cast<int16_t*>(call.out[0].data);
  const int64_t count = elements_of(call.out[0]);
  split_work(count, 16 * count, nullptr, 0, [&](kernels::Range range, void*) {
    for (int64_t i = range.begin; i < range.end; ++i)
      y[i] = kernels::scaled_log(x[i], scale, shift, corrections);
  });
  return {};
}

Slot log_slot() {
  Slot slot = exact_dense_slot(run_log);
  slot.problem = [](const SlotTypes&) -> std::shared_ptr<const void> {
    return std::make_shared<const Corrections>();
  };
  return slot;
}

}  // namespace

WEFT_OP(signal_filter_bank) {
  op.doc(
        "Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c "
        "is the sum of channel c + 1 by `weight` and of channel c by `unweight`.")
      .in(Namespace::kNpx)
      .input("data", "uint32, at least one axis: energies along the last one")
      .index_input("weight", "int16, one axis: factors of all channels")
      .index_input("unweight", "int16, shape of `weight`: factors for the band after")
      .index_input("starts", "int16, shape (bands + 1,): the first energy of each channel")
      .index_input("weight_starts", "int16, shape (bands + 1,): the first factor of each channel")
      .index_input("widths", "int16, shape (bands + 1,): how many energies each channel reads")
      .promote(Promotion::kKeep)
      .infer(infer_bank)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run_bank))
      .sample(R"({"shapes": [[40], [50], [50], [9], [9], [9]],
                  "dtypes": ["uint32", "int16", "int16", "int16", "int16", "int16"],
                  "ranges": [[0, 4294967295], [-4096, 4096], [-32768, 32767], [0, 20], [0, 30],
                             [0, 20]]})")
      .sample(R"({"shapes": [[2, 3, 16], [9], [9], [4], [4], [4]],
                  "dtypes": ["uint32", "int16", "int16", "int16", "int16", "int16"],
                  "ranges": [[0, 99999], [0, 4096], [0, 4096], [0, 8], [0, 4], [-1, 5]]})");
}

WEFT_OP(signal_square_root) {
  op.doc(
        "Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 "
        "it is 65535, as in TensorFlow Lite Micro.")
      .in(Namespace::kNpx)
      .input("data", "uint64")
      .promote(Promotion::kKeep)
      .infer(infer_root)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run_root))
      .sample(
          R"({"shapes": [[3, 50]], "dtypes": ["uint64"], "ranges": [[0, 9223372036854775807]]})")
      .sample(R"({"shapes": [[100]], "dtypes": ["uint64"], "ranges": [[4294800000, 4295100000]]})")
      .sample(R"({"shapes": [[80]], "dtypes": ["uint64"], "ranges": [[0, 90]]})");
}

WEFT_OP(signal_gain) {
  op.doc(
        "Energies of bands by the gain that a table has for their noise, divided by 2^shift and "
        "compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).")
      .in(Namespace::kNpx)
      .input("data", "uint32: energies")
      .input("noise", "uint32, shape of `data`")
      .index_input("table", "int16, shape (125,): gains for 0 and 1, then pieces for powers of two")
      .required(AttributeKind::kInt, "shift", "bits of the product to drop, 0 to 63")
      .promote(Promotion::kKeep)
      .infer(infer_gain)
      .no_gradient("integers")
      .kernel(gain_slot())
      .sample(R"({"shapes": [[3, 40], [3, 40], [125]], "dtypes": ["uint32", "uint32", "int16"],
                  "ranges": [[0, 4294967295], [0, 4294967295], [-32768, 32767]], "shift": 20})")
      .sample(R"({"shapes": [[60], [60], [125]], "dtypes": ["uint32", "uint32", "int16"],
                  "ranges": [[0, 900], [0, 20], [0, 32767]], "shift": 6})");
}

WEFT_OP(signal_log) {
  op.doc(
        "Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most "
        "32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.")
      .in(Namespace::kNpx)
      .input("data", "uint32")
      .required(AttributeKind::kInt, "scale", "what a result of 1 is multiplied by")
      .integer("shift", 0, "bits to shift the data to the left, 0 to 31; the shift wraps")
      .promote(Promotion::kKeep)
      .infer(infer_log)
      .no_gradient("integers")
      .kernel(log_slot())
      .sample(R"({"shapes": [[3, 70]], "dtypes": ["uint32"], "ranges": [[0, 4294967295]],
                  "scale": 64, "shift": 3})")
      .sample(R"({"shapes": [[200]], "dtypes": ["uint32"], "ranges": [[0, 300]], "scale": 1600})")
      .sample(R"({"shapes": [[50]], "dtypes": ["uint32"], "ranges": [[0, 4294967295]],
                  "scale": 4000000000})");
}

}  // namespace weft::ops
