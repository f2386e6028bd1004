// Windows that slide over images (convolution, pooling), as a const struct of the C text.
#pragma once

#include <string>

#include "c99/program/call.h"
#include "kernels/convolution/convolution.h"
#include "kernels/pooling/pooling.h"

namespace weft::c99 {

// Write `static const struct weft_window p` into the step's function, and the struct's definition
// into the program. Pooling keeps the channels.
void define_window(Call& call, const kernels::Convolution& problem);
void define_window(Call& call, const kernels::Pooling& problem, int64_t channels);

// Writes a step that is one call, `name`(&p, ...inputs, result); `text` defines the function, and
// the cost is counted.
void call_convolution(Call& call, const kernels::Convolution& problem, const char* name,
                      const char* text);

// Multiply-adds of one call.
int64_t multiply_adds_of(const kernels::Convolution& problem);

}  // namespace weft::c99
