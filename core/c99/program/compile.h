// An entry point of a .weft file as C99 that needs no library: a .c and a .h file, and on request a
// main with a test vector. With training there is a second function, the training step, and a
// struct of the caller's for what it changes.
//
// The header tells the caller the functions, the arena, and how much flash, memory and arithmetic a
// run takes. Weights are const arrays, and nothing is allocated. The same file gives the same
// bytes.
#pragma once

#include <string>
#include <string_view>

#include "c99/cmsis_nn/cmsis_nn.h"
#include "model/file.h"

namespace weft::c99 {

// What weft_model_write_c is asked for; weft_model.h has the user's view of it.
struct CompileOptions {
  std::string name;        // the name of files and functions, a C identifier; empty: the entry's
  std::string entry;       // empty: the only one, or `forward`
  int64_t memory = 0;      // most bytes that the arena may have; 0: what the fastest form needs
  bool with_main = false;  // a main with a test vector
  // Inputs and outputs lie in the arena and may share its bytes with other values.
  bool ports_in_arena = false;
  // The parameters that can be trained, in the patterns of training.h; empty: none. `memory` then
  // covers the arena and what training changes.
  std::string train;
  std::string train_entry;  // empty: `train`
  // The caller passes the only input, an image, row by row, so that it never lies in memory as a
  // whole.
  bool feeds_rows = false;
  CmsisNn cmsis_nn = CmsisNn::kNone;  // call Arm's library where it has the operator
  // The first extent of every input; 0: that of the file, or 1 where the file leaves it open.
  int64_t batch = 0;
};

// The texts, and the figures that the header tells.
struct Compiled {
  std::string name;
  std::string header, source;
  std::string main;  // empty if no main was asked for
  CmsisNn cmsis_nn = CmsisNn::kNone;
  int64_t arena_bytes = 0;
  int64_t constant_bytes = 0;  // flash: weights and tables
  double multiply_adds = 0;    // of a run
};

// Fails where an operator has no C form, a shape is not fixed, or the arena cannot be small enough.
Result<Compiled> compile(const model::Model& model, const CompileOptions& options);

// Writes name.c, name.h and name_main.c to a folder that exists; each replaces the old file in one
// step.
Status write_files(const Compiled& compiled, const std::string& folder);

}  // namespace weft::c99
