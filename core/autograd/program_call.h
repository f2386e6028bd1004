// One call of a planned program on arrays, and its entry on the tape.
#pragma once

#include <span>
#include <string_view>

#include "executor/program/program.h"
#include "runtime/memory/pool.h"
#include "runtime/random_state.h"
#include "runtime/tensor.h"

namespace weft::autograd {

// `arguments`: dense arrays, one per input of the program; `results` receives its first outputs,
// further outputs are new contents of state pairs and are stored in their boxes. `key` repeats the
// random numbers of an earlier call; null takes new ones. `name` is what the entry on the tape is
// called in errors; it has to outlive it.
inline constexpr std::string_view kHybridized = "hybridized function";
Status call_program(executor::Program& program, std::span<const Ref<Tensor>> arguments,
                    std::span<Ref<Tensor>> results, const RandomKey* key = nullptr,
                    std::string_view name = kHybridized);

// The same for a program with sizes: stage after stage, each a call that is on the tape by itself.
Status call_stages(executor::Program& program, std::span<const Ref<Tensor>> arguments,
                   std::span<Ref<Tensor>> results, const RandomKey& key);

}  // namespace weft::autograd
