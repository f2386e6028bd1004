// Numbers of the environment: what counts, what is bounded, and that a mistake is told.
#include "base/environment.h"

#include <stdlib.h>

#include <string>
#include <vector>

#include "base/log.h"
#include "doctest.h"

using namespace weft;

namespace {

std::vector<std::string> told;

int number(const char* text, int most) {
  told.clear();
  set_log(
      LogLevel::kWarning, [](void*, int32_t, const char* line) { told.emplace_back(line); },
      nullptr);
  if (text)
    setenv("WEFT_TEST_NUMBER", text, 1);
  else
    unsetenv("WEFT_TEST_NUMBER");
  const int found = number_of_environment("WEFT_TEST_NUMBER", most);
  set_log(LogLevel::kWarning, nullptr, nullptr);
  return found;
}

}  // namespace

TEST_CASE("a number of the environment is taken without a word") {
  for (const auto& [text, right] : {std::pair{"1", 1}, {" 12 ", 12}, {"64", 64}, {"4,2", 4}}) {
    CHECK(number(text, 64) == right);
    CHECK(told.empty());
  }
  for (const char* text : {static_cast<const char*>(nullptr), ""}) {
    CHECK(number(text, 64) == 0);
    CHECK(told.empty());
  }
}

TEST_CASE("a number above the bound is the bound, and is told") {
  for (const char* text : {"65", "1000000", "99999999999999999999"}) {
    CHECK(number(text, 64) == 64);
    REQUIRE(told.size() == 1);
    CHECK(told[0].find("WEFT_TEST_NUMBER may be at most 64 here; got " + std::string(text)) !=
          std::string::npos);
  }
}

TEST_CASE("what is no number is told and ignored") {
  for (const char* text : {"abc", "0", "-3", "4x", "2.5", "0x10", "-99999999999999999999", " "}) {
    CHECK(number(text, 64) == 0);
    REQUIRE(told.size() == 1);
    CHECK(told[0].find("must be a whole number of at least 1; got " + std::string(text)) !=
          std::string::npos);
  }
}
