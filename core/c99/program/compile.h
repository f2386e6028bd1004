// An entry point of a .weft file as C99 that needs no library: a .c and a .h file, and on request a
// main with a test vector.
//
// With training there is a second function, a step, and a struct of the caller's for what it
// changes.
//
// The header says what a caller has to know: the function, the arena, and how much flash, memory
// and arithmetic it takes. Weights are const arrays. Nothing is allocated. The same file gives the
// same bytes.
#pragma once

#include <string>
#include <string_view>

#include "c99/cmsis_nn/cmsis_nn.h"
#include "model/file.h"

namespace weft::c99 {

struct CompileOptions {
  std::string name;        // of files and functions, a C identifier; empty: that of the entry
  std::string entry;       // empty: the only one, or `forward`
  int64_t memory = 0;      // bytes that the arena may have; 0: as many as the fastest form needs
  bool with_main = false;  // a main with a test vector
  // Inputs and outputs lie in the arena, where they can share bytes with what else is there.
  bool ports_in_arena = false;
  // Parameters that can be trained, as training.h has them; empty: none. `memory` is then that of
  // the arena and of what training changes.
  std::string train;
  std::string train_entry;  // empty: `train`
  // The caller gives the only input, an image, row by row: it never lies in memory whole.
  bool feeds_rows = false;
  CmsisNn cmsis_nn = CmsisNn::kNone;  // calls of Arm's library, where that has the operator
};

struct Compiled {
  std::string name;
  std::string header, source;
  std::string main;  // empty without
  CmsisNn cmsis_nn = CmsisNn::kNone;
  int64_t arena_bytes = 0;
  int64_t constant_bytes = 0;
  double multiply_adds = 0;  // of a run
};

Result<Compiled> compile(const model::Model& model, const CompileOptions& options);

// name.c, name.h and name_main.c in a folder that is there; each in one step.
Status write_files(const Compiled& compiled, const std::string& folder);

}  // namespace weft::c99
