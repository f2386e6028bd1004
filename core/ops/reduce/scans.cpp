// The linear recurrence under running sums and products, with its gradient, which is a recurrence,
// too.

#include "ops/reduce/scans_impl.h"

#include "base/errors.h"
#include "kernels/reduce/scan.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  if (!c.given(0) && !c.given(1))
    return errors::invalid_type("recurrence", "`factor` or `term` must be given");
  const TensorType& type = c.in[c.given(0) ? 0 : 1];
  if (c.given(0) && c.given(1) && c.in[0].shape != c.in[1].shape)
    return errors::invalid_value("recurrence", "`factor` and `term` must have one shape; got ",
                                 c.in[0].shape, " and ", c.in[1].shape);
  if (!is_floating(type.dtype) && type.dtype != DType::kInt64 && type.dtype != DType::kUInt64)
    return errors::invalid_type("recurrence", "`term` must be floating, int64 or uint64; got ",
                                type.dtype);
  WEFT_TRY(normalize_axis(c.integer("axis"), type.shape.rank(), "recurrence", "axis").status());
  return Types{{type.dtype, type.shape}};
}

// Each line along the axis is one chain of dependent steps; threads take different lines.
Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView& out = call.out[0];
  const int axis = normalize_axis(a.integer("axis"), out.rank, "recurrence", "axis").value();
  kernels::Scan problem{out.dtype, 1, out.shape[axis], 1, a.flag("reverse"), a.real("start")};
  for (int i = 0; i < axis; ++i) problem.outer *= out.shape[i];
  for (int i = axis + 1; i < out.rank; ++i) problem.inner *= out.shape[i];
  const void* term = call.in.size() > 1 ? call.in[1].data : nullptr;
  split_work(kernels::scan_units(problem), 2 * elements_of(out), nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_scan(problem, call.in[0].data, term, out.data, range);
             });
  return {};
}

// The cotangent of h[k] reaches h[k - 1] through factor[k]: a recurrence in the other direction.
// The factor's own cotangent is the total cotangent times the state before.
Values gradient(const GradContext& g) {
  const int axis = static_cast<int>(g.integer("axis"));
  const bool reverse = g.flag("reverse");
  const Value factor = g.in(0) ? shifted(g.in(0), axis, !reverse, 0) : Value();
  const Value total = recurrence(factor, g.dout(), axis, !reverse, 0);
  if (!g.in(0)) return {Value(), total};
  Value of_factor;
  if (g.needs(0)) of_factor = total * shifted(g.out(), axis, reverse, g.real("start"));
  return {of_factor, total};
}

// The input along one axis; integers are computed in 64 bits, whose low bits are those of narrow
// integers, and then cast to the dtype of the result.
struct Line {
  Value x;
  int axis;
  DType dtype;  // of the result
};
Result<Line> line_of(const ComposeContext& c) {
  const bool flat = !c.has("axis");
  const Value x = flat ? reshape(c.in(0), {c.in(0).shape().elements()}) : c.in(0);
  WEFT_ASSIGN(const int axis,
              normalize_axis(flat ? 0 : c.integer("axis"), x.rank(), c.op().name, "axis"));
  const DType given = c.has("dtype") ? c.dtype("dtype") : x.dtype();
  if (is_floating(given)) return Line{cast(x, given), axis, given};
  const DType wide = kind_of(given) == DTypeKind::kUnsigned ? DType::kUInt64 : DType::kInt64;
  return Line{cast(cast(x, given), wide), axis, c.has("dtype") ? given : wide};
}

Result<Value> cumsum(const ComposeContext& c) {
  WEFT_ASSIGN(const Line line, line_of(c));
  return cast(recurrence(Value(), line.x, line.axis, false, 0), line.dtype);
}
Result<Value> cumprod(const ComposeContext& c) {
  WEFT_ASSIGN(const Line line, line_of(c));
  return cast(recurrence(line.x, Value(), line.axis, false, 1), line.dtype);
}

void running(OpDef& op, Composition composition) {
  op.input("x", "any real dtype")
      .optional(AttributeKind::kInt, "axis", "axis to run along; none runs along the flat array")
      .optional(
          AttributeKind::kDType, "dtype",
          "dtype of the result, to which elements are cast first; none: 64 bits for integers, "
          "for floats their own")
      .compose(composition)
      .domain(0.5, 2)
      .sample(R"({"shapes": [[2, 3, 4]], "axis": 1})")
      .sample(R"({"shapes": [[2, 3]], "axis": -1})")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})")
      .sample(R"({"shapes": [[2, 0]], "axis": 1})")
      .sample(R"({"shapes": [[4]], "dtypes": ["int8"], "dtype": "float64"})")
      .sample(R"({"shapes": [[4]], "dtypes": ["int32"], "dtype": "int8"})");
}

}  // namespace

Value recurrence(const Value& factor, const Value& term, int axis, bool reverse, double start) {
  Builder& builder = (factor ? factor : term).builder();
  return builder.call(
      "recurrence", {factor, term},
      {Argument::of_int(axis), Argument::of_bool(reverse), Argument::of_float(start)});
}

// Writes the elements that stay into an array of the fill value.
Value shifted(const Value& x, int axis, bool reverse, double fill) {
  const TensorType type = x.type();
  const Shape& shape = type.shape;
  const int rank = shape.rank();
  if (axis < 0) axis += rank;
  Builder& builder = x.builder();
  if (shape.elements() == 0) return x;
  const Value filled = builder.call(
      "full", {},
      {Argument::of_ints(shape.span()), Argument::of_float(fill), Argument::of_dtype(type.dtype)});
  if (shape[axis] == 1) return filled;
  int64_t begin[kMaxRank], size[kMaxRank], step[kMaxRank], strides[kMaxRank];
  int64_t stride = 1;
  for (int i = rank - 1; i >= 0; --i) {
    begin[i] = 0;
    size[i] = shape[i];
    step[i] = 1;
    strides[i] = stride;
    stride *= shape[i];
  }
  begin[axis] = reverse ? 1 : 0;
  --size[axis];
  const auto ints = [&](const int64_t* values) {
    return Argument::of_ints({values, static_cast<size_t>(rank)});
  };
  const Value kept = builder.call("slice", {x}, {ints(begin), ints(size), ints(step)});
  const int64_t offset = reverse ? 0 : strides[axis];
  return builder.call("update", {filled, kept},
                      {Argument::of_int(offset), ints(size), ints(strides)});
}

WEFT_OP(recurrence) {
  op.doc("h[k] = factor[k] h[k-1] + term[k] along an axis, from h[-1] = start.")
      .in(Namespace::kInternal)
      .optional_input("factor", "floating, int64 or uint64; none: 1")
      .optional_input("term", "the same shape; none: 0")
      .promote(Promotion::kCommon)
      .required(AttributeKind::kInt, "axis", "axis to run along")
      .boolean("reverse", false, "from the last element to the first")
      .real("start", 0, "what comes before the first element")
      .infer(infer)
      .gradient(gradient)
      .kernel(dense_slot(run))
      .domain(0.5, 2)
      .sample(R"({"shapes": [[2, 3], [2, 3]], "axis": 1, "start": 0.5})")
      .sample(R"({"shapes": [[3, 2], [3, 2]], "axis": 0, "reverse": true})")
      .sample(R"({"shapes": [[4]], "axis": -1, "start": 1})")
      .sample(R"({"shapes": [null, [2, 3]], "axis": 1, "reverse": true, "start": 2})")
      .sample(R"({"shapes": [[0, 2], [0, 2]], "axis": 0})");
}

WEFT_OP(cumsum) {
  running(op, checked<cumsum>);
  op.doc("Running sum along an axis; bool and integers add in 64 bits.").like("numpy.cumsum");
}

WEFT_OP(cumprod) {
  running(op, checked<cumprod>);
  op.doc("Running product along an axis; bool and integers multiply in 64 bits.")
      .like("numpy.cumprod");
}

}  // namespace weft::ops
