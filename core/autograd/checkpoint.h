// Checkpoints: a segment of a program that keeps its inputs only and runs again in the backward
// pass (T. Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016).
//
// Between begin and end the segment runs as ever and is recorded. At the end one node replaces its
// nodes. The edges of that node are where history enters the segment: from its inputs, from
// parameters, from whatever else the function reads. A backward pass runs the function again, on
// what the inputs were and with the random ordinals that it had; a state keeps what the first run
// stored. Then the segment's own nodes are swept. Each contribution leaves by the edge by which it
// would have left, so gradients are those without checkpoints in every bit.
//
// In a trace the segment's nodes are marked (`Node::rematerialised`): plans compute them again.
#pragma once

#include <functional>
#include <span>

#include "runtime/memory/pool.h"
#include "runtime/tensor.h"

namespace weft::autograd {

// Runs the segment on these inputs and fills in as many outputs as the first run gave.
using Segment =
    std::function<Status(std::span<const Ref<Tensor>> inputs, std::span<Ref<Tensor>> outputs)>;

// Segments nest. A begin is followed by an end or an abort, on the same thread.
Status begin_checkpoint(std::span<Tensor* const> inputs);
// Gives what the caller takes for the outputs.
Result<PoolVector<Ref<Tensor>>> end_checkpoint(std::span<Tensor* const> outputs, Segment segment);
void abort_checkpoint();

}  // namespace weft::autograd
