// Text that others wrote, as people may see it: names, lines and metadata of a file stand on
// terminals and in messages without a control character, so none of them moves the cursor, hides
// what stands before it, or makes a line that looks like one of ours. What is written as C, JSON or
// HTML has a function of its own there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft {

// The character that begins at `at`. Controls, what changes the direction of writing, separators of
// lines and bytes that are not UTF-8 do not print.
struct Character {
  size_t bytes = 1;
  bool prints = false;
  bool is_utf8 = true;
};
Character character_at(std::string_view text, size_t at);

// \x and two digits for each byte.
std::string escaped(std::string_view bytes);

// In one line: what does not print becomes \n, \t, or \x and two digits for each byte.
std::string printable(std::string_view text);
// The same of a text that may have several lines.
std::string printable_lines(std::string text);

// As a string of JSON, with its quotes. Bytes that are not UTF-8 stay: readers refuse them, and so
// does who writes a file.
std::string json_text(std::string_view text);

}  // namespace weft
