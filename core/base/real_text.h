// Real numbers as text, always with a decimal point: files travel between hosts with different
// locales.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft {

// The fewest of 15 to 17 digits that are read back as the same number, in the form of C's %g.
std::string text_of_real(double number);

// None if `text` is not a number from its first to its last character. A number too large for a
// double becomes infinity, one that is too small becomes 0.
std::optional<double> real_of_text(std::string_view text);

}  // namespace weft
