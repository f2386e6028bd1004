// What an earlier backward released, where the program wants that to be a constant (kForgetting).
#pragma once

#include <span>

#include "autograd/tape.h"

namespace weft::autograd {

// Does a node find the node behind one of its edges released? To a node that does not forget it is
// an error when it is asked, so here it is not.
inline bool leads_to_released(const TapeNode& node, const TapeNode& from) {
  return node.forgets() && from.is_used_up() && !from.is_leaf();
}

// Refuses heads of which a sweep would give gradients that lack something. What was released before
// its use was recorded is a constant. What was recorded before the release has lost a part of its
// history: that is an error, but for a value that has no other history and that new work goes on
// from, such as a state that no backward visited. `wanted` are the values whose cotangents the
// sweep is asked for; without any it delivers to leaves. Takes time in proportion to what the heads
// depend on.
Status check_released(std::span<const Edge> heads, std::span<const Edge> wanted);

// The error of a head that depends on this node, which an earlier backward released.
Status released_below_head(const TapeNode& node);

}  // namespace weft::autograd
