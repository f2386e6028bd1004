// The builder that computes at once. Composites and gradient rules call operators through it, and
// so does the eager call itself: the operator's inputs are cast and brought to one device, then a
// plan, a view or a kernel gives the results, which are recorded. While the thread traces, each
// operator becomes a node instead. It lives as long as one call and keeps its first error.
#pragma once

#include "ops/builder.h"
#include "ops/op.h"

namespace weft::eager {

class EagerBuilder final : public ops::Builder {
 public:
  ops::Values emit(const ops::OpDef& op, std::span<const ops::Value> inputs,
                   std::span<const ops::Argument> attributes) override;
  ops::TensorType type(const ops::Value& value) override;
  // The same, where the caller has an array for the only result (null: it has none). If the result
  // can be computed right there, it is that array; else the caller has to copy it there.
  ops::Values emit_into(Tensor* target, const ops::OpDef& op, ops::Values inputs,
                        std::span<const ops::Argument> attributes);

  ops::Value value(Ref<Tensor> tensor) { return {this, std::move(tensor)}; }
  // An array of which only the type is known, because the tape did not save it.
  ops::Value placeholder(const ops::TensorType& type) {
    placeholders_.push_back(type);
    return {this, static_cast<int32_t>(placeholders_.size() - 1)};
  }

 private:
  Result<ops::Values> run(Tensor* target, const ops::OpDef& op, ops::Values inputs,
                          std::span<const ops::Argument> attributes);

  PoolVector<ops::TensorType> placeholders_;
};

}  // namespace weft::eager
