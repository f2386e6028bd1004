#include "base/real_text.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "doctest.h"

namespace weft {
namespace {

using Limits = std::numeric_limits<double>;

TEST_CASE("a real number is told by few digits, as C does") {
  CHECK(text_of_real(0.5) == "0.5");
  CHECK(text_of_real(-0.0) == "-0");
  CHECK(text_of_real(1e8) == "100000000");
  CHECK(text_of_real(1e-9) == "1e-09");
  CHECK(text_of_real(std::nextafter(1.0, 2.0)) == "1.0000000000000002");
  CHECK(text_of_real(Limits::infinity()) == "inf");
  CHECK(text_of_real(std::nan("")) == "nan");
}

TEST_CASE("every number is read back in every bit") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 100000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (std::isnan(number)) continue;
    const auto read = real_of_text(text_of_real(number));
    REQUIRE(read);
    CHECK(std::bit_cast<uint64_t>(*read) == std::bit_cast<uint64_t>(number));
  }
}

TEST_CASE("what a double cannot hold is infinite or zero, and what is no number is told") {
  CHECK(real_of_text("1e400") == Limits::infinity());
  CHECK(real_of_text("-1e400") == -Limits::infinity());
  CHECK(real_of_text("1" + std::string(400, '0')) == Limits::infinity());
  CHECK(real_of_text("1e-400") == 0);
  CHECK(std::signbit(*real_of_text("-1e-400")));
  CHECK(real_of_text("0." + std::string(400, '0') + "1") == 0);
  CHECK(real_of_text("5e-324") == Limits::denorm_min());
  for (const char* text : {"", "-", "x", "1,5", "1.5 ", " 1", "1e", "0.5f"})
    CHECK_FALSE_MESSAGE(real_of_text(text), text);
}

}  // namespace
}  // namespace weft
