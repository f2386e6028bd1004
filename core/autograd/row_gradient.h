// The gradient of a leaf as rows of it: indices, and a row for each.
//
// What the backward pass delivers is only kept. It is sorted and summed when somebody reads it,
// because that has to wait for the indices to be computed. It is also summed when far more rows are
// kept than the last sum left, so that adding for ever does not keep everything.
#pragma once

#include "autograd/tape.h"

namespace weft::autograd {

// Table (R, ...): a delivery is indices (n) and rows (n, ...). One thread at a time changes it.
class RowGradient {
 public:
  explicit RowGradient(ops::TensorType type, Device* device)
      : type_(std::move(type)), device_(device) {}

  // Takes a sum of rows, or an array of the leaf's type, which counts as all of its rows.
  Status deliver(const ops::Value& cotangent, bool add);
  // Makes these rows the gradient, as if they alone had been delivered; null for none.
  Status set(Tensor* indices, Tensor* rows);

  // Indices of rows, ascending and each once, and the sum of what was delivered to each: the same
  // two arrays until the next change, so that a write to them changes the gradient.
  struct Rows {
    Ref<Tensor> indices;
    Ref<Tensor> data;
  };
  Result<Rows> read();

 private:
  // One delivery, as it was then, whatever is written to the arrays meanwhile.
  struct Part {
    SavedTensor indices;  // none: all rows
    SavedTensor rows;
  };
  void start(bool add);
  void keep(SavedTensor indices, const Tensor& rows);
  Result<Rows> sum(eager::EagerBuilder& builder) const;
  Result<ops::Value> indices_of(eager::EagerBuilder& builder, const Part& part) const;
  Shape shape_of(int64_t rows) const;

  ops::TensorType type_;
  Device* device_;
  PoolVector<Part> parts_;
  int64_t kept_ = 0;    // rows of the parts
  int64_t summed_ = 0;  // rows that the last sum left
  Rows rows_;           // null where parts have to be summed first
};

}  // namespace weft::autograd
