// Windows that slide over images, as a const struct of the C text.
#pragma once

#include <string>

#include "c99/program/call.h"
#include "kernels/convolution/convolution.h"
#include "kernels/pooling/pooling.h"

namespace weft::c99 {

// Lines that define `static const struct weft_window p` in the step's function; the struct's
// definition is added to the program.
void define_window(Call& call, const kernels::Convolution& problem);
void define_window(Call& call, const kernels::Pooling& problem, int64_t channels);

// The call of the step's only line, `name`(&p, ...inputs, result): a function of the problem that
// the text defines.
void call_convolution(Call& call, const kernels::Convolution& problem, const char* name,
                      const char* text);

int64_t multiply_adds_of(const kernels::Convolution& problem);

}  // namespace weft::c99
