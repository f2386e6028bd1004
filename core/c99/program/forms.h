// Which form of a kernel the C compiler takes. The C text has macros that tell what the processor
// has; whoever compiles may define WEFT_PORTABLE, which leaves only plain C.
#pragma once

#include <string>
#include <string_view>

#include "c99/text/source.h"

namespace weft::c99 {

// Defines WEFT_HELIUM (integer vectors of Armv8.1-M), WEFT_HELIUM_FLOAT (its float vectors) and
// WEFT_DSP (DSP instructions of Armv7E-M), each 0 or 1.
void define_forms(Source& source);
// Define a function only where there is no Helium, or only where there is; both may have the same
// name.
void define_without_helium(Source& source, const std::string& name, std::string_view text);
void define_for_helium(Source& source, const std::string& name, std::string_view text);

}  // namespace weft::c99
