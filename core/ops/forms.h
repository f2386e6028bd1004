// Dtypes that no kernel computes with: complex numbers and storage dtypes. Each builder asks here
// before it promotes dtypes; a call of an operator on them becomes a composition of others.
#pragma once

#include <optional>
#include <span>

#include "ops/op.h"

namespace weft::ops {

// The results of a call that meets such a dtype, in an input or in an attribute; none for all other
// calls, and for operators that only move elements. An error is in the builder.
std::optional<Values> by_form(const OpDef& op, std::span<const Value> inputs,
                              std::span<const Argument> attributes, Builder& builder);

}  // namespace weft::ops
