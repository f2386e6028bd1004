// The core's own form of what older libraries lack, against the library.
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "doctest.h"

#define WEFT_OLDER_LIBRARY older_library
#include "base/older_library.h"

namespace weft {
namespace {

template <class Real>
std::string text_by_library(Real number) {
  char text[512];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}
template <class Real>
std::string text_by_own(Real number) {
  char text[512];
  return {text, older_library::to_chars(text, text + sizeof text, number).ptr};
}

template <class Real, class Bits>
void check_texts(uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20000; ++i) {
    const auto any = std::bit_cast<Real>(static_cast<Bits>(random()));
    const auto whole = static_cast<Real>(static_cast<int64_t>(random()) >> (random() % 60));
    for (const Real number : {any, whole, whole / 8, 1 / whole}) {
      if (std::isnan(number)) continue;
      CHECK(text_by_own(number) == text_by_library(number));
    }
  }
}

TEST_CASE("real numbers have the fewest digits that the library finds") {
  check_texts<double, uint64_t>(1);
  check_texts<float, uint32_t>(2);
  CHECK(text_by_own(0.0) == "0");
  CHECK(text_by_own(-0.0f) == "-0");
  CHECK(text_by_own(HUGE_VAL) == "inf");
}

TEST_CASE("real numbers with a count of digits are written as the library does") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (std::isnan(number)) continue;
    const int digits = 1 + i % 17;
    char own[64], library[64];
    const auto general = std::chars_format::general;
    const std::string written(
        own, older_library::to_chars(own, own + sizeof own, number, general, digits).ptr);
    CHECK(
        written ==
        std::string(library,
                    std::to_chars(library, library + sizeof library, number, general, digits).ptr));
  }
}

TEST_CASE("texts are read as the library reads them, to the same place") {
  std::vector<std::string> texts = {"1.5",    "-1.5e3x", "+1",  " 1",     "",      "-",
                                    ".5",     "5.",      "1e",  "1e+",    "0x1p3", "inf",
                                    "-inf",   "nan",     "abc", "1.2.3",  "1e400", "-1e400",
                                    "1e-400", "0e5",     "0.0", "4e-320", ".",     "-.e1"};
  std::mt19937_64 random(4);
  for (int i = 0; i < 5000; ++i) texts.push_back(text_by_library(std::bit_cast<double>(random())));
  for (const std::string& text : texts) {
    CAPTURE(text);
    double own = 7, library = 7;
    const char* const last = text.data() + text.size();
    const auto by_own = older_library::from_chars(text.data(), last, own);
    const auto by_library = std::from_chars(text.data(), last, library);
    CHECK(by_own.ec == by_library.ec);
    CHECK(by_own.ptr - text.data() == by_library.ptr - text.data());
    CHECK((std::isnan(own) == std::isnan(library) && (std::isnan(own) || own == library)));
  }
}

TEST_CASE("algorithms of ranges take projections and orders as the library's do") {
  struct Item {
    int key, place;
    bool operator==(const Item&) const = default;
  };
  std::mt19937_64 random(5);
  for (int length = 0; length < 20; ++length) {
    std::vector<Item> items;
    for (int i = 0; i < length; ++i) items.push_back({static_cast<int>(random() % 5), i});
    std::vector<Item> own = items, library = items;
    older_library::ranges::stable_sort(own, {}, &Item::key);
    std::ranges::stable_sort(library, {}, &Item::key);
    CHECK(own == library);
    older_library::ranges::stable_sort(own, std::greater<>(), &Item::key);
    std::ranges::stable_sort(library, std::greater<>(), &Item::key);
    CHECK(own == library);
    for (int key = 0; key < 6; ++key) {
      const auto is_key = [&](int k) { return k == key; };
      CHECK(older_library::ranges::any_of(items, is_key, &Item::key) ==
            std::ranges::any_of(items, is_key, &Item::key));
      CHECK(older_library::ranges::count(items, key, &Item::key) ==
            std::ranges::count(items, key, &Item::key));
      CHECK(older_library::ranges::find(items, key, &Item::key) ==
            std::ranges::find(items, key, &Item::key));
      std::ranges::sort(items, {}, &Item::key);
      CHECK(older_library::ranges::lower_bound(items, key, {}, &Item::key) ==
            std::ranges::lower_bound(items, key, {}, &Item::key));
    }
  }
}

TEST_CASE("bits are seen as another type, also in constants") {
  static_assert(older_library::bit_cast<uint32_t>(1.0f) == 0x3f800000);
  for (const double number : {0.0, -0.0, 1.5, -1e300})
    CHECK(older_library::bit_cast<uint64_t>(number) == std::bit_cast<uint64_t>(number));
}

}  // namespace
}  // namespace weft
