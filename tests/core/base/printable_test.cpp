#include "base/printable.h"

#include <string>

#include "base/status.h"
#include "doctest.h"

namespace weft {
namespace {

TEST_CASE("what prints stays as it is") {
  for (const char* const text : {"", "dense0.weight", "a\\b \"c\"", "Gewicht ä", "重み", "🙂"}) {
    CHECK(printable(text) == text);
    CHECK(printable_lines(text) == text);
  }
}

TEST_CASE("controls, directions and bytes of no text become escapes in one line") {
  CHECK(printable("a\x1b[2Jb") == "a\\x1b[2Jb");
  CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\x0dd");
  CHECK(printable(std::string_view("a\0b\x7f", 4)) == "a\\x00b\\x7f");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");                      // a control of eight bits
  CHECK(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");             // right to left from here
  CHECK(printable("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");             // another line
  CHECK(printable("\xc0\xaf\xff") == "\\xc0\\xaf\\xff");             // no UTF-8
  CHECK(printable("\xed\xa0\x80 \xf4") == "\\xed\\xa0\\x80 \\xf4");  // half a pair; cut
}

TEST_CASE("a text of several lines keeps them") {
  CHECK(printable_lines("a\n\tb\x1b") == "a\n\tb\\x1b");
  CHECK(printable_lines("ä\n") == "ä\n");
}

TEST_CASE("a failure tells no control character") {
  const Status status(StatusCode::kIo, "no entry `\x1b]0;x\x07`\nthere");
  CHECK(status.message() == "no entry `\\x1b]0;x\\x07`\nthere");
}

TEST_CASE("a string of JSON has escapes where JSON wants them") {
  CHECK(json_text("a\"b\\c\n\x01ä") == "\"a\\\"b\\\\c\\u000a\\u0001ä\"");
  CHECK(json_text("\xff.") == "\"\xff.\"");  // which no reader takes
}

}  // namespace
}  // namespace weft
