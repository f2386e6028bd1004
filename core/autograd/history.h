// The tape as a list, for those who look at it: what arrays were computed from.
#pragma once

#include <span>
#include <vector>

#include "autograd/tape.h"

namespace weft::autograd {

// The nodes that these edges lead to, each after those it depends on. Takes time in proportion to
// their number, and a logarithm.
std::vector<const TapeNode*> nodes_behind(std::span<const Edge> heads);

}  // namespace weft::autograd
