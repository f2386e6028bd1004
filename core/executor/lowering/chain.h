// Tile programs as chains (kernels/tiles/chain.h): which value is held, which wait in slots.
#pragma once

#include "executor/lowering/lowering.h"
#include "executor/plan/plan.h"

namespace weft::executor {

// Derives the chain of a program whose loop is known; none where a step has no instruction or rows
// are too short. Exact: the same formulas on each element as the steps.
void set_chain(TileCode& code, std::span<const TensorView> externals);
// Machine code in place of short instructions (encoder/chain_encoder.h) in all chains of a plan,
// its loops' bodies included, where the build has an encoder and there are elements enough. Exact.
void encode_chains(Plan& plan);

}  // namespace weft::executor
