// The table from operators to what writes their C: where a new operator is added.
//
// An emitter has two functions. `kernel` tells the planner, from types alone, which strides the C
// reads, whether it may write where it reads, and how much scratch it takes; it refuses what has no
// C form. `emit` writes the body of the step's function (call.h), and asks for helpers and arrays
// of the program (source.h). Files emit_*.cpp have a family each and give it to table.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "c99/program/call.h"
#include "c99/text/source.h"
#include "executor/plan/target.h"

namespace weft::c99 {

struct Emitter {
  std::string_view op;
  Result<executor::TargetKernel> (*kernel)(const ops::SlotTypes& types);
  Status (*emit)(Call& call);
};

// The user's words for an operator that others are made of, for errors: `cumsum` or `cumprod` for
// recurrence.
std::string words_for(std::string_view op);

// Null: the operator has no C form.
const Emitter* find_emitter(std::string_view op);

// The families.
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

// Elementwise steps are no operators here: a tile program becomes one loop.
Status emit_tiles(Call& call);
// To dense memory.
Status emit_copy(Call& call);
// A loop over row tiles, with a function for each operator in it. `is_fed`: its rows come from
// the caller, some at each call.
Status emit_row_tiles(Call& call, size_t step, bool is_fed);
// A loop or a branch, with a function for each body.
Status emit_control(Call& call, size_t step);

// ---- for rules `kernel`

// Refuses another dtype than float32.
Status require_float32(const ops::SlotTypes& types);
Result<executor::TargetKernel> dense_float32(const ops::SlotTypes& types);
Result<executor::TargetKernel> strided_float32(const ops::SlotTypes& types);

// ---- for functions `emit`: arguments of C

// Rows and columns of an array of rows, the last axis.
std::string rows_text(const Shape& x);
// Rows, columns, and elements from one of a row to the next, of input 0 along attribute `axis`.
std::string rows_along_axis(const Call& call);

}  // namespace weft::c99
