// The table from operators to the functions that write their C. A new operator is added here.
//
// An emitter has two functions. `kernel` tells the planner, from types alone, which strides the C
// reads, whether it may write over what it reads, and how much scratch it needs; it refuses types
// that have no C form. `emit` writes the body of the step's function (call.h) and asks Source for
// helpers and arrays of the program. Each emit_*.cpp has one family of operators and gives it to
// table.cpp.
#pragma once

#include <span>
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

// The user's name for an operator that stands for others in errors: `cumsum` or `cumprod` for
// recurrence.
std::string words_for(std::string_view op);

// The emitter of an operator; null: it has no C form.
const Emitter* find_emitter(std::string_view op);

// The families, one in each emit_*.cpp.
std::span<const Emitter> copy_emitters();
std::span<const Emitter> int8_layer_emitters();
std::span<const Emitter> int8_element_emitters();
std::span<const Emitter> int8_recurrent_emitters();
std::span<const Emitter> product_emitters();
std::span<const Emitter> window_emitters();
std::span<const Emitter> depth_emitters();
std::span<const Emitter> reduction_emitters();
std::span<const Emitter> row_emitters();
std::span<const Emitter> index_emitters();
std::span<const Emitter> recurrent_emitters();
std::span<const Emitter> attention_emitters();
std::span<const Emitter> recurrent_gradient_emitters();
std::span<const Emitter> attention_gradient_emitters();
std::span<const Emitter> gradient_emitters();
std::span<const Emitter> row_gradient_emitters();
std::span<const Emitter> batch_norm_emitters();
std::span<const Emitter> group_norm_emitters();
std::span<const Emitter> resample_emitters();
std::span<const Emitter> scan_emitters();

// Elementwise steps are not in the table: a tile program becomes one loop over the elements.
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
