// A cotangent of a table, stored as a sum of rows. A lookup with `sparse_grad` gives one; it costs
// as much as the rows that were looked up, however large the table is. A sum of such sums keeps
// this form; everything else gets an array (dense).
#pragma once

#include "ops/builder.h"

namespace weft::ops {

// Row rows[j] is added to row indices[j] of the table.
struct RowPart {
  Value indices;  // int64, one axis; negative ones count from the end
  Value rows;     // as many rows, each with the shape of a table row
};

class RowSum final : public Object {
 public:
  explicit RowSum(const TensorType& type) : table(type) {}
  const TensorType table;
  PoolVector<RowPart> parts;  // at least one
};

// `indices` may have any shape; `rows` has these axes, and then those of a row.
Value row_sum(const TensorType& table, const Value& indices, const Value& rows);
const RowSum& row_sum_of(const Value& value);

// All parts joined to one, in their order.
RowPart joined(const Value& sum);
// The array that a cotangent stands for: itself, or zeros plus the rows.
Value dense(const Value& cotangent);

// Zeros plus each row (or slice) at its index. One index may occur often, so halves are summed in
// float32.
Value take_adjoint(const Value& dout, const Value& index,
                   std::initializer_list<Argument> attributes);

// sum += cotangent; each of the two may be absent.
void accumulate(Value& sum, const Value& cotangent);

}  // namespace weft::ops
