// How int8 layers, poolings and sums write their calls: the const struct of the shape, and the loop
// over the images of a batch.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "c99/program/call.h"

namespace weft::c99 {

// Names and values of a struct's fields.
using Fields = std::vector<std::pair<const char*, int64_t>>;

// Writes `p`, a const struct of the shape. In a loop over row tiles it is a variable that has the
// height of the rows which the line buffer holds now; `has_rows` is false where the step works
// place by place and needs no rows.
void add_shape(Call& call, const char* type, const Fields& fields, bool has_rows = true);

// Writes a line once for each image of a batch. at() gives the C expression of an array's image,
// `distance` elements after the one before.
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
