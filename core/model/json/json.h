// JSON for input that nobody vouches for: the core's only reader and writer of it.
//
// Strict (RFC 8259, UTF-8 checked, nothing after the value, no key twice), bounded in depth, never
// throws. Integers that fit are kept as 64 bits, every other number is a double. A value has 16
// bytes beside its long texts, and arrays are as long as they have to be: what is read takes a
// small multiple of its text, whatever the text is.
#pragma once

#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace weft::model {

inline constexpr int kMaxJsonDepth = 64;

class Json {
 public:
  enum class Kind : uint8_t { kNull, kBool, kInteger, kReal, kText, kArray, kObject, kUnread };
  struct Member;

  Json() : integer_(0) {}
  Json(bool value) : kind_(Kind::kBool), flag_(value) {}             // NOLINT: literals
  Json(int64_t value) : kind_(Kind::kInteger), integer_(value) {}    // NOLINT
  Json(double value) : kind_(Kind::kReal), real_(value) {}           // NOLINT
  Json(std::string_view value) : Json(Kind::kText, value) {}         // NOLINT
  Json(const std::string& value) : Json(std::string_view(value)) {}  // NOLINT
  Json(const char* value) : Json(std::string_view(value)) {}         // NOLINT
  static Json array() { return Json(Kind::kArray); }
  static Json object() { return Json(Kind::kObject); }
  static Json unread(std::string_view text) { return Json(Kind::kUnread, text); }

  Json(const Json& other) : Json(other.kind_) { copy(other); }
  Json(Json&& other) noexcept { take(other); }
  Json& operator=(Json other) noexcept {
    free();
    take(other);
    return *this;
  }
  ~Json() { free(); }

  Kind kind() const { return kind_; }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_integer() const { return kind() == Kind::kInteger; }
  bool is_number() const { return is_integer() || kind() == Kind::kReal; }
  bool is_string() const { return kind() == Kind::kText; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_unread() const { return kind() == Kind::kUnread; }  // text() is its own, to be parsed

  // Of another kind: a zero, an empty text, no items.
  bool flag() const { return is_bool() && flag_; }
  int64_t integer() const { return is_integer() ? integer_ : 0; }
  double number() const;
  std::string_view text() const;  // as long as this value is at its place
  std::span<const Json> items() const;
  std::span<const Member> members() const;       // in the order of the text
  const Json* find(std::string_view key) const;  // null: there is none

  // Of an array, of an object.
  void push(Json item);
  void set(std::string_view key, Json value);
  void reserve(size_t count);  // of an empty one: so many are added at most before `seal`
  void seal();

 private:
  static constexpr uint32_t kShort = 8;  // characters that need no block

  explicit Json(Kind kind) : kind_(kind), integer_(0) {}
  Json(Kind kind, std::string_view text);
  bool is_text() const { return kind_ == Kind::kText || kind_ == Kind::kUnread; }
  void copy(const Json& other);
  void take(Json& other) {  // of a value that holds nothing
    std::memcpy(static_cast<void*>(this), static_cast<const void*>(&other), sizeof *this);
    other.kind_ = Kind::kNull;
  }
  void free();
  template <class T>
  T* room_for_one(T*& first);

  // Behind the items: as much as to the next power of two, what was reserved, or none.
  enum class Room : uint8_t { kToPower, kReserved, kNone };

  Kind kind_ = Kind::kNull;
  Room room_ = Room::kToPower;
  uint32_t size_ = 0;  // of a text, an array, an object
  union {
    bool flag_;
    int64_t integer_;
    double real_;
    char short_[kShort];
    char* text_;
    Json* items_;
    Member* members_;
  };
};

struct Json::Member {
  Json name;  // a text
  Json value;
  std::string_view key() const { return name.text(); }
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
