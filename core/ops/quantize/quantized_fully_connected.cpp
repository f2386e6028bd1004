// The affine map of int8 features: Σ (x - zero_point) w + bias, in int32. The weight is packed by
// an operator of its own; if the weight is frozen (graph/partition/preparation.h), a plan runs it
// once. The packed weight carries the sums of its rows, by which zero_point is subtracted.

#include "base/errors.h"
#include "ops/quantize/product_units_impl.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// ---- packing

Result<Types> infer_pack(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kInt8));
  const Shape& w = c.in[0].shape;
  if (w.rank() != 2)
    return errors::invalid_value(c.op().name, "`weight` must have two axes; got shape ", w);
  return Types{{DType::kInt8, packed_product_shape(w[0], w[1])}};
}

// Reads any strides: a transposed weight need not be copied first.
Status run_pack(const KernelCall& call) {
  const TensorView& w = call.in[0];
  const kernels::QuantizedPacking packing{
      w.shape[0],   w.shape[1],   static_cast<const int8_t*>(w.data),
      w.strides[0], w.strides[1], static_cast<int8_t*>(call.out[0].data)};
  split_work(call.out[0].shape[0], elements_of(call.out[0]), nullptr, 0,
             [&](kernels::Range panels, void*) { kernels::run_pack_quantized(packing, panels); });
  return {};
}

Slot pack_slot() {
  Slot s;
  s.run = run_pack;
  s.exactness = Exactness::kExact;
  return s;
}

// ---- the product of rows

kernels::QuantizedProduct problem_of(const SlotTypes& t) {
  const AttributeReader a = t.op.reader(t.attributes);
  kernels::QuantizedProduct p{};
  p.m = t.in[0].shape[0];
  p.k = t.in[0].shape[1];
  p.n = a.integer("columns");
  p.zero_point = static_cast<int32_t>(a.integer("zero_point"));
  return p;
}

Result<Types> infer_product(const InferContext& c) {
  for (const size_t i : {size_t{0}, size_t{1}}) WEFT_TRY(require_dtype(c, i, DType::kInt8));
  const Shape& x = c.in[0].shape;
  const int64_t columns = c.integer("columns");
  if (x.rank() != 2 || columns < 0 || c.in[1].shape != packed_product_shape(columns, x[1]))
    return errors::invalid_value(c.op().name, "`weight` must come from pack_quantized for `data` ",
                                 x, " and ", columns, " `columns`; got shape ", c.in[1].shape);
  WEFT_TRY(require_int8(c, "zero_point"));
  if (c.given(2)) {
    WEFT_TRY(require_dtype(c, 2, DType::kInt32));
    if (c.in[2].shape != Shape{columns})
      return errors::invalid_value(c.op().name, "`bias` must have shape (", columns, ",); got ",
                                   c.in[2].shape);
  }
  WEFT_ASSIGN(const DType dtype, check_requantization(c, 3, columns));
  return Types{{dtype, {x[0], columns}}};
}

// 16 products count as one element of cheap arithmetic.
int64_t work_of(const kernels::QuantizedProduct& p) { return p.m * p.n * p.k / 16; }

Status run_product(const KernelCall& call) {
  kernels::QuantizedProduct p = *static_cast<const kernels::QuantizedProduct*>(call.problem);
  WEFT_ASSIGN(p.how, requantization_of(call.op.reader(call.attributes), call.in, 3));
  p.a = static_cast<const int8_t*>(call.in[0].data);
  p.panels = static_cast<const int8_t*>(call.in[1].data);
  p.bias = call.in.size() > 2 ? static_cast<const int32_t*>(call.in[2].data) : nullptr;
  p.c = call.out[0].data;
  run_product_units(p, kernels::quantized_product_units(p), work_of(p), call,
                    kernels::quantized_product_scratch(p));
  return {};
}

Slot product_slot() {
  Slot s = exact_dense_slot(run_product);
  s.problem = [](const SlotTypes& t) -> std::shared_ptr<const void> {
    return std::make_shared<const kernels::QuantizedProduct>(problem_of(t));
  };
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    return threads * kernels::quantized_product_scratch(problem_of(t));
  };
  s.cost = [](const SlotTypes& t) {
    const kernels::QuantizedProduct p = problem_of(t);
    return Cost{2 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k),
                static_cast<double>(t.in[0].bytes() + t.in[1].bytes() + t.out[0].bytes())};
  };
  s.pieces = [](const SlotTypes& t) {
    const kernels::QuantizedProduct p = problem_of(t);
    return pieces_of_work(kernels::quantized_product_units(p), work_of(p));
  };
  return s;
}

// ---- the layer

// The leading axes become rows of one product; the result gets them back.
Result<Value> fully_connected(const ComposeContext& c) {
  const std::string& op = c.op().name;
  const Shape data = c.in(0).shape(), weight = c.in(1).shape();
  const bool flatten = c.flag("flatten");
  if (data.rank() < 2)
    return errors::invalid_value(op, "`data` must have at least 2 axes; got shape ", data);
  const int64_t features =
      flatten ? Shape(data.span().subspan(1)).elements() : data[data.rank() - 1];
  if (weight.rank() != 2 || weight[1] != features)
    return errors::invalid_value(op, "`weight` must have shape (units, ", features,
                                 ") for `data` of shape ", data, "; got ", weight);
  Shape leading(data.span().first(flatten ? 1 : static_cast<size_t>(data.rank() - 1)));
  const Value x = reshape(c.in(0), {leading.elements(), features});
  const auto input = [&](size_t i) { return c.inputs.size() > i ? c.in(i) : Value(); };
  const Value y =
      c.builder.call("quantized_product",
                     {x, c.builder.call("pack_quantized", {c.in(1)}), input(2), input(3), input(4)},
                     {Argument::of_int(weight[0]), c.get("zero_point"), c.get("output_zero_point"),
                      c.get("low"), c.get("high")});
  WEFT_TRY(c.builder.status());
  leading.push_back(weight[0]);
  return reshape(y, leading);
}

}  // namespace

WEFT_OP(pack_quantized) {
  op.doc(
        "An int8 weight in the order that quantized_product reads it in, with the sums of its "
        "rows.")
      .in(Namespace::kInternal)
      .input("weight", "int8, shape (units, features)")
      .promote(Promotion::kKeep)
      .infer(infer_pack)
      .no_gradient("integers")
      .kernel(pack_slot())
      .sample(R"({"shapes": [[40, 7]], "dtypes": ["int8"], "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[3, 8]], "dtypes": ["int8"], "ranges": [[-128, 127]]})");
}

WEFT_OP(quantized_product) {
  op.doc("Product of int8 rows with a packed weight, as int32 or requantized to int8.")
      .in(Namespace::kInternal)
      .input("data", "int8, shape (N, features)")
      .input("weight", "int8, from pack_quantized");
  optional_index_input(op, "bias", "int32, shape (columns,)");
  requantization_inputs(op, true);
  op.required(AttributeKind::kInt, "columns", "units of the weight")
      .integer("zero_point", 0, "the integer that stands for zero in data");
  requantization_attributes(op);
  op.promote(Promotion::kKeep)
      .infer(infer_product)
      .no_gradient("integers")
      .kernel(product_slot())
      .images({0, 5})
      .sample(R"({"shapes": [[3, 7], [2, 3, 128], [40]], "dtypes": ["int8", "int8", "int32"],
                  "columns": 40, "zero_point": -5,
                  "ranges": [[-128, 127], [0, 0], [-900, 900]]})")
      .sample(R"({"shapes": [[15, 6], [1, 3, 128], null, [9], [9]], "columns": 9,
                  "dtypes": ["int8", "int8", null, "int32", "int32"], "output_zero_point": 4,
                  "low": -90, "high": 70,
                  "ranges": [[-128, 127], [0, 0], null, [1073741824, 2147483647], [-9, -5]]})");
}

WEFT_OP(quantized_fully_connected) {
  op.doc(
        "Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a "
        "multiplier and a shift as int8, see requantize.")
      .in(Namespace::kNpx)
      .input("data", "int8, shape (N, ...) when flatten, else (..., features)")
      .input("weight", "int8, shape (units, features)");
  optional_index_input(op, "bias", "int32, shape (units,)");
  requantization_inputs(op, true);
  op.integer("zero_point", 0, "the integer that stands for zero in data");
  requantization_attributes(op);
  op.boolean("flatten", true, "merge all axes of data but the first")
      .promote(Promotion::kKeep)
      .no_gradient("integers")
      .compose(checked<fully_connected>)
      .sample(R"({"shapes": [[5, 3, 9], [40, 27], [40]], "dtypes": ["int8", "int8", "int32"],
                  "zero_point": 17, "ranges": [[-128, 127], [-127, 127], [-9000, 9000]]})")
      .sample(R"({"shapes": [[2, 3, 50], [11, 50], [11], [11], [11]], "flatten": false,
                  "dtypes": ["int8", "int8", "int32", "int32", "int32"], "zero_point": -128,
                  "output_zero_point": -20, "low": -20, "high": 60,
                  "ranges": [[-128, 127], [-127, 127], [-900, 900], [1073741824, 2147483647],
                             [-10, -6]]})")
      .sample(R"({"shapes": [[2, 8], [4, 8], null, [], []],
                  "dtypes": ["int8", "int8", null, "int32", "int32"],
                  "ranges": [[-128, 127], [-128, 127], null, [1073741824, 2147483647],
                             [-9, -6]]})");
}

}  // namespace weft::ops
