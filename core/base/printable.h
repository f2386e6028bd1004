// Text from outside, made safe to show. Names, lines and metadata of files appear on terminals and
// in messages, so control characters are escaped: none can move the cursor, hide what stands before
// it, or write a line that looks like one of Weft's. Writers of C, JSON and HTML have functions of
// their own for quoting.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft {

// A character of a text. Controls, marks of the writing direction, separators of lines, and bytes
// that are not UTF-8 do not print.
struct Character {
  size_t bytes = 1;  // its length in the text
  bool prints = false;
  bool is_utf8 = true;
};
// The character that begins at byte `at`.
Character character_at(std::string_view text, size_t at);

// \x and two digits for each byte.
std::string escaped(std::string_view bytes);

// The text in one line: what does not print becomes \n, \t, or \x and two digits for each byte.
std::string printable(std::string_view text);
// The same, but line ends and tabs stay.
std::string printable_lines(std::string text);

// The text as a JSON string, with its quotes. Bytes that are not UTF-8 stay: readers refuse them,
// and so does the writer of a file.
std::string json_text(std::string_view text);

}  // namespace weft
