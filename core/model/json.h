// JSON for input that nobody vouches for: the core's only reader and writer of it.
//
// Strict (RFC 8259, UTF-8 checked, nothing after the value, no key twice), bounded in depth, never
// throws. Integers that fit are kept as 64 bits, every other number is a double.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/status.h"

namespace weft::model {

inline constexpr int kMaxJsonDepth = 64;

class Json {
 public:
  // In the order of Content's alternatives.
  enum class Kind : uint8_t { kNull, kBool, kInteger, kReal, kText, kArray, kObject, kUnread };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  Json(bool value) : content_(value) {}                       // NOLINT: literals
  Json(int64_t value) : content_(value) {}                    // NOLINT
  Json(double value) : content_(value) {}                     // NOLINT
  Json(std::string value) : content_(std::move(value)) {}     // NOLINT
  Json(std::string_view value) : Json(std::string(value)) {}  // NOLINT
  Json(const char* value) : Json(std::string(value)) {}       // NOLINT
  static Json array() { return Json(Content(std::vector<Json>())); }
  static Json object() { return Json(Content(std::vector<Member>())); }
  static Json unread(std::string_view text) { return Json(Content(Unread{std::string(text)})); }

  Kind kind() const { return static_cast<Kind>(content_.index()); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_integer() const { return kind() == Kind::kInteger; }
  bool is_number() const { return is_integer() || kind() == Kind::kReal; }
  bool is_string() const { return kind() == Kind::kText; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_unread() const { return kind() == Kind::kUnread; }  // text() is its own, to be parsed

  // Of another kind: a zero, an empty text, no items.
  bool flag() const { return is_bool() && *std::get_if<bool>(&content_); }
  int64_t integer() const { return is_integer() ? *std::get_if<int64_t>(&content_) : 0; }
  double number() const;
  std::string_view text() const;
  std::span<const Json> items() const;
  std::span<const Member> members() const;       // in the order of the text
  const Json* find(std::string_view key) const;  // null: there is none

  // Of an array, of an object.
  void push(Json item) { std::get_if<std::vector<Json>>(&content_)->push_back(std::move(item)); }
  void set(std::string_view key, Json value);

 private:
  struct Unread {
    std::string text;
  };
  using Content = std::variant<std::monostate, bool, int64_t, double, std::string,
                               std::vector<Json>, std::vector<Member>, Unread>;
  explicit Json(Content content) : content_(std::move(content)) {}

  Content content_;
};

// Errors name the byte at which the text stops being JSON.
Result<Json> parse_json(std::string_view text);
// The same, but objects that are members of the name `unread` are left as they stand, not even
// checked: large ones that may not be needed. They are parsed by themselves.
Result<Json> parse_json_without(std::string_view text, std::string_view unread);
// May take what it wants.
using UseMember = std::function<Status(std::string& key, Json& value)>;
// An object's members one by one as they are read, so that a long object never stands in memory
// whole. Ends with the first error, of the text or of `use`.
Status parse_members(std::string_view text, const UseMember& use);

// Compact, members in their order; numbers read back as they were. Not finite ones have no JSON
// form: the caller writes them as texts.
std::string write_json(const Json& json);

}  // namespace weft::model
