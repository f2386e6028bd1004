// run_reduce with the kernels of a given instruction set: for reduce.h's function, and for tests.
#pragma once

#include "kernels/reduce/reduce_kernels_impl.h"

namespace weft::kernels {

void run_reduce(const ReduceParts& parts, const Reduce& reduce, const void* in, void* out,
                Range units);
void run_reduce(const ArgReduceParts& parts, const Reduce& reduce, const void* in, void* out,
                Range units);

}  // namespace weft::kernels
