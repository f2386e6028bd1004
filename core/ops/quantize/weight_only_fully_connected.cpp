// The affine map of floating features with an int8 or int4 weight, computed in float32. It pays for
// few rows, where reading the weight takes most of the time: it has a quarter, or an eighth, of the
// bytes. The weight is packed by an operator of its own, which plans run once.

#include "kernels/matmul/weight_only.h"

#include "base/dtype.h"
#include "base/errors.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

constexpr int64_t kColumns = kernels::kWeightColumns;

int64_t panels_of_units(int64_t units) { return (units + kColumns - 1) / kColumns; }

// With 4 bits, a byte holds two elements, the even one in its lower half.
Status require_bits(const AttributeReader& a) {
  const int64_t bits = a.integer("bits");
  if (bits == 8 || bits == 4) return {};
  return errors::invalid_value(a.op().name, "`bits` must be 8 or 4; got ", bits);
}
int64_t bytes_of_row(int64_t bits, int64_t features) { return bits == 8 ? features : features / 2; }

// ---- packing

Result<Types> infer_pack(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kInt8));
  WEFT_TRY(require_dtype(c, 1, DType::kFloat32));
  WEFT_TRY(require_bits(c));
  const Shape &w = c.in[0].shape, &scale = c.in[1].shape;
  if (w.rank() != 2 || scale.rank() != 2 || scale[0] != w[0])
    return errors::invalid_value(c.op().name, "`scale` must have shape (", w.rank() ? w[0] : 0,
                                 ", groups) for `weight` ", w, "; got ", scale);
  const int64_t panels = panels_of_units(w[0]);
  return Types{{DType::kInt8, {panels, w[1], kColumns}},
               {DType::kFloat32, {panels, scale[1], kColumns}}};
}

Status run_pack(const KernelCall& call) {
  const Shape w = shape_of(call.in[0]);
  const int64_t bits = call.op.reader(call.attributes).integer("bits");
  const kernels::WeightPacking packing{static_cast<int>(bits),
                                       w[0],
                                       bits == 8 ? w[1] : 2 * w[1],
                                       call.in[1].shape[1],
                                       static_cast<const uint8_t*>(call.in[0].data),
                                       static_cast<const float*>(call.in[1].data),
                                       static_cast<uint8_t*>(call.out[0].data),
                                       static_cast<float*>(call.out[1].data)};
  split_work(panels_of_units(w[0]), elements_of(call.out[0]), nullptr, 0,
             [&](kernels::Range panels, void*) { kernels::run_pack_weight(packing, panels); });
  return {};
}

// ---- the product

// `groups`: how many scales each unit has, for equal parts of its features.
kernels::WeightOnlyProduct problem_of(const AttributeReader& a, const Shape& x,
                                      const Shape& scales) {
  kernels::WeightOnlyProduct p{};
  p.bits = static_cast<int>(a.integer("bits"));
  p.m = x[0];
  p.k = x[1];
  p.n = a.integer("columns");
  p.groups = scales[1];
  return p;
}
kernels::WeightOnlyProduct problem_of(const SlotTypes& t) {
  return problem_of(t.op.reader(t.attributes), t.in[0].shape, t.in[2].shape);
}

Result<Types> infer_product(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kFloat32));
  WEFT_TRY(require_dtype(c, 1, DType::kInt8));
  WEFT_TRY(require_dtype(c, 2, DType::kFloat32));
  WEFT_TRY(require_bits(c));
  const Shape &x = c.in[0].shape, &panels = c.in[1].shape, &scales = c.in[2].shape;
  const int64_t columns = c.integer("columns"), count = panels_of_units(columns);
  if (x.rank() != 2 || x[1] % 2 != 0 || columns < 0 ||
      panels != Shape{count, bytes_of_row(c.integer("bits"), x[1]), kColumns})
    return errors::invalid_value(c.op().name,
                                 "`weight` must come from pack_weight_only for `data` ", x, " and ",
                                 columns, " `columns`; got shape ", panels);
  if (scales.rank() != 3 || scales[1] < 1 || scales != Shape{count, scales[1], kColumns} ||
      x[1] % (2 * scales[1]) != 0)
    return errors::invalid_value(c.op().name, "`scale` must come from pack_weight_only; got shape ",
                                 scales);
  if (c.given(3)) {
    WEFT_TRY(require_dtype(c, 3, DType::kFloat32));
    if (c.in[3].shape != Shape{columns})
      return errors::invalid_value(c.op().name, "`bias` must have shape (", columns, ",); got ",
                                   c.in[3].shape);
  }
  return Types{{DType::kFloat32, {x[0], columns}}};
}

// Vectors do 8 products in the time of one element of cheap arithmetic.
int64_t work_of(const kernels::WeightOnlyProduct& p) { return p.m * p.n * p.k / 8; }

Status run_product(const KernelCall& call) {
  kernels::WeightOnlyProduct p =
      problem_of(call.op.reader(call.attributes), shape_of(call.in[0]), shape_of(call.in[2]));
  p.a = static_cast<const float*>(call.in[0].data);
  p.panels = static_cast<const uint8_t*>(call.in[1].data);
  p.scales = static_cast<const float*>(call.in[2].data);
  p.bias = call.in.size() > 3 ? static_cast<const float*>(call.in[3].data) : nullptr;
  p.c = static_cast<float*>(call.out[0].data);
  if (p.m == 0) return {};
  split_work(panels_of_units(p.n), work_of(p), call.scratch, kernels::weight_only_scratch(p),
             [&](kernels::Range panels, void* scratch) {
               kernels::run_weight_only_product(p, panels, scratch);
             });
  return {};
}

Slot product_slot() {
  Slot s = dense_slot(run_product);
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    return threads * kernels::weight_only_scratch(problem_of(t));
  };
  s.cost = [](const SlotTypes& t) {
    const kernels::WeightOnlyProduct p = problem_of(t);
    return Cost{2 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k),
                static_cast<double>(t.in[0].bytes() + t.in[1].bytes() + t.out[0].bytes())};
  };
  s.pieces = [](const SlotTypes& t) {
    const kernels::WeightOnlyProduct p = problem_of(t);
    return pieces_of_work(panels_of_units(p.n), work_of(p));
  };
  return s;
}

// ---- the layer

Result<Value> fully_connected(const ComposeContext& c) {
  const std::string& op = c.op().name;
  const Shape data = c.in(0).shape(), weight = c.in(1).shape(), scale = c.in(2).shape();
  const DType dtype = c.in(0).dtype();
  const int64_t bits = c.integer("bits");
  if (!is_floating(dtype) || dtype == DType::kFloat64)
    return errors::invalid_type(op, "`data` must be float32 or a half type; got ", dtype);
  if (c.in(1).dtype() != DType::kInt8)
    return errors::invalid_type(op, "`weight` must be int8; got ", c.in(1).dtype());
  if (!is_floating(c.in(2).dtype()))
    return errors::invalid_type(op, "`scale` must be floating; got ", c.in(2).dtype());
  WEFT_TRY(require_bits(c));
  if (data.rank() < 2)
    return errors::invalid_value(op, "`data` must have at least 2 axes; got shape ", data);
  const bool flatten = c.flag("flatten");
  const int64_t features =
      flatten ? Shape(data.span().subspan(1)).elements() : data[data.rank() - 1];
  if (features % 2 != 0)
    return errors::invalid_value(op, "`data` must have an even number of features; got shape ",
                                 data);
  if (weight.rank() != 2 || weight[1] != bytes_of_row(bits, features))
    return errors::invalid_value(op, "`weight` must have shape (units, ",
                                 bytes_of_row(bits, features), ") for `data` of shape ", data,
                                 "; got ", weight);
  const int64_t groups = scale.rank() == 2 ? scale[1] : 1;
  if (scale.rank() < 1 || scale.rank() > 2 || scale[0] != weight[0] || groups < 1 ||
      features % (2 * groups) != 0)
    return errors::invalid_value(op, "`scale` must have shape (", weight[0], ",) or (", weight[0],
                                 ", groups) with groups of an even size; got ", scale);
  const bool has_bias = c.inputs.size() > 3 && c.in(3);
  if (has_bias && c.in(3).shape() != Shape{weight[0]})
    return errors::invalid_value(op, "`bias` must have shape (", weight[0], ",); got ",
                                 c.in(3).shape());
  if (has_bias && !is_floating(c.in(3).dtype()))
    return errors::invalid_type(op, "`bias` must be floating; got ", c.in(3).dtype());
  Shape leading(data.span().first(flatten ? 1 : static_cast<size_t>(data.rank() - 1)));
  const Value x = reshape(cast(c.in(0), DType::kFloat32), {leading.elements(), features});
  const Values packed = c.builder.call_all(
      "pack_weight_only", {c.in(1), reshape(cast(c.in(2), DType::kFloat32), {weight[0], groups})},
      {c.get("bits")});
  WEFT_TRY(c.builder.status());
  const Value y =
      c.builder.call("weight_only_product",
                     {x, packed[0], packed[1], has_bias ? cast(c.in(3), DType::kFloat32) : Value()},
                     {Argument::of_int(weight[0]), c.get("bits")});
  WEFT_TRY(c.builder.status());
  leading.push_back(weight[0]);
  return cast(reshape(y, leading), dtype);
}

}  // namespace

WEFT_OP(pack_weight_only) {
  op.doc(
        "An int8 or int4 weight and its scales in the order that weight_only_product reads them "
        "in.")
      .in(Namespace::kInternal)
      .input("weight", "int8, shape (units, features), or (units, features / 2)")
      .index_input("scale", "float32, shape (units, groups)")
      .integer("bits", 8, "of an element: 8, or 4, of which a byte has two")
      .outputs(2)
      .promote(Promotion::kKeep)
      .infer(infer_pack)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run_pack))
      .sample(R"({"shapes": [[40, 6], [40, 3]], "dtypes": ["int8", "float32"],
                  "ranges": [[-128, 127], null]})")
      .sample(R"({"shapes": [[3, 8], [3, 1]], "dtypes": ["int8", "float32"], "bits": 4,
                  "ranges": [[-128, 127], null]})");
}

WEFT_OP(weight_only_product) {
  op.doc("Product of float32 rows with a packed int8 or int4 weight.")
      .in(Namespace::kInternal)
      .input("data", "float32, shape (N, features)")
      .index_input("weight", "int8, from pack_weight_only")
      .index_input("scale", "float32, from pack_weight_only");
  optional_index_input(op, "bias", "float32, shape (columns,)");
  op.required(AttributeKind::kInt, "columns", "units of the weight")
      .integer("bits", 8, "of an element of the weight")
      .promote(Promotion::kKeep)
      .infer(infer_product)
      .no_gradient("its weights are integers")
      .kernel(product_slot())
      .sample(R"({"shapes": [[3, 12], [2, 12, 64], [2, 3, 64], [72]], "columns": 72,
                  "dtypes": ["float32", "int8", "float32", "float32"],
                  "ranges": [null, [-128, 127], [0.001, 0.01], null]})")
      .sample(R"({"shapes": [[1, 300], [1, 150, 64], [1, 1, 64]], "columns": 9, "bits": 4,
                  "dtypes": ["float32", "int8", "float32"],
                  "ranges": [null, [-128, 127], [0.001, 0.01]]})");
}

WEFT_OP(weight_only_fully_connected) {
  op.doc(
        "Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, "
        "computed in float32.")
      .in(Namespace::kNpx)
      .input("data", "float32 or half types, shape (N, ...) when flatten, else (..., features)")
      .index_input("weight",
                   "int8, shape (units, features); of 4 bits (units, features / 2), an even "
                   "element in the lower half of a byte")
      .index_input("scale", "floating, shape (units,) or (units, groups of features)");
  optional_index_input(op, "bias", "floating, shape (units,)");
  op.integer("bits", 8, "of an element of the weight: 8 or 4")
      .boolean("flatten", true, "merge all axes of data but the first")
      .promote(Promotion::kKeep)
      .no_gradient("its weights are integers")
      .compose(checked<fully_connected>)
      .sample(R"({"shapes": [[5, 2, 9], [40, 18], [40], [40]],
                  "dtypes": ["float32", "int8", "float32", "float32"],
                  "ranges": [null, [-128, 127], [0.001, 0.01], null]})")
      .sample(R"({"shapes": [[2, 3, 60], [33, 30], [33, 5]], "bits": 4, "flatten": false,
                  "dtypes": ["float32", "int8", "float32"],
                  "ranges": [null, [-128, 127], [0.01, 0.1]]})");
}

}  // namespace weft::ops
