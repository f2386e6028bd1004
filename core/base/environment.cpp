// What number a variable of the environment has, with a warning where that is none.
#include "base/environment.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "base/log.h"

namespace weft {

int number_of_environment(const char* name, int most) {
  const char* const given = std::getenv(name);
  if (!given || !*given) return 0;
  std::string_view text = given;
  // OpenMP's variables may be lists, whose first number is for the outermost level.
  text = text.substr(0, text.find(','));
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = end == text.data() + text.size();
  if (is_whole && (error == std::errc::result_out_of_range ? text[0] != '-' : number > most)) {
    log(LogLevel::kWarning, name, " may be at most ", most, " here; got ", given, " (", most,
        " is taken)");
    return most;
  }
  if (is_whole && error == std::errc() && number > 0) return static_cast<int>(number);
  log(LogLevel::kWarning, name, " must be a whole number of at least 1; got ", given, " (ignored)");
  return 0;
}

}  // namespace weft
