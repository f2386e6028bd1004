// What lies in a plan's bound block for a dense row: the kernel and its arguments, so that a run
// calls it without reading the plan. make_plan.cpp fills it in; the other kinds of step have
// pointers and views there.
#pragma once

#include <stddef.h>

#include "kernels/elementwise/elementwise.h"

namespace weft::executor {

// A step kernel with the one tile that it runs on; pointers into moving roots are patched before a
// run.
struct BoundTile {
  kernels::StepKernel kernel;
  kernels::Tile tile;
};

}  // namespace weft::executor
