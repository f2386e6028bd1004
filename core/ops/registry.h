// All operators, built once from the generated list of definers and from operators that callers
// register. An incomplete definition makes the build of the registry fail with a message.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "ops/op.h"

namespace weft::ops {

Status registry_status();                      // builds the registry at its first call
std::span<const OpDef* const> all_ops();       // those that are there now
const OpDef* find_op(std::string_view name);   // null if there is none
const OpDef& op_named(std::string_view name);  // built in: must exist; takes no lock

// Adds an operator that was made at run time, for ever; refused when incomplete or when the name is
// taken. Any thread, at any time.
Result<const OpDef*> register_op(std::unique_ptr<OpDef> op);

// One argument as its attribute takes it, perhaps after a harmless change of tag.
Status fit_attribute(const OpDef& op, const AttributeDef& attribute, const Argument& given,
                     Argument& result);

// Fills defaults in and checks kinds: `given` may be shorter than the schema.
// `storage` has room for op.attributes.size() arguments.
Status complete_attributes(const OpDef& op, std::span<const Argument> given,
                           std::span<Argument> storage);

// Refuses a number of inputs (with those of a list) that the operator does not take.
Status check_input_count(const OpDef& op, size_t count);

// How many outputs a call with these attributes has, and the same for places that only need
// something harmless after an error: 1 where the attributes are wrong.
Result<size_t> count_outputs(const OpDef& op, std::span<const Argument> given);
size_t harmless_outputs(const OpDef& op, std::span<const Argument> given);

// Output types for inputs of these types, after promotion; the checks that every operator shares
// (number of inputs, known dtypes) are made here.
Result<Types> infer(const OpDef& op, std::span<const TensorType> inputs,
                    std::span<const Argument> attributes);

// The results of a composite: its arguments checked by its inference rule if it has one, then its
// composition. What is refused on the way is told in its name.
Values expand(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
              const Values& inputs);

// The dtype that each input must be cast to. `weak[i]` tells a weak scalar, whose dtype is only
// its kind (bool, int64, float64).
Status promote_inputs(const OpDef& op, std::span<const TensorType> inputs,
                      std::span<const bool> weak, std::span<DType> result);

}  // namespace weft::ops
