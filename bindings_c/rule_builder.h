// What a weft_builder is: a builder of the core, with the values that a rule has named so far.
#pragma once

#include <vector>

#include "guard.h"
#include "ops/builder.h"

namespace weft::c {

class RuleBuilder {
 public:
  RuleBuilder(const ops::OpDef& op, ops::Builder& builder) : op_(op), builder_(builder) {}

  weft_builder handle() { return reinterpret_cast<weft_builder>(this); }
  static RuleBuilder* of(weft_builder handle) { return reinterpret_cast<RuleBuilder*>(handle); }

  ops::Builder& builder() { return builder_; }
  const ops::OpDef& op() const { return op_; }  // whose rule it is
  weft_operand add(const ops::Value& value) {
    if (!value) return WEFT_ABSENT;
    values_.push_back(value);
    return static_cast<weft_operand>(values_.size() - 1);
  }
  std::vector<weft_operand> add_all(const ops::Values& values);
  // Refuses a number that this builder did not give.
  Result<ops::Value> value(weft_operand operand) const;
  Result<ops::Values> values(const weft_operand* operands, size_t count) const;
  // What a call gives after an error.
  ops::Value harmless() { return {&builder_, ops::Argument::of_int(0)}; }

 private:
  const ops::OpDef& op_;
  ops::Builder& builder_;
  std::vector<ops::Value> values_;
};

weft_type type_of(const ops::TensorType& type);

}  // namespace weft::c
