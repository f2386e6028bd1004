// Which form of a kernel a compiler takes: macros of the C text that tell what the processor has.
// WEFT_PORTABLE, defined by who compiles, switches all but plain C off.
#pragma once

#include <string>
#include <string_view>

#include "c99/text/source.h"

namespace weft::c99 {

// WEFT_HELIUM, WEFT_HELIUM_FLOAT and WEFT_DSP.
void define_forms(Source& source);
// For where there is no Helium, and for where there is; the names may be the same.
void define_without_helium(Source& source, const std::string& name, std::string_view text);
void define_for_helium(Source& source, const std::string& name, std::string_view text);

}  // namespace weft::c99
