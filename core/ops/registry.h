// All operators: those of the generated list of definers, each defined at its first use; callers
// may register more.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "ops/op.h"

namespace weft::ops {

Status registry_status();  // defines all; an error names the first definition that is incomplete
std::span<const OpDef* const> all_ops();       // defines all; the operators that exist now
const OpDef* find_op(std::string_view name);   // null if there is none
const OpDef& op_named(std::string_view name);  // a built-in one, which must exist

// Adds an operator that was made at run time, for the rest of the process. Refuses it if it is
// incomplete or its name is taken. Any thread may call this at any time.
Result<const OpDef*> register_op(std::unique_ptr<OpDef> op);

// `given` as its attribute needs it: its tag may change (True becomes 1).
Status fit_attribute(const OpDef& op, const AttributeDef& attribute, const Argument& given,
                     Argument& result);

// Fills in defaults and checks kinds; `given` may be shorter than the schema. `storage` has room
// for op.attributes.size() arguments.
Status complete_attributes(const OpDef& op, std::span<const Argument> given,
                           std::span<Argument> storage);

// Refuses more inputs (lists counted by their arrays) than the operator takes.
Status check_input_count(const OpDef& op, size_t count);

// The number of outputs of a call with these attributes. harmless_outputs is for code that only
// needs values after an error: it gives 1 if the attributes are wrong.
Result<size_t> count_outputs(const OpDef& op, std::span<const Argument> given);
size_t harmless_outputs(const OpDef& op, std::span<const Argument> given);

// Types of the outputs for inputs of these types, after promotion. The checks that all operators
// share (missing inputs, dtypes without a kernel) are made here.
Result<Types> infer(const OpDef& op, std::span<const TensorType> inputs,
                    std::span<const Argument> attributes);

// The results of a composite: its inference rule, if any, checks the arguments, then its
// composition runs. Errors on the way name the composite.
Values expand(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
              const Values& inputs);

// The dtype that each input must be cast to. `weak[i]` marks a weak scalar; its dtype only says its
// kind (bool, int64, float64).
Status promote_inputs(const OpDef& op, std::span<const TensorType> inputs,
                      std::span<const bool> weak, std::span<DType> result);

}  // namespace weft::ops
