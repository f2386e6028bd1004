// What lies in a plan's block of bound pointers, step by step; see make_plan.cpp for how it is
// made.
#pragma once

#include <stddef.h>

#include "kernels/elementwise/elementwise.h"

namespace weft::executor {

struct BoundTile {
  kernels::StepKernel kernel;
  kernels::Tile tile;
};

}  // namespace weft::executor
