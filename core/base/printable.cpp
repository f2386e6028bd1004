// Decodes UTF-8 by hand, so that no locale decides what prints, and escapes what does not.

#include "base/printable.h"

#include <algorithm>
#include <cstdint>

namespace weft {
namespace {

constexpr char kHex[] = "0123456789abcdef";

// The code point of a character of several bytes, and how many bytes it has; 0 where the bytes are
// not UTF-8.
uint32_t code_at(std::string_view text, size_t at, size_t& bytes) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t more = lead >= 0xf0 && lead < 0xf5   ? 3
                      : lead >= 0xe0 && lead < 0xf0 ? 2
                      : lead >= 0xc2 && lead < 0xe0 ? 1
                                                    : 0;
  if (more == 0 || text.size() - at <= more) return 0;
  uint32_t code = lead & (0x3fu >> more);
  for (size_t i = 1; i <= more; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xc0) != 0x80) return 0;
    code = code << 6 | (next & 0x3f);
  }
  // Refused: longer forms than needed, numbers above Unicode's last, and surrogates (D800 to DFFF).
  constexpr uint32_t kMin[] = {0, 0x80, 0x800, 0x10000};
  if (code < kMin[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
  bytes = more + 1;
  return code;
}

// Control characters beyond ASCII, marks and overrides of the writing direction, separators of
// lines and paragraphs, invisible operators, the byte order mark, and tags.
bool is_invisible(uint32_t code) {
  constexpr uint32_t kRanges[][2] = {{0x80, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},
                                     {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
                                     {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
  return std::ranges::any_of(kRanges, [&](const auto& r) { return r[0] <= code && code <= r[1]; });
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7f; }

// `keeps_lines`: line ends and tabs stay as they are.
std::string with_escapes(std::string_view text, bool keeps_lines) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    const bool is_space = text[at] == '\n' || text[at] == '\t';
    if (character.prints || (keeps_lines && is_space)) {
      out += text.substr(at, character.bytes);
    } else if (is_space) {
      out += text[at] == '\n' ? "\\n" : "\\t";
    } else {
      out += escaped(text.substr(at, character.bytes));
    }
    at += character.bytes;
  }
  return out;
}

}  // namespace

Character character_at(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {1, is_plain(text[at]), true};
  size_t bytes = 1;
  const uint32_t code = code_at(text, at, bytes);
  return {bytes, code > 0 && !is_invisible(code), code > 0};
}

std::string escaped(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::string printable(std::string_view text) { return with_escapes(text, false); }

std::string printable_lines(std::string text) {
  const auto is_usual = [](char c) { return is_plain(c) || c == '\n' || c == '\t'; };
  // Nearly all texts are plain ASCII, and those are returned without a copy.
  return std::ranges::all_of(text, is_usual) ? std::move(text) : with_escapes(text, true);
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    const std::string_view bytes = text.substr(at, character.bytes);
    at += character.bytes;
    if (bytes == "\"" || bytes == "\\") out += '\\';
    if (!character.is_utf8 || bytes.size() > 1 || is_plain(bytes[0])) {
      out += bytes;
    } else {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(bytes[0]) >> 4];
      out += kHex[bytes[0] & 15];
    }
  }
  return out + '"';
}

}  // namespace weft
