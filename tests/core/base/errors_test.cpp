#include "base/errors.h"

#include <cmath>
#include <limits>

#include "doctest.h"

namespace weft {
namespace {

TEST_CASE("a text takes parts of every type") {
  const std::string name = "conv";
  const std::string_view view = std::string_view("weights").substr(0, 6);
  const char* const literal = "x";
  CHECK(errors::join(name, " `", view, "` ", literal, " ", Shape{2, 3}, " ", DType::kFloat32, " ",
                     -7, " ", size_t{8}, " ", int64_t{1} << 40, " ",
                     int8_t{-1}) == "conv `weight` x (2, 3) float32 -7 8 1099511627776 -1");
  CHECK(errors::join() == "");
}

TEST_CASE("a real number is told by as few digits as give it back") {
  CHECK(errors::join(0.5, " ", 1.5f, " ", -0.0, " ", 1e-9) == "0.5 1.5 -0 1e-09");
  CHECK(errors::join(0.1) == "0.1");
  CHECK(errors::join(std::nextafter(1.0, 2.0)) == "1.0000000000000002");
  CHECK(errors::join(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(errors::join(std::nan("")) == "nan");
}

TEST_CASE("an error says where first, and has its code") {
  const Status failure = errors::invalid_value("dropout", "`p` must be in [0, 1); got ", 1.25);
  CHECK(failure.code() == StatusCode::kInvalidValue);
  CHECK(failure.message() == "dropout: `p` must be in [0, 1); got 1.25");
  const Status defect = errors::internal(std::string("plan"), "step ", 3);
  CHECK(defect.code() == StatusCode::kInternal);
  CHECK(defect.message() == "plan: internal error, please report: step 3");
}

// More parts than arguments go in registers, of two words and of floating numbers among them.
TEST_CASE("many parts arrive in order") {
  const std::string_view a = "a", b = "b", c = "c", d = "d";
  CHECK(errors::io(a, b, 1, 2.5, c, 3, d, 4.5, a, 5, 6, b, 7.5, 8, c, d).message() ==
        "a: b12.5c3d4.5a56b7.58cd");
}

}  // namespace
}  // namespace weft
