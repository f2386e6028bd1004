// Text that calls of CMSIS-NN have in common: the header with its checks, contexts and dimensions.
#pragma once

#include <algorithm>
#include <string>

#include "c99/cmsis_nn/cmsis_nn.h"
#include "c99/program/call.h"

namespace weft::c99 {

// Includes the header, checks at compile time that it has the interface, and defines weft_done,
// which checks a status where assertions are on.
void define_cmsis_nn(Source& source);

// Bytes of scratch that a function of CMSIS-NN needs, for each way to compile that library.
struct CmsisNnScratch {
  int64_t plain = 0, dsp = 0, helium = 0;
  int64_t of(CmsisNn cores) const {
    if (cores == CmsisNn::kDsp) return std::max(plain, dsp);
    return cores == CmsisNn::kHelium ? helium : std::max({plain, dsp, helium});
  }
};

// Writes `context` for a call. `asked`, a C expression or empty, is what the library says it needs;
// an assertion checks that `bytes` suffice.
void add_context(Call& call, int64_t bytes, const std::string& asked);
// Writes static const cmsis_nn_dims name = {n, h, w, c}. In a row tile, h is the field
// `rows_of_tile` of `band`.
struct Dimensions {
  int64_t n, h, w, c;
};
void add_dimensions(Call& call, const std::string& name, const Dimensions& dimensions,
                    const std::string& rows_of_tile = "");

}  // namespace weft::c99
