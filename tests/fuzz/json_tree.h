// JSON as a tree that can be changed and written again: texts and numbers stay as they stood.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct Json {
  enum class Kind { kNull, kBool, kNumber, kText, kArray, kObject };
  using Member = std::pair<std::string, Json>;

  Kind kind = Kind::kNull;
  std::string text;  // of a number as it stands, of a text its bytes, "true" or "false"
  std::vector<Json> items;
  std::vector<Member> members;

  static Json of(int64_t number) { return {Kind::kNumber, std::to_string(number), {}, {}}; }
  static Json number(std::string literal) { return {Kind::kNumber, std::move(literal), {}, {}}; }
  static Json word(std::string text) { return {Kind::kText, std::move(text), {}, {}}; }
  static Json flag(bool value) { return {Kind::kBool, value ? "true" : "false", {}, {}}; }
  static Json array(std::vector<Json> items = {}) {
    return {Kind::kArray, "", std::move(items), {}};
  }
  static Json object(std::vector<Member> members = {}) {
    return {Kind::kObject, "", {}, std::move(members)};
  }

  bool is(Kind other) const { return kind == other; }
  bool is_integer() const {
    return kind == Kind::kNumber && text.find_first_of(".eE") == std::string::npos;
  }
  int64_t integer() const { return is_integer() ? std::strtoll(text.c_str(), nullptr, 10) : 0; }
  Json* find(std::string_view key) {
    for (Member& member : members)
      if (member.first == key) return &member.second;
    return nullptr;
  }
  const Json* find(std::string_view key) const { return const_cast<Json*>(this)->find(key); }
  Json& set(std::string_view key, Json value) {
    if (Json* const found = find(key)) return *found = std::move(value);
    members.emplace_back(key, std::move(value));
    return members.back().second;
  }
  void erase(std::string_view key) {
    for (size_t i = 0; i < members.size(); ++i)
      if (members[i].first == key)
        members.erase(members.begin() + static_cast<std::ptrdiff_t>(i--));
  }
};

// For texts that the library wrote.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Json read() {
    skip();
    const char c = peek();
    if (c == '{') return object();
    if (c == '[') return array();
    if (c == '"') return Json::word(string());
    const size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view(",]} \n\t").find(text_[at_]) == std::string_view::npos)
      ++at_;
    const std::string word(text_.substr(begin, at_ - begin));
    if (word == "null") return {};
    if (word == "true" || word == "false") return Json::flag(word == "true");
    return Json::number(word);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') ++at_;
  }
  bool next_is(char c) {
    skip();
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  Json array() {
    Json json = Json::array();
    ++at_;
    while (at_ < text_.size() && !next_is(']')) {
      json.items.push_back(read());
      next_is(',');
    }
    return json;
  }

  Json object() {
    Json json = Json::object();
    ++at_;
    while (at_ < text_.size() && !next_is('}')) {
      skip();
      std::string key = string();
      next_is(':');
      json.members.emplace_back(std::move(key), read());
      next_is(',');
    }
    return json;
  }

  std::string string() {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        out += text_[at_];
        continue;
      }
      const char c = text_[++at_];
      if (c == 'u') {
        const auto code = std::strtoul(std::string(text_.substr(at_ + 1, 4)).c_str(), nullptr, 16);
        if (code < 0x80) {
          out += static_cast<char>(code);
        } else {
          if (code >= 0x800) out += static_cast<char>(0xe0 | code >> 12);
          out += static_cast<char>(code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6);
          out += static_cast<char>(0x80 | (code & 0x3f));
        }
        at_ += 4;
      } else {
        out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c;
      }
    }
    ++at_;
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// Compact, as the library writes it: fingerprints are of this text.
inline void write_json(const Json& json, std::string& out) {
  const auto write_text = [&out](const std::string& text) {
    static constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') out += '\\';
      if (byte >= 0x20 && byte != 0x7f) {
        out += c;
      } else {
        out += "\\u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
      }
    }
    out += '"';
  };
  bool first = true;
  switch (json.kind) {
    case Json::Kind::kNull: out += "null"; break;
    case Json::Kind::kBool:
    case Json::Kind::kNumber: out += json.text; break;
    case Json::Kind::kText: write_text(json.text); break;
    case Json::Kind::kArray:
      out += '[';
      for (const Json& item : json.items) {
        if (!std::exchange(first, false)) out += ',';
        write_json(item, out);
      }
      out += ']';
      break;
    case Json::Kind::kObject:
      out += '{';
      for (const auto& [key, value] : json.members) {
        if (!std::exchange(first, false)) out += ',';
        write_text(key);
        out += ':';
        write_json(value, out);
      }
      out += '}';
      break;
  }
}

inline std::string text_of(const Json& json) {
  std::string out;
  write_json(json, out);
  return out;
}
