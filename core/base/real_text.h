// Real numbers as text, with a point whatever the host's locale writes: files go from one to
// another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft {

// Of 15 to 17 digits the fewest that are read back as the same number, as C's %g writes them.
std::string text_of_real(double number);

// None if `text` is not a number from its first to its last character. What doubles cannot hold is
// infinite, or 0.
std::optional<double> real_of_text(std::string_view text);

}  // namespace weft
