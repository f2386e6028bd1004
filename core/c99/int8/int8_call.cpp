// The text of the struct. In a row tile, `band` overrides the fields that depend on the rows.
#include "c99/int8/int8_call.h"

namespace weft::c99 {

void add_shape(Call& call, const char* type, const Fields& fields, bool has_rows) {
  const bool is_row_tile = has_rows && call.tile_height() > 0;
  call.line((is_row_tile ? "struct " : "static const struct ") + std::string(type) + " p = {");
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
  if (!is_row_tile) return;
  call.line("p.height = band->height;");
  call.line("p.out_height = band->rows;");
  call.line("p.pad_top = band->above;");
}

}  // namespace weft::c99
