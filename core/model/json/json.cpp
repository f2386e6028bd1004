// A recursive parser over one text, and the values' memory. The parser first counts the values of
// every array and object, so that each is allocated once with its exact size.
#include "model/json/json.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <memory>
#include <new>
#include <vector>

#include "base/errors.h"
#include "base/printable.h"
#include "base/real_text.h"

namespace weft::model {

static_assert(sizeof(Json) == 16);

// Short texts lie in the value itself, long ones in a block.
Json::Json(Kind kind, std::string_view text)
    : kind_(kind), size_(static_cast<uint32_t>(text.size())) {
  char* to = short_;
  if (size_ > kShort) to = text_ = static_cast<char*>(::operator new(size_));
  if (size_ > 0) std::memcpy(to, text.data(), size_);
}

void Json::copy(const Json& other) {
  if (is_text()) {
    Json text(kind_, other.text());
    take(text);
  } else if (is_array()) {
    for (const Json& item : other.items()) push(item);
  } else if (is_object()) {
    for (const Member& member : other.members()) set(member.key(), member.value);
  } else {
    std::memcpy(short_, other.short_, sizeof short_);
  }
}

void Json::free() {
  if (is_text() && size_ > kShort) ::operator delete(text_);
  if (kind_ == Kind::kArray) {
    std::destroy_n(items_, size_);
    ::operator delete(items_);
  }
  if (kind_ == Kind::kObject) {
    std::destroy_n(members_, size_);
    ::operator delete(members_);
  }
}

// Without reserve, items double their memory as they grow.
void Json::reserve(size_t count) {
  WEFT_ASSERT(size_ == 0 && room_ == Room::kToPower);
  if (count == 0) return;
  if (is_array()) items_ = static_cast<Json*>(::operator new(count * sizeof(Json)));
  if (is_object()) members_ = static_cast<Member*>(::operator new(count * sizeof(Member)));
  room_ = Room::kReserved;
}

void Json::seal() {
  if (room_ == Room::kReserved) room_ = Room::kNone;
}

// The place of one more item; moves the items to a larger block if there is no room.
template <class T>
T* Json::room_for_one(T*& first) {
  const bool is_power = (size_ & (size_ - 1)) == 0;  // a power of two, or zero
  if (room_ == Room::kReserved || (room_ == Room::kToPower && !is_power)) return first + size_++;
  T* const more = static_cast<T*>(::operator new(std::bit_ceil(size_t{size_} + 1) * sizeof(T)));
  std::uninitialized_move_n(first, size_, more);
  std::destroy_n(first, size_);
  ::operator delete(first);
  room_ = Room::kToPower;
  first = more;
  return first + size_++;
}

void Json::push(Json item) { ::new (room_for_one(items_)) Json(std::move(item)); }

void Json::set(std::string_view key, Json value) {
  Member member{Json(key), std::move(value)};
  ::new (room_for_one(members_)) Member(std::move(member));
}

double Json::number() const {
  return is_integer() ? static_cast<double>(integer_) : kind_ == Kind::kReal ? real_ : 0;
}

std::string_view Json::text() const {
  return is_text() ? std::string_view(size_ > kShort ? text_ : short_, size_) : std::string_view();
}

std::span<const Json> Json::items() const {
  return is_array() ? std::span<const Json>(items_, size_) : std::span<const Json>();
}

std::span<const Json::Member> Json::members() const {
  return is_object() ? std::span<const Member>(members_, size_) : std::span<const Member>();
}

// A search in order: objects here have few members, or are read member by member.
const Json* Json::find(std::string_view key) const {
  for (const Member& member : members())
    if (member.key() == key) return &member.value;
  return nullptr;
}

namespace {

// Counts the values of each array and object, in the order in which these open, as far as the text
// is JSON. The parser then gives each the memory that it needs, and no more.
class Counts {
 public:
  explicit Counts(std::string_view text) {
    counts_.reserve(static_cast<size_t>(std::ranges::count_if(text, opens)));
    std::vector<uint32_t> open;
    for (size_t at = 0; at < text.size(); ++at) {
      const char c = text[at];
      if (c == '"') {
        for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\';
      } else if (opens(c)) {
        open.push_back(static_cast<uint32_t>(counts_.size()));
        counts_.push_back(1);
      } else if (c == ']' || c == '}') {
        if (open.empty()) return;
        open.pop_back();
      } else if (c == ',' && !open.empty()) {
        ++counts_[open.back()];
      }
    }
  }

  static bool opens(char c) { return c == '[' || c == '{'; }
  // The count of the next one that opens.
  uint32_t next() { return next_ < counts_.size() ? counts_[next_++] : 0; }
  void skip(size_t count) { next_ += count; }

 private:
  std::vector<uint32_t> counts_;
  size_t next_ = 0;
};

// Finds keys that stand twice. Keys are views of the text where they have no escapes.
class Keys {
 public:
  // `raw` is the key as it is written, between its quotes.
  void add(std::string_view raw, const std::string& key) {
    if (raw == key) {
      keys_.push_back(raw);
    } else {
      keys_.push_back(escaped_.emplace_back(key));
    }
  }
  bool are_distinct() {
    std::ranges::make_heap(keys_);
    std::ranges::sort_heap(keys_);
    return std::ranges::adjacent_find(keys_) == keys_.end();
  }

 private:
  std::vector<std::string_view> keys_;
  std::deque<std::string> escaped_;  // a deque: elements never move
};

// The parser. It keeps the first error and moves to the end of the text, so that every loop ends.
class Parser {
 public:
  Parser(std::string_view text, std::string_view unread)
      : text_(text), unread_(unread), counts_(text) {}

  Result<Json> run() {
    Json value = this->value(0);
    space();
    if (status_.ok() && at_ < text_.size()) fail("text follows the end of the value");
    WEFT_TRY(status_);
    return value;
  }

  Status run_members(const UseMember& use) {
    space();
    if (peek() != '{') fail("the value must be an object");
    counts_.next();
    members(0, use);
    space();
    if (status_.ok() && at_ < text_.size()) fail("text follows the end of the value");
    return status_;
  }

 private:
  // Later errors only follow from the first.
  void fail(std::string_view what) {
    if (!status_.ok()) return;
    status_ = errors::invalid_value("json", "byte ", at_, ": ", what);
    at_ = text_.size();
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool accept(char c) {
    space();
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  bool accept_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  // One value of any kind.
  Json value(int depth) {
    if (depth > kMaxJsonDepth) {
      fail("values are nested too deeply");
      return {};
    }
    space();
    if (at_ >= text_.size()) {
      fail("a value is missing");
      return {};
    }
    const char c = peek();
    if (c == '{') return object(depth);
    if (c == '[') return array(depth);
    if (c == '"') return string();
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    if (accept_word("true")) return true;
    if (accept_word("false")) return false;
    if (!accept_word("null")) fail("a value cannot begin like this");
    return {};
  }

  // The members of an object, from '{' to '}'.
  void members(int depth, const UseMember& use) {
    Keys keys;
    accept('{');
    if (accept('}')) return;
    do {
      space();
      if (peek() != '"') return fail("a key must be a string");
      const size_t begin = at_ + 1;
      std::string key = string();
      if (status_.ok()) keys.add(text_.substr(begin, at_ - 1 - begin), key);
      if (!accept(':')) fail("':' is missing");
      space();
      const bool is_left = !unread_.empty() && key == unread_ && peek() == '{';
      Json member = is_left ? unread() : value(depth + 1);
      if (status_.ok()) status_ = use(key, member);
    } while (status_.ok() && accept(','));
    if (!accept('}')) fail("'}' is missing");
    if (status_.ok() && !keys.are_distinct()) fail("a key occurs twice");
  }

  // The counts come from the same text, so this cannot happen; it keeps a bug from writing past
  // memory.
  static Status miscounted() {
    return errors::internal("json", "an array or object has more values than were counted");
  }

  // Is the next character that is no space this end?
  bool is_empty(char end) const {
    const size_t next = text_.find_first_not_of(" \t\n\r", at_ + 1);
    return next < text_.size() && text_[next] == end;
  }

  Json object(int depth) {
    Json result = Json::object();
    const uint32_t count = counts_.next();
    if (!is_empty('}')) result.reserve(count);
    members(depth, [&](std::string& key, Json& member) {
      if (result.members().size() == count) return miscounted();
      result.set(key, std::move(member));
      return Status();
    });
    result.seal();
    return result;
  }

  // Skips an object, from its bracket to the one that closes it. Brackets in strings do not count.
  Json unread() {
    const size_t begin = at_;
    int64_t open = 0;
    size_t opened = 0;
    bool in_string = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (in_string && c == '\\') {
        ++at_;
      } else if (c == '"') {
        in_string = !in_string;
      } else if (!in_string && (c == '{' || c == '[')) {
        ++open;
        ++opened;
      } else if (!in_string && (c == '}' || c == ']') && --open == 0) {
        ++at_;
        counts_.skip(opened);
        return Json::unread(text_.substr(begin, at_ - begin));
      }
    }
    at_ = text_.size();
    fail("'}' is missing");
    return {};
  }

  Json array(int depth) {
    Json result = Json::array();
    const uint32_t count = counts_.next();
    accept('[');
    if (accept(']')) return result;
    result.reserve(count);
    do {
      Json item = value(depth + 1);
      if (result.items().size() == count && status_.ok()) status_ = miscounted();
      if (status_.ok()) result.push(std::move(item));
    } while (status_.ok() && accept(','));
    if (!accept(']')) fail("']' is missing");
    result.seal();
    return result;
  }

  size_t digits() {
    const size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ - begin;
  }

  // The grammar of RFC 8259: no leading zero, digits on both sides of the dot, at least one in the
  // exponent.
  Json number() {
    const size_t begin = at_;
    if (peek() == '-') ++at_;
    const bool zero = peek() == '0';
    const size_t whole = digits();
    bool integer = true;
    bool sound = whole > 0 && !(zero && whole > 1);
    if (peek() == '.') {
      ++at_;
      integer = false;
      sound &= digits() > 0;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      integer = false;
      if (peek() == '+' || peek() == '-') ++at_;
      sound &= digits() > 0;
    }
    if (!sound) {
      fail("a number is not valid");
      return {};
    }
    const std::string token(text_.substr(begin, at_ - begin));
    if (integer) {
      errno = 0;
      const int64_t value = std::strtoll(token.c_str(), nullptr, 10);
      if (errno == 0) return value;
    }
    return *real_of_text(token);
  }

  int hex_digit() {
    const char c = peek();
    ++at_;
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }
  // Four hexadecimal digits; -1 if they are not.
  int32_t unit() {
    int32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = at_ < text_.size() ? hex_digit() : -1;
      if (digit < 0) return -1;
      value = value << 4 | digit;
    }
    return value;
  }

  void escape(std::string& out) {
    const char c = peek();
    ++at_;
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const size_t simple = kNames.find(c);
    if (simple != std::string_view::npos) {
      out += kMeanings[simple];
      return;
    }
    int32_t code = c == 'u' ? unit() : -1;
    if (code >= 0xd800 && code < 0xdc00) {  // the other half of a surrogate pair must follow
      const int32_t low = accept_word("\\u") ? unit() : -1;
      code =
          low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : -1;
    } else if (code >= 0xdc00 && code < 0xe000) {
      code = -1;
    }
    if (code < 0) return fail("an escape is not valid");
    append_utf8(out, static_cast<uint32_t>(code));
  }

  static void append_utf8(std::string& out, uint32_t code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
      return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static constexpr uint32_t kLeads[] = {0, 0xc0, 0xe0, 0xf0};
    out += static_cast<char>(kLeads[more] | code >> (6 * more));
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (code >> (6 * i) & 0x3f));
  }

  // Copies one character of several bytes; overlong forms and surrogates are refused.
  void multibyte(std::string& out) {
    const Character character = character_at(text_, at_);
    if (!character.is_utf8) return fail("the text is not UTF-8");
    out.append(text_.substr(at_, character.bytes));
    at_ += character.bytes;
  }

  // The bytes up to the quote that ends the string: its characters take at most as many.
  size_t bytes_of_string() const {
    size_t at = at_;
    while (at < text_.size() && text_[at] != '"') at += text_[at] == '\\' ? 2 : 1;
    return std::min(at, text_.size()) - at_;
  }

  std::string string() {
    std::string out;
    ++at_;
    out.reserve(bytes_of_string());
    while (status_.ok()) {
      if (at_ >= text_.size()) {
        fail("a string has no closing quote");
        break;
      }
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        break;
      }
      if (c < 0x20) {
        fail("a string contains a control character");
      } else if (c == '\\') {
        ++at_;
        escape(out);
      } else if (c >= 0x80) {
        multibyte(out);
      } else {
        out += static_cast<char>(c);
        ++at_;
      }
    }
    return out;
  }

  std::string_view text_;
  std::string_view unread_;
  Counts counts_;
  size_t at_ = 0;
  Status status_;
};

// A real without fraction gets ".0", so that it is read back as a real.
void write_real(double value, std::string& out) {
  const std::string text = text_of_real(value);
  out += text;
  if (text.find_first_of(".e") == std::string::npos) out += ".0";
}

void write(const Json& json, std::string& out) {
  bool first = true;
  switch (json.kind()) {
    case Json::Kind::kNull: out += "null"; break;
    case Json::Kind::kBool: out += json.flag() ? "true" : "false"; break;
    case Json::Kind::kInteger: out += std::to_string(json.integer()); break;
    case Json::Kind::kReal: write_real(json.number(), out); break;
    case Json::Kind::kText: out += json_text(json.text()); break;
    case Json::Kind::kArray:
      out += '[';
      for (const Json& item : json.items()) {
        if (!std::exchange(first, false)) out += ',';
        write(item, out);
      }
      out += ']';
      break;
    case Json::Kind::kObject:
      out += '{';
      for (const Json::Member& member : json.members()) {
        if (!std::exchange(first, false)) out += ',';
        out += json_text(member.key());
        out += ':';
        write(member.value, out);
      }
      out += '}';
      break;
    // Text that was never parsed is parsed now, so that the output is compact and valid.
    case Json::Kind::kUnread: {
      const Result<Json> parsed = parse_json(json.text());
      write(parsed.ok() ? parsed.value() : Json(), out);
      break;
    }
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text) { return Parser(text, {}).run(); }

Result<Json> parse_json_without(std::string_view text, std::string_view unread) {
  return Parser(text, unread).run();
}

Status parse_members(std::string_view text, const UseMember& use) {
  return Parser(text, {}).run_members(use);
}

std::string write_json(const Json& json) {
  std::string out;
  write(json, out);
  return out;
}

}  // namespace weft::model
