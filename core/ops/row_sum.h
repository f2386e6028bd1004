// A cotangent of a table as a sum of rows: what a lookup with `sparse_grad` gives, at the cost of
// the rows that were looked up, whatever the table has. Sums of such sums stay so; everything else
// sees them as arrays (dense).
#pragma once

#include "ops/builder.h"

namespace weft::ops {

// rows[j] is added to row indices[j] of the table.
struct RowPart {
  Value indices;  // int64, one axis; negative ones count back
  Value rows;     // as many, each of the shape of one
};

class RowSum final : public Object {
 public:
  explicit RowSum(const TensorType& type) : table(type) {}
  const TensorType table;
  PoolVector<RowPart> parts;  // one at least
};

// Any shape of indices; `rows` has their axes and then those of a row.
Value row_sum(const TensorType& table, const Value& indices, const Value& rows);
const RowSum& row_sum_of(const Value& value);

// All parts as one, in their order.
RowPart joined(const Value& sum);
// The array that a cotangent stands for: itself, or zeros with the rows added.
Value dense(const Value& cotangent);

// Zeros with each row or slice added at its index; many may be one, and their sum needs more digits
// than halves have.
Value take_adjoint(const Value& dout, const Value& index,
                   std::initializer_list<Argument> attributes);

// sum += cotangent, where either may be absent.
void accumulate(Value& sum, const Value& cotangent);

}  // namespace weft::ops
