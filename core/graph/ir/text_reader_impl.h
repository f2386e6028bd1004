// Tokens of the text form: a hand-written reader with one character of lookahead.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "base/real_text.h"
#include "ops/argument.h"

namespace weft::graph {

// Keeps the first error. After it, every function gives a harmless value and the input is at its
// end, so loops over tokens end.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Status status;

  // Line and column are counted only now, because errors are rare.
  void fail(const std::string& what) {
    if (!status.ok()) return;
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at_ && i < text_.size(); ++i) {
      column = text_[i] == '\n' ? 1 : column + 1;
      line += text_[i] == '\n';
    }
    status = errors::invalid_value("graph text", "line ", line, ", column ", column, ": ", what);
    at_ = text_.size();
  }
  // Skips white space.
  void space() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_])) ++at_;
  }
  // The next character that is no white space; 0 at the end.
  char peek() {
    space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  // Takes the token if it comes next.
  bool accept(std::string_view token) {
    space();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail("expected '" + std::string(token) + "'");
  }
  // Letters, digits and underscores.
  std::string_view word() {
    space();
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'))
      ++at_;
    if (at_ == begin) fail("expected a name");
    return text_.substr(begin, at_ - begin);
  }
  bool at_end() { return peek() == '\0'; }

  int64_t integer() {
    const ops::Argument a = number();
    if (a.tag != ops::Tag::kInt) fail("expected an integer");
    return a.integer;
  }
  // An index or a count.
  int32_t small_integer() {
    const int64_t value = integer();
    if (value < 0 || value > INT32_MAX) fail("expected a number from 0 to 2147483647");
    return static_cast<int32_t>(value);
  }

  // An integer, or a real: with a point, an exponent, inf or nan.
  ops::Argument number() {
    space();
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || std::strchr("+-.", text_[at_])))
      ++at_;
    const std::string token(text_.substr(begin, at_ - begin));
    char* end = nullptr;
    errno = 0;
    if (token.find_first_not_of("-0123456789") == std::string::npos && !token.empty()) {
      const int64_t value = std::strtoll(token.c_str(), &end, 10);
      if (errno == 0 && *end == '\0') return ops::Argument::of_int(value);
    } else if (!token.empty()) {
      if (const auto value = real_of_text(token)) return ops::Argument::of_float(*value);
    }
    fail("expected a number");
    return ops::Argument::of_int(0);
  }

  // A string in quotes, with the escapes that printing writes.
  std::string quoted() {
    expect("\"");
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        c = text_[at_++];
        if (c == 'x' && at_ + 2 <= text_.size()) {
          c = static_cast<char>(hex(text_[at_]) << 4 | hex(text_[at_ + 1]));
          at_ += 2;
        }
      }
      out += c;
    }
    if (at_ >= text_.size())
      fail("a string has no closing quote");
    else
      ++at_;
    return out;
  }

  // Hexadecimal bytes, up to the first other character.
  std::vector<char> bytes() {
    expect("0x");
    std::vector<char> out;
    while (at_ + 1 < text_.size() && hex(text_[at_]) >= 0 && hex(text_[at_ + 1]) >= 0) {
      out.push_back(static_cast<char>(hex(text_[at_]) << 4 | hex(text_[at_ + 1])));
      at_ += 2;
    }
    return out;
  }

 private:
  // The value of a hexadecimal digit; -1: it is none.
  static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace weft::graph
