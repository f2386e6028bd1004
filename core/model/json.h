// JSON for input that nobody vouches for: the core's only reader and writer of it.
//
// Strict (RFC 8259, UTF-8 checked, nothing after the value, no key twice), bounded in depth, never
// throws. Integers that fit are kept as 64 bits, every other number is a double.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace weft::model {

inline constexpr int kMaxJsonDepth = 64;

class Json {
 public:
  enum class Kind : uint8_t { kNull, kBool, kInteger, kReal, kText, kArray, kObject, kUnread };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  Json(bool value) : kind_(Kind::kBool), integer_(value) {}                 // NOLINT: literals
  Json(int64_t value) : kind_(Kind::kInteger), integer_(value) {}           // NOLINT
  Json(double value) : kind_(Kind::kReal), real_(value) {}                  // NOLINT
  Json(std::string value) : kind_(Kind::kText), text_(std::move(value)) {}  // NOLINT
  Json(std::string_view value) : Json(std::string(value)) {}                // NOLINT
  Json(const char* value) : Json(std::string(value)) {}                     // NOLINT
  static Json array() { return Json(Kind::kArray); }
  static Json object() { return Json(Kind::kObject); }

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_bool() const { return kind_ == Kind::kBool; }
  bool is_integer() const { return kind_ == Kind::kInteger; }
  bool is_number() const { return is_integer() || kind_ == Kind::kReal; }
  bool is_string() const { return kind_ == Kind::kText; }
  bool is_array() const { return kind_ == Kind::kArray; }
  bool is_object() const { return kind_ == Kind::kObject; }
  bool is_unread() const { return kind_ == Kind::kUnread; }  // text() is its own, to be parsed

  // Of another kind: a zero, an empty text, no items.
  bool flag() const { return is_bool() && integer_; }
  int64_t integer() const { return is_integer() ? integer_ : 0; }
  double number() const { return is_integer() ? static_cast<double>(integer_) : real_; }
  const std::string& text() const { return text_; }
  const std::vector<Json>& items() const { return items_; }
  const std::vector<Member>& members() const { return members_; }  // in the order of the text
  const Json* find(std::string_view key) const;                    // null: there is none

  void push(Json item) { items_.push_back(std::move(item)); }
  void set(std::string_view key, Json value) { members_.emplace_back(key, std::move(value)); }

  static Json unread(std::string_view text) {
    Json json(Kind::kUnread);
    json.text_ = text;
    return json;
  }

 private:
  explicit Json(Kind kind) : kind_(kind) {}

  Kind kind_ = Kind::kNull;
  int64_t integer_ = 0;
  double real_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

// Errors name the byte at which the text stops being JSON.
Result<Json> parse_json(std::string_view text);
// The same, but objects that are members of the name `unread` are left as they stand, not even
// checked: large ones that may not be needed. They are parsed by themselves.
Result<Json> parse_json_without(std::string_view text, std::string_view unread);

// Compact, members in their order; numbers read back as they were. Not finite ones have no JSON
// form: the caller writes them as texts.
std::string write_json(const Json& json);

}  // namespace weft::model
