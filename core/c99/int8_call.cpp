#include "c99/int8_call.h"

namespace weft::c99 {

void add_shape(Call& call, const char* type, const Fields& fields) {
  call.line("static const struct " + std::string(type) + " p = {");
  std::string line;
  for (const auto& [name, value] : fields) {
    const std::string text = "." + std::string(name) + " = " + std::to_string(value) + ",";
    if (line.size() + text.size() > 90) {
      call.line("  " + line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + text;
  }
  call.line("  " + line);
  call.line("};");
}

}  // namespace weft::c99
