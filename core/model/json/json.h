// JSON from sources that cannot be trusted: the core's only reader and writer of it.
//
// Strict (RFC 8259; UTF-8 is checked, nothing may follow the value, no key may stand twice),
// bounded in depth, without exceptions. An integer that fits is kept as int64, every other number
// as a double. A value takes 16 bytes besides its long texts, and arrays have exactly the memory
// that they need: what is read takes a small multiple of the text's size, whatever the text is.
#pragma once

#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace weft::model {

inline constexpr int kMaxJsonDepth = 64;  // bounds the recursion of the parser

// A value. It owns its text, items or members. Objects keep the order of their members.
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
  // Its text is JSON that is not parsed yet.
  bool is_unread() const { return kind() == Kind::kUnread; }

  // A value of another kind gives zero, an empty text or no items, so that readers check once.
  bool flag() const { return is_bool() && flag_; }
  int64_t integer() const { return is_integer() ? integer_ : 0; }
  double number() const;
  std::string_view text() const;  // valid as long as this value is not moved
  std::span<const Json> items() const;
  std::span<const Member> members() const;       // in the order of the text
  const Json* find(std::string_view key) const;  // null: there is no such member

  // Append to an array, or to an object.
  void push(Json item);
  void set(std::string_view key, Json value);
  void reserve(size_t count);  // before the first: at most so many are added until `seal`
  void seal();

 private:
  static constexpr uint32_t kShort = 8;  // characters that fit into the value itself

  explicit Json(Kind kind) : kind_(kind), integer_(0) {}
  Json(Kind kind, std::string_view text);
  bool is_text() const { return kind_ == Kind::kText || kind_ == Kind::kUnread; }
  void copy(const Json& other);
  void take(Json& other) {  // for a value that holds nothing
    std::memcpy(static_cast<void*>(this), static_cast<const void*>(&other), sizeof *this);
    other.kind_ = Kind::kNull;
  }
  void free();
  template <class T>
  T* room_for_one(T*& first);

  // Memory behind the items: up to the next power of two, as much as was reserved, or none.
  enum class Room : uint8_t { kToPower, kReserved, kNone };

  Kind kind_ = Kind::kNull;
  Room room_ = Room::kToPower;
  uint32_t size_ = 0;  // characters, items or members
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

// A member of an object.
struct Json::Member {
  Json name;  // a text
  Json value;
  std::string_view key() const { return name.text(); }
};

// Parses a text. Errors name the byte at which it stops being JSON.
Result<Json> parse_json(std::string_view text);
// The same, but leaves objects that are members named `unread` unparsed, not even checked: they are
// large and may not be needed.
Result<Json> parse_json_without(std::string_view text, std::string_view unread);
// Called with each member; it may move key and value away.
using UseMember = std::function<Status(std::string& key, Json& value)>;
// Parses an object member by member, so that a long object never exists as a whole. Ends with the
// first error, of the text or of `use`.
Status parse_members(std::string_view text, const UseMember& use);

// Compact text, members in their order. Numbers read back as they were. Infinities and NaN have no
// JSON form: callers write them as texts.
std::string write_json(const Json& json);

}  // namespace weft::model
