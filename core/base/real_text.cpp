// Real numbers through std::to_chars and std::from_chars, which do not look at the locale.

#include "base/real_text.h"

#include <charconv>
#include <cmath>

namespace weft {

std::string text_of_real(double number) {
  char buffer[40];
  char* end = buffer;
  // A double holds every number of 15 digits, and 17 digits name every double.
  for (int digits = 15; digits <= 17; ++digits) {
    end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::general, digits)
              .ptr;
    if (real_of_text(std::string_view(buffer, static_cast<size_t>(end - buffer))) == number) break;
  }
  return {buffer, end};
}

std::optional<double> real_of_text(std::string_view text) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (end != last || error == std::errc::invalid_argument) return {};
  if (error != std::errc::result_out_of_range) return number;
  // from_chars does not say whether the number was too large or too small. The sign of the exponent
  // tells, and without an exponent the first digit does: 0.000…1 begins with 0.
  const bool is_negative = text[0] == '-';
  const size_t exponent = text.find_first_of("eE");
  const bool is_tiny =
      exponent == std::string_view::npos ? text[is_negative] == '0' : text[exponent + 1] == '-';
  return std::copysign(is_tiny ? 0.0 : HUGE_VAL, is_negative ? -1.0 : 1.0);
}

}  // namespace weft
