// How int8 layers, poolings and sums write their calls.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "c99/program/call.h"

namespace weft::c99 {

using Fields = std::vector<std::pair<const char*, int64_t>>;

// `p`, a const struct of the shape. In a loop over row tiles it is that of the rows which are held;
// `has_rows` is false where the step goes place by place.
void add_shape(Call& call, const char* type, const Fields& fields, bool has_rows = true);

// `text` for each image of a batch; x, residual and y in it are moved on.
struct Batch {
  Call& call;
  int64_t images;
  std::string at(const std::string& name, int64_t distance) const {
    return images == 1 ? name : name + " + image * " + std::to_string(distance);
  }
  void line(const std::string& text) const {
    if (images > 1)
      call.line("for (int32_t image = 0; image < " + std::to_string(images) + "; ++image) {");
    call.line(text);
    if (images > 1) call.line("}");
  }
};

}  // namespace weft::c99
