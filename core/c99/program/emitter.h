// What writes the C of an operator. A file of emitters states each with
//
//   WEFT_EMITTER(operator, kernel, emit);
//
// at the start of a line, outside unnamed namespaces. The build collects these lines
// (core/cmake/collect_emitters.cmake), so adding an operator touches no list.
//
// `kernel` tells the planner, from types alone, which strides the C reads, whether it may write
// over what it reads, and how much scratch it needs; it refuses types that have no C form. `emit`
// writes the body of the step's function (call.h) and asks Source for helpers and arrays of the
// program.
#pragma once

#include <string>
#include <string_view>

#include "c99/program/call.h"
#include "c99/text/source.h"
#include "executor/plan/target.h"

namespace weft::c99 {

struct Emitter {
  std::string_view op;  // name in the registry
  Result<executor::TargetKernel> (*kernel)(const ops::SlotTypes& types);
  Status (*emit)(Call& call);
};

#define WEFT_EMITTER(op, kernel, emit)  \
  extern const Emitter emitter_of_##op; \
  constexpr Emitter emitter_of_##op = {#op, kernel, emit}

// The user's name for an operator that stands for others in errors: `cumsum` or `cumprod` for
// recurrence.
std::string words_for(std::string_view op);

// The emitter of an operator; null: it has no C form.
const Emitter* find_emitter(std::string_view op);

// Elementwise steps have no emitter: a tile program becomes one loop over the elements.
Status emit_tiles(Call& call);
// Copies an array of any strides to dense memory.
Status emit_copy(Call& call);
// A loop over row tiles, with a function for each operator in it. `is_fed`: its rows come from the
// caller, some at each call.
Status emit_row_tiles(Call& call, size_t step, bool is_fed);
// A loop or a branch, with a function for each body.
Status emit_control(Call& call, size_t step);

// ---- for rules `kernel`

// Refuses floats other than float32.
Status require_float32(const ops::SlotTypes& types);
// `kernel` functions for operators that need dense inputs, or take any strides.
Result<executor::TargetKernel> dense_float32(const ops::SlotTypes& types);
Result<executor::TargetKernel> strided_float32(const ops::SlotTypes& types);

// ---- for functions `emit`: arguments of C

// "rows, columns" of an array whose last axis is the row, as arguments of C.
std::string rows_text(const Shape& x);
// "rows, columns, step" of input 0 along the axis that attribute `axis` names; the step is the
// distance in elements between neighbours of a row.
std::string rows_along_axis(const Call& call);

}  // namespace weft::c99
