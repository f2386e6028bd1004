// Types, numbers and names as C99 has them.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/dtype.h"
#include "base/shape.h"

namespace weft::c99 {

// float, int8_t; bool is uint8_t. Empty for what C has no type for (float16).
std::string_view type_name(DType dtype);
// An element as a constant expression.
std::string literal(DType dtype, const void* element);
// Elements of a dense array, in lines of at most 100 columns.
void append_elements(std::string& text, DType dtype, const void* elements, int64_t count);
// (2, 3)
std::string shape_text(const Shape& shape);
std::string upper(std::string_view text);
// A C identifier: other characters become '_', and what is longer than compilers care for is cut.
std::string identifier(std::string_view text);
// What a comment may say of a name or line that others wrote: one line of ASCII that ends no
// comment, begins none, and has no backslash or trigraph, at which compilers join lines before they
// look for the end of a comment.
std::string comment_text(std::string_view text);

// Names of a program's files and functions: words of C, and headers that the text includes.
bool is_reserved(std::string_view name);

// Functions and macros of a program of this name.
std::set<std::string> names_of_program(const std::string& program);

// Identifiers of one scope, made of names that others chose: different from one another, from words
// of C and C++, from what headers and compilers define, and from what the text has of its own.
class Names {
 public:
  enum class Use : uint8_t {
    kParameter,
    kPart,    // a parameter, and a part of names of functions and macros
    kMember,  // of a struct
  };
  explicit Names(std::string_view program) : program_(program) {}
  std::string make(std::string_view text, Use use);
  // Another one that the scope has.
  void take(std::string_view name) { taken_.emplace(name); }

 private:
  bool is_free(const std::string& name, Use use) const;

  const std::string program_;
  std::set<std::string> taken_, taken_upper_;
};

}  // namespace weft::c99
