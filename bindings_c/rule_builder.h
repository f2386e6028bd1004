// The object behind a weft_builder: a builder of the core with the values that a rule has used so
// far. A rule in C names values by number (weft_operand), the index in this list.
#pragma once

#include <vector>

#include "guard.h"
#include "ops/builder.h"

namespace weft::c {

// Lives on the stack while one rule runs.
class RuleBuilder {
 public:
  RuleBuilder(const ops::OpDef& op, ops::Builder& builder) : op_(op), builder_(builder) {}

  weft_builder handle() { return reinterpret_cast<weft_builder>(this); }
  static RuleBuilder* of(weft_builder handle) { return reinterpret_cast<RuleBuilder*>(handle); }

  ops::Builder& builder() { return builder_; }
  // the operator that the rule belongs to
  const ops::OpDef& op() const { return op_; }
  // Adds a value and gives its number; an empty value is WEFT_ABSENT.
  weft_operand add(const ops::Value& value) {
    if (!value) return WEFT_ABSENT;
    values_.push_back(value);
    return static_cast<weft_operand>(values_.size() - 1);
  }
  std::vector<weft_operand> add_all(const ops::Values& values);
  // The value of a number. Fails for a number that this builder did not give.
  Result<ops::Value> value(weft_operand operand) const;
  Result<ops::Values> values(const weft_operand* operands, size_t count) const;
  // The result of a call after an error: the integer 0 as a weak scalar. Rules go on with it
  // without checks; the builder keeps the error.
  ops::Value harmless() { return {&builder_, ops::Argument::of_int(0)}; }

 private:
  const ops::OpDef& op_;
  ops::Builder& builder_;
  std::vector<ops::Value> values_;
};

// A type in the form of weft.h; absent types have rank -1.
weft_type type_of(const ops::TensorType& type);

}  // namespace weft::c
