// Normalisations: elements that share a mean get mean 0 and variance 1, then each channel is scaled
// and shifted. Halves are normalised in float32, since their squares would overflow. Where a kernel
// exists (rows, groups, batches of planes) the composite calls it.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

using Axes = std::vector<int64_t>;

Value wide(const Value& x) {
  const DType dtype = x.dtype();
  return cast(x, dtype == DType::kFloat64 ? dtype : DType::kFloat32);
}

Value mean(const Value& x, const Axes& axes) {
  return x.builder().call("mean", {x}, {Argument::of_ints(axes), Argument::of_bool(true)});
}
Value square(const Value& x) { return x.builder().call("square", {x}); }
Value reciprocal_root(const Value& x) { return 1.0 / x.builder().call("sqrt", {x}); }

// Two passes, because mean(x²) - mean(x)² loses all digits when the mean is large.
Value standardized(const Value& x, const Axes& axes, double eps) {
  const Value centred = x - mean(x, axes);
  return centred * reciprocal_root(mean(square(centred), axes) + eps);
}

Axes all_but(int kept, int rank) {
  Axes axes;
  for (int axis = 0; axis < rank; ++axis)
    if (axis != kept) axes.push_back(axis);
  return axes;
}
Axes from(int first, int rank) {
  Axes axes;
  for (int axis = first; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

Status require_floating(const ComposeContext& c, int min_rank) {
  const TensorType data = c.in(0).type();
  if (!is_floating(data.dtype))
    return errors::invalid_type(c.op().name, "`data` must be floating; got ", data.dtype);
  if (data.shape.rank() < min_rank)
    return errors::invalid_value(c.op().name, "`data` must have at least ", min_rank,
                                 " axes; got shape ", data.shape);
  return {};
}

// A vector with one number for each index of an axis, reshaped so that it broadcasts along that
// axis.
Result<Value> along(const ComposeContext& c, size_t input, int axis) {
  const Shape data = c.in(0).shape();
  if (c.in(input).shape() != Shape{data[axis]})
    return errors::invalid_value(c.op().name, "`", c.op().input_name(input), "` must have shape (",
                                 data[axis], ",) for axis ", axis, " of `data`; got ",
                                 c.in(input).shape());
  Shape shape;
  shape.resize(data.rank(), 1);
  shape[axis] = data[axis];
  return reshape(wide(c.in(input)), shape);
}

bool given(const ComposeContext& c, size_t input) { return c.inputs.size() > input && c.in(input); }

// x gamma + beta along an axis, in the dtype of the data. Inputs 1 (gamma) and 2 (beta) may be
// absent.
Result<Value> affine(const ComposeContext& c, Value x, int axis) {
  Value gamma, beta;
  if (given(c, 1)) {
    WEFT_ASSIGN(gamma, along(c, 1, axis));
  }
  if (given(c, 2)) {
    WEFT_ASSIGN(beta, along(c, 2, axis));
  }
  if (gamma && beta)
    x = c.builder.call("scale_and_shift", {x, gamma, beta});
  else if (gamma)
    x = x * gamma;
  else if (beta)
    x = x + beta;
  return cast(x, c.in(0).dtype());
}

// Does each channel have neighbouring elements in memory, and any element at all? Then a kernel
// computes its statistics.
bool has_planes(const Shape& shape, int axis) {
  int64_t inner = 1;
  for (int i = 2; i < shape.rank(); ++i) inner *= shape[i];
  return axis == 1 && inner > 1 && shape.elements() > 0;
}

// Does a channel have elements? A trace does not know: a batch that a mask chooses, or an open
// dimension, may be empty when it runs. So the count is written as a comparison of values; sizes
// follow through it, and where the count is known the comparison is folded.
Value has_elements(Builder& builder, const Shape& shape, int channels) {
  int64_t count = 1;
  for (int i = 0; i < shape.rank(); ++i)
    if (i != channels) count *= shape[i];
  const Value zero = builder.call(
      "full", {},
      {Argument::of_ints({}), Argument::of_float(0), Argument::of_dtype(DType::kFloat32)});
  return builder.call("less", {zero, scalar(zero, static_cast<double>(count))});
}

Result<Values> batch_norm(const ComposeContext& c) {
  WEFT_TRY(require_floating(c, 1));
  const Shape shape = c.in(0).shape();
  const int rank = shape.rank();
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), rank, "batch_norm", "axis"));
  for (const size_t input : {size_t{3}, size_t{4}})
    if (!is_floating(c.in(input).dtype()))
      return errors::invalid_type("batch_norm", "`", c.op().input_name(input),
                                  "` must be floating; got ", c.in(input).dtype());
  const Value x = wide(c.in(0));
  WEFT_ASSIGN(const Value running_mean, along(c, 3, axis));
  WEFT_ASSIGN(const Value running_var, along(c, 4, axis));
  Value centre = running_mean, variance = running_var, next_mean = c.in(3), next_var = c.in(4);
  Value fused;
  // A batch without elements has no statistics, so the running ones stay.
  const bool has_statistics = c.flag("training") && shape.elements() > 0;
  if (has_statistics) {
    const double momentum = c.real("momentum");
    if (has_planes(shape, axis)) {
      WEFT_TRY(along(c, 1, axis).status());
      WEFT_TRY(along(c, 2, axis).status());
      const Values found = c.builder.call_all("batch_norm_training",
                                              {x, wide(c.in(1)), wide(c.in(2))}, {c.get("eps")});
      fused = cast(found[0], c.in(0).dtype());
      centre = reshape(found[1], running_mean.shape());
      variance = reshape(found[2], running_mean.shape());
    } else {
      const Axes axes = all_but(axis, rank);
      centre = mean(x, axes);
      variance = mean(square(x - centre), axes);
    }
    const Shape vector{shape[axis]};
    const Value moves = c.in(0).is_tensor() ? Value() : has_elements(c.builder, shape, axis);
    const auto mixed = [&](const Value& running, const Value& of_batch, DType dtype) {
      const Value next = running * momentum + of_batch * (1 - momentum);
      return cast(reshape(moves ? where(moves, next, running) : next, vector), dtype);
    };
    next_mean = mixed(running_mean, centre, c.in(3).dtype());
    next_var = mixed(running_var, variance, c.in(4).dtype());
  } else {
    next_mean = c.builder.call("copy", {next_mean});
    next_var = c.builder.call("copy", {next_var});
  }
  if (fused) return Values{fused, next_mean, next_var};
  const Value inverse = reciprocal_root(variance + c.real("eps"));
  if (has_statistics) {
    WEFT_ASSIGN(const Value out, affine(c, (x - centre) * inverse, axis));
    return Values{out, next_mean, next_var};
  }
  // With known statistics, the factor and the summand of each channel are computed once: few
  // numbers.
  WEFT_ASSIGN(const Value gamma, along(c, 1, axis));
  WEFT_ASSIGN(const Value beta, along(c, 2, axis));
  const Value factor = gamma * inverse;
  const Value out = c.builder.call("scale_and_shift", {x, factor, beta - centre * factor});
  return Values{cast(out, c.in(0).dtype()), next_mean, next_var};
}

// The last axis has a kernel; any other axis is composed from operators.
Result<Value> rows(const ComposeContext& c, bool is_centred) {
  const int last = c.in(0).rank() - 1;
  Value gamma, beta;
  if (given(c, 1)) {
    WEFT_TRY(along(c, 1, last).status());
    gamma = c.in(1);
  }
  if (given(c, 2)) {
    WEFT_TRY(along(c, 2, last).status());
    beta = c.in(2);
  }
  return c.builder.call("normalize_rows", {c.in(0), gamma, beta},
                        {c.get("eps"), Argument::of_bool(is_centred)});
}

Result<Value> layer_norm(const ComposeContext& c) {
  WEFT_TRY(require_floating(c, 1));
  WEFT_ASSIGN(const int axis,
              normalize_axis(c.integer("axis"), c.in(0).rank(), "layer_norm", "axis"));
  if (axis == c.in(0).rank() - 1) return rows(c, true);
  return affine(c, standardized(wide(c.in(0)), {axis}, c.real("eps")), axis);
}

Result<Value> rms_norm(const ComposeContext& c) {
  WEFT_TRY(require_floating(c, 1));
  WEFT_ASSIGN(const int axis,
              normalize_axis(c.integer("axis"), c.in(0).rank(), "rms_norm", "axis"));
  if (axis == c.in(0).rank() - 1) return rows(c, false);
  const Value x = wide(c.in(0));
  return affine(c, x * reciprocal_root(mean(square(x), {axis}) + c.real("eps")), axis);
}

// Channels with neighbouring elements have a kernel; single elements are normalised as rows.
Result<Value> grouped(const ComposeContext& c, int64_t groups) {
  const Shape shape = c.in(0).shape();
  if (has_planes(shape, 1)) {
    Value vectors[2];
    for (const size_t input : {size_t{1}, size_t{2}}) {
      if (!given(c, input)) continue;
      WEFT_TRY(along(c, input, 1).status());
      vectors[input - 1] = wide(c.in(input));
    }
    return cast(c.builder.call("normalize_groups", {wide(c.in(0)), vectors[0], vectors[1]},
                               {Argument::of_int(groups), c.get("eps")}),
                c.in(0).dtype());
  }
  int64_t size = groups > 0 ? shape[1] / groups : 0;
  for (int axis = 2; axis < shape.rank(); ++axis) size *= shape[axis];
  const Value rows =
      c.builder.call("normalize_rows", {reshape(wide(c.in(0)), {shape[0], groups, size})},
                     {c.get("eps"), Argument::of_bool(true)});
  return affine(c, reshape(rows, shape), 1);
}

Result<Value> instance_norm(const ComposeContext& c) {
  WEFT_TRY(require_floating(c, 3));
  return grouped(c, c.in(0).shape()[1]);
}

Result<Value> group_norm(const ComposeContext& c) {
  WEFT_TRY(require_floating(c, 2));
  const int64_t channels = c.in(0).shape()[1], groups = c.integer("num_groups");
  if (groups < 1 || channels % groups != 0)
    return errors::invalid_value("group_norm", "`num_groups` must divide the ", channels,
                                 " channels of `data`; got ", groups);
  return grouped(c, groups);
}

Result<Value> l2_normalization(const ComposeContext& c) {
  const auto mode = c.text("mode");
  if (mode != "instance" && mode != "channel" && mode != "spatial")
    return errors::invalid_value("l2_normalization",
                                 "`mode` must be instance, channel or spatial; got ", mode);
  WEFT_TRY(require_floating(c, mode == "spatial" ? 3 : 2));
  const Value x = wide(c.in(0));
  const Axes axes = mode == "channel" ? Axes{1} : from(mode == "instance" ? 1 : 2, x.rank());
  const Value norm = sum(square(x), axes, true) + c.real("eps");
  return cast(x * reciprocal_root(norm), c.in(0).dtype());
}

void scale_and_shift(OpDef& op) {
  op.in(Namespace::kNpx)
      .promote(Promotion::kExact)
      .optional_input("gamma", "factors, one for each channel")
      .optional_input("beta", "summands, one for each channel");
}

}  // namespace

// An operator of its own, so that eager code computes it in one pass and its gradients in another.
WEFT_OP(scale_and_shift) {
  op.doc("x gamma + beta, element by element.")
      .in(Namespace::kInternal)
      .input("x", "any real dtype")
      .input("gamma", "factors, broadcast against x")
      .input("beta", "summands, broadcast against x")
      .compose([](const ComposeContext& c) { return Values{c.in(0) * c.in(1) + c.in(2)}; })
      .sample(R"({"shapes": [[2, 3, 4], [3, 1], [3, 1]]})")
      .sample(R"({"shapes": [[3], [3], []]})");
}

WEFT_OP(batch_norm) {
  op.doc("Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.")
      .in(Namespace::kNpx)
      .input("data", "floating, shape (N, C, ...) when axis is 1")
      .input("gamma", "factors, shape (C,)")
      .input("beta", "summands, shape (C,)")
      .index_input("running_mean", "floating, shape (C,)")
      .index_input("running_var", "floating, shape (C,)")
      .real("eps", 1e-5, "summand of the variance")
      .real("momentum", 0.9, "share of the running statistics that stays")
      .boolean("training", false, "normalise by the batch's statistics, not by the running ones")
      .integer("axis", 1, "axis of the channels")
      .promote(Promotion::kExact)
      .outputs(3)
      .compose([](const ComposeContext& c) {
        Result<Values> result = batch_norm(c);
        if (result.ok()) return result.take();
        c.builder.fail(result.status());
        return Values{c.in(0), c.in(0), c.in(0)};
      })
      .domain(0.5, 2)
      .sample(R"({"shapes": [[4, 3, 2], [3], [3], [3], [3]], "training": true})")
      .sample(R"({"shapes": [[4, 3, 2, 2], [3], [3], [3], [3]]})")
      .sample(R"({"shapes": [[2, 4, 3], [3], [3], [3], [3]], "training": true, "axis": 2})")
      .sample(R"({"shapes": [[5, 3], [3], [3], [3], [3]], "training": true, "axis": -1,
                  "momentum": 0.5, "eps": 0.1})");
}

WEFT_OP(layer_norm) {
  op.doc("The elements along an axis with mean 0 and variance 1, scaled and shifted.")
      .input("data", "floating");
  scale_and_shift(op);
  op.integer("axis", -1, "axis that is normalised")
      .real("eps", 1e-5, "summand of the variance")
      .compose(checked<layer_norm>)
      .sample(R"({"shapes": [[2, 3, 5], [5], [5]]})")
      .sample(R"({"shapes": [[2, 3, 2], [3]], "axis": 1, "eps": 0.1})")
      .sample(R"({"shapes": [[2, 3], null, [3]]})")
      .sample(R"({"shapes": [[4]]})");
}

WEFT_OP(rms_norm) {
  op.doc("The elements along an axis divided by their root mean square, scaled.")
      .in(Namespace::kNpx)
      .input("data", "floating")
      .optional_input("gamma", "factors, one for each element of the axis")
      .promote(Promotion::kExact)
      .integer("axis", -1, "axis that is normalised")
      .real("eps", 1e-6, "summand of the mean square")
      .compose(checked<rms_norm>)
      .sample(R"({"shapes": [[2, 3, 5], [5]]})")
      .sample(R"({"shapes": [[2, 3]], "axis": 0, "eps": 0.1})");
}

WEFT_OP(instance_norm) {
  op.doc("Each channel of each sample with mean 0 and variance 1, scaled and shifted.")
      .input("data", "floating, shape (N, C, spatial...)");
  scale_and_shift(op);
  op.real("eps", 1e-5, "summand of the variance")
      .compose(checked<instance_norm>)
      .sample(R"({"shapes": [[2, 3, 4, 2], [3], [3]]})")
      .sample(R"({"shapes": [[2, 3, 4], null, [3]], "eps": 0.1})")
      .sample(R"({"shapes": [[1, 2, 5]]})");
}

WEFT_OP(group_norm) {
  op.doc("Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.")
      .input("data", "floating, shape (N, C, ...)");
  scale_and_shift(op);
  op.integer("num_groups", 1, "groups, which divide the channels")
      .real("eps", 1e-5, "summand of the variance")
      .compose(checked<group_norm>)
      .sample(R"({"shapes": [[2, 4, 3], [4], [4]], "num_groups": 2})")
      .sample(R"({"shapes": [[2, 4]], "num_groups": 1})")
      .sample(R"({"shapes": [[2, 6, 2], null, [6]], "num_groups": 3, "eps": 0.1})");
}

WEFT_OP(l2_normalization) {
  op.doc("Data divided by the Euclidean norm of a sample, of its channels, or of its places.")
      .in(Namespace::kNpx)
      .input("data", "floating, shape (N, C, ...)")
      .real("eps", 1e-10, "summand of the squared norm")
      .text("mode", "instance", "instance (over C and places), channel (over C) or spatial")
      .compose(checked<l2_normalization>)
      .sample(R"({"shapes": [[2, 3, 4]], "eps": 0.1})")
      .sample(R"({"shapes": [[2, 3, 4]], "mode": "channel"})")
      .sample(R"({"shapes": [[2, 3, 4]], "mode": "spatial"})");
}

}  // namespace weft::ops
