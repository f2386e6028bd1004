// Adding up sums of rows without making the table dense. Parts are only collected; they are added
// when an array is needed, or by an optimizer that updates single rows.

#include "ops/row_sum.h"

namespace weft::ops {
namespace {

Shape row_shape(const TensorType& table, int64_t count) {
  Shape shape = table.shape;
  shape[0] = count;
  return shape;
}

Value value_of(Builder& builder, RowSum* sum) {
  return Value::of_rows(&builder, Ref<Object>::adopt(sum));
}

Value together(const PoolVector<Value>& parts) {
  return parts.size() == 1 ? parts[0] : concatenate(parts, 0);
}

}  // namespace

Value row_sum(const TensorType& table, const Value& indices, const Value& rows) {
  const int64_t count = indices.shape().elements();
  auto* sum = new RowSum(table);
  const Value made = value_of(indices.builder(), sum);
  sum->parts.push_back({reshape(indices, Shape{count}), reshape(rows, row_shape(table, count))});
  return made;
}

const RowSum& row_sum_of(const Value& value) { return static_cast<const RowSum&>(*value.rows()); }

RowPart joined(const Value& sum) {
  PoolVector<Value> indices, rows;
  for (const RowPart& part : row_sum_of(sum).parts) {
    indices.push_back(part.indices);
    rows.push_back(part.rows);
  }
  return {together(indices), together(rows)};
}

Value dense(const Value& cotangent) {
  if (!cotangent.is_rows()) return cotangent;
  const RowPart all = joined(cotangent);
  const Shape& shape = row_sum_of(cotangent).table.shape;
  return take_adjoint(all.rows, all.indices,
                      {Argument::of_int(0), Argument(), Argument::of_ints(shape.span())});
}

// Halves are added in float32: an index may occur thousands of times.
Value take_adjoint(const Value& dout, const Value& index,
                   std::initializer_list<Argument> attributes) {
  const DType dtype = dout.dtype();
  const Value wide = is_half(dtype) ? cast(dout, DType::kFloat32) : dout;
  return cast(dout.builder().call("take_adjoint", {wide, index}, attributes), dtype);
}

void accumulate(Value& sum, const Value& cotangent) {
  if (!cotangent) return;
  if (!sum) {
    sum = cotangent;
    return;
  }
  if (!sum.is_rows() || !cotangent.is_rows()) {
    sum = dense(sum) + dense(cotangent);
    return;
  }
  // A list that somebody else holds is copied before it grows; a list of our own grows in place,
  // since a table may be looked up thousands of times.
  if (!sum.rows()->has_one_owner()) {
    auto* copy = new RowSum(row_sum_of(sum).table);
    copy->parts = row_sum_of(sum).parts;
    sum = value_of(sum.builder(), copy);
  }
  auto& parts = static_cast<RowSum&>(*sum.rows()).parts;
  for (const RowPart& part : row_sum_of(cotangent).parts) parts.push_back(part);
}

}  // namespace weft::ops
