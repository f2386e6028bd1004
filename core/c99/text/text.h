// Types, numbers and names as C99 has them. Names come from users, so most of this makes
// identifiers that collide with nothing.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/dtype.h"
#include "base/shape.h"

namespace weft::c99 {

// The C type of an element: float, int8_t; a bool is uint8_t; complex numbers are structs. Empty if
// C has none (float16).
std::string_view type_name(DType dtype);
// The definitions of the structs of complex numbers that a text names.
std::string complex_types(std::string_view text);
// An element as a constant expression that C reads back as the same value.
std::string literal(DType dtype, const void* element);
// Adds the elements of a dense array, in lines of at most 100 columns.
void append_elements(std::string& text, DType dtype, const void* elements, int64_t count);
// A shape as Python prints it: (2, 3).
std::string shape_text(const Shape& shape);
// In capitals (ASCII).
std::string upper(std::string_view text);
// A C identifier: other characters become '_', and it is cut at 100 characters.
std::string identifier(std::string_view text);
// A name or line that others wrote, made safe for a comment: one line of ASCII that neither ends
// nor begins a comment, and has no backslash and no trigraph, with which compilers join lines
// before they look for the end of a comment.
std::string comment_text(std::string_view text);

// Is a name taken by C or by a header of the text, so that no file or function may have it?
bool is_reserved(std::string_view name);

// All functions and macros that a program of this name may define.
std::set<std::string> names_of_program(const std::string& program);

// Makes the identifiers of one scope from names that others chose. They differ from one another,
// from words of C and C++, from what headers and compilers define, and from the names of the text
// itself.
class Names {
 public:
  enum class Use : uint8_t {
    kParameter,
    kPart,    // also a part of names of functions and macros
    kMember,  // a member of a struct
  };
  explicit Names(std::string_view program) : program_(program) {}
  std::string make(std::string_view text, Use use);
  // Marks a name as taken.
  void take(std::string_view name) { taken_.emplace(name); }

 private:
  bool is_free(const std::string& name, Use use) const;

  const std::string program_;
  std::set<std::string> taken_, taken_upper_;
};

}  // namespace weft::c99
