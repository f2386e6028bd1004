// What calls of CMSIS-NN have in common as text.
#pragma once

#include <algorithm>
#include <string>

#include "c99/cmsis_nn/cmsis_nn.h"
#include "c99/program/call.h"

namespace weft::c99 {

// The header, and checks that it has the interface; weft_done(status) where assertions are on.
void define_cmsis_nn(Source& source);

// Bytes that a function of CMSIS-NN asks for, by what the library is compiled for.
struct CmsisNnScratch {
  int64_t plain = 0, dsp = 0, helium = 0;
  int64_t of(CmsisNn cores) const {
    if (cores == CmsisNn::kDsp) return std::max(plain, dsp);
    return cores == CmsisNn::kHelium ? helium : std::max({plain, dsp, helium});
  }
};

// `context` for a call, and that `asked`, an expression or empty, is no more than it has.
void add_context(Call& call, int64_t bytes, const std::string& asked);
// static const cmsis_nn_dims name = {n, h, w, c}; rows of a row tile come from it.
struct Dimensions {
  int64_t n, h, w, c;
};
void add_dimensions(Call& call, const std::string& name, const Dimensions& dimensions,
                    const std::string& rows_of_tile = "");

}  // namespace weft::c99
