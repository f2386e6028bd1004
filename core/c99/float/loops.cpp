// Merging of axes into loops, and index expressions as text.
#include "c99/float/loops.h"

namespace weft::c99 {

Shape broadcast_strides(const Operand& operand, const Shape& shape) {
  Shape strides = shape;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int own = axis - (shape.rank() - operand.shape.rank());
    strides[axis] = own < 0 || operand.shape[own] == 1 ? 0 : operand.strides[own];
  }
  return strides;
}

std::vector<int> all_axes(const Shape& shape) {
  std::vector<int> axes;
  for (int axis = 0; axis < shape.rank(); ++axis) axes.push_back(axis);
  return axes;
}

LoopNest::LoopNest(const Shape& shape, const std::vector<int>& axes,
                   const std::vector<Shape>& strides, char variable)
    : strides_(strides.size()), variable_(variable) {
  for (const int axis : axes) {
    const int64_t extent = shape[axis];
    // An axis of extent 1 needs no loop.
    if (extent == 1) continue;
    bool merges = !extents_.empty();
    for (size_t a = 0; a < strides.size(); ++a)
      // The axis joins the loop outside of it if a step of that one is a whole run through this
      // one.
      merges = merges && strides_[a].back() == strides[a][axis] * extent;
    if (merges) {
      extents_.back() *= extent;
    } else {
      extents_.push_back(extent);
    }
    for (size_t a = 0; a < strides.size(); ++a) {
      if (!merges) strides_[a].push_back(0);
      strides_[a].back() = strides[a][axis];
    }
  }
}

void LoopNest::open(Call& call, size_t level) const {
  const std::string i = variable(level);
  call.line("for (int32_t " + i + " = 0; " + i + " < " + std::to_string(extents_[level]) + "; ++" +
            i + ") {");
}

void LoopNest::open(Call& call) const {
  for (size_t level = 0; level < depth(); ++level) open(call, level);
}

void LoopNest::close(Call& call) const {
  for (size_t level = 0; level < depth(); ++level) call.line("}");
}

// A negative stride is written as a subtraction.
std::string LoopNest::index(size_t array) const {
  std::string text;
  for (size_t level = 0; level < depth(); ++level) {
    const int64_t stride = strides_[array][level];
    if (stride == 0) continue;
    if (!text.empty()) text += stride < 0 ? " - " : " + ";
    if (text.empty() && stride < 0) text += "-";
    const int64_t magnitude = stride < 0 ? -stride : stride;
    text += variable(level);
    if (magnitude != 1) text += " * " + std::to_string(magnitude);
  }
  return text;
}

// Horner's scheme over the loops' variables.
std::string LoopNest::number() const {
  std::string text;
  for (size_t level = 0; level < depth(); ++level) {
    if (level > 0) text = "(" + text + ") * " + std::to_string(extents_[level]) + " + ";
    text += variable(level);
  }
  return text.empty() ? "0" : text;
}

std::string at(const std::string& name, const std::string& index) {
  return index.empty() ? name : name + " + " + index;
}

std::string sum_text(const std::string& a, const std::string& b) {
  if (a.empty() && b.empty()) return "0";
  if (a.empty() || b.empty()) return a + b;
  return a + (b.starts_with('-') ? " - " + b.substr(1) : " + " + b);
}

}  // namespace weft::c99
