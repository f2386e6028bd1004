// Derives chains (kernels/tiles/chain.h) from tile programs: which value stays in registers as the
// accumulator, and which values wait in slots of scratch.
#pragma once

#include "executor/lowering/lowering.h"
#include "executor/plan/plan.h"

namespace weft::executor {

// Derives the chain of a program whose loop is known. There is none where a step has no instruction
// or rows are too short; then the steps run. Exact: the same formulas on each element as the steps.
void set_chain(TileCode& code, std::span<const TensorView> externals);
// Replaces the instructions of all chains of a plan, those in bodies of loops included, by machine
// code (encoder/chain_encoder.h), where the build has an encoder and there are enough elements.
// Exact.
void encode_chains(Plan& plan);

}  // namespace weft::executor
