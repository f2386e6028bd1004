#include "base/errors.h"

namespace weft::errors {

void Piece::append_to(std::string& text) const {
  switch (kind_) {
    case Kind::kText: text += text_; break;
    case Kind::kNumber: text += std::to_string(number_); break;
    case Kind::kShape: text += to_string(*shape_); break;
  }
}

std::string join(std::initializer_list<Piece> pieces) {
  std::string text;
  for (const Piece& piece : pieces) piece.append_to(text);
  return text;
}

Status make(StatusCode code, std::string_view where, std::initializer_list<Piece> pieces) {
  return {code, join({where, ": ", join(pieces)})};
}

Status do_not_broadcast(std::string_view op, std::string_view a_name, const Shape& a,
                        std::string_view b_name, const Shape& b, int axis, int64_t of_a,
                        int64_t of_b) {
  return invalid_value(op, "shapes of `", a_name, "` ", a, " and `", b_name, "` ", b,
                       " do not broadcast: axis ", axis, " has extents ", of_a, " and ", of_b,
                       ", and neither is 1");
}

Status axis_out_of_range(std::string_view op, std::string_view argument, int64_t axis, int rank) {
  return index_out_of_range(op, "`", argument, "` must be in [", -rank, ", ", rank,
                            ") for an array of rank ", rank, "; got ", axis);
}

Status rank_too_large(std::string_view op, std::string_view argument, int64_t rank) {
  return invalid_value(op, "`", argument, "` may have at most ", kMaxRank, " axes; got ", rank);
}

Status negative_extent(std::string_view op, std::string_view argument, const Shape& shape) {
  return invalid_value(op, "`", argument, "` must have extents of at least 0; got ", shape);
}

Status too_many_elements(std::string_view op, std::string_view argument, const Shape& shape) {
  return invalid_value(op, "`", argument, "` has more elements than 63 bits can count; got ",
                       shape);
}

Status renamed(const Status& failure, std::string_view where) {
  const std::string& text = failure.message();
  const size_t end = text.find(": ");
  if (end == std::string::npos || text.find(kPushedAt) != std::string::npos) return failure;
  return {failure.code(), join({where, std::string_view(text).substr(end)})};
}

Status out_of_memory(std::string_view where, int64_t bytes) {
  return {StatusCode::kOutOfMemory, join({where, ": out of memory; requested ", bytes, " bytes"})};
}

}  // namespace weft::errors
