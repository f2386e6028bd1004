# The flags of every translation unit.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "wasm32")
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)  # a module has addresses of its own
else()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(WEFT_CCACHE ccache)
mark_as_advanced(WEFT_CCACHE)
if(WEFT_CCACHE)
  foreach(language CXX C)
    if(NOT CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER "${WEFT_CCACHE}")
    endif()
  endforeach()
endif()

# libc++ lacks algorithms of ranges before its release 15, and reals as text before 20.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS "${CMAKE_CXX20_STANDARD_COMPILE_OPTION}")
check_cxx_source_compiles("
#include <algorithm>
#include <bit>
#include <charconv>
int main() {
  char text[] = \"1.5\";
  double number = std::bit_cast<double>(0ll);
  std::from_chars(text, text + 3, number);
  std::to_chars(text, text + 3, number);
  return std::ranges::any_of(text, [](char c) { return c == '2'; });
}" WEFT_HAS_WHOLE_LIBRARY)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT WEFT_HAS_WHOLE_LIBRARY)
  add_compile_options(
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include \"${CMAKE_CURRENT_SOURCE_DIR}/core/base/older_library.h\">")
endif()

# Results are bit-equal between instruction sets, fused loops and printed C because a fused
# multiply-add happens only where it is written.
add_compile_options(-ffp-contract=off -Wall -Wextra)
if(WEFT_WERROR)
  add_compile_options(-Werror)
endif()

# What nothing that is exported reaches (the C printer, until models are compiled) stays out.
add_compile_options(-ffunction-sections -fdata-sections)
if(NOT APPLE)
  add_link_options(-Wl,--gc-sections)
endif()

if(WEFT_SANITIZE)
  # What a sanitizer adds to the code makes GCC see uninitialised reads that are none.
  add_compile_options(-fsanitize=${WEFT_SANITIZE} -fno-omit-frame-pointer -g1
                      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=${WEFT_SANITIZE})
  if(WEFT_SANITIZE MATCHES "undefined")
    # vptr needs type information of every class, which parts of the build do without.
    add_compile_options(-fno-sanitize=vptr -fno-sanitize-recover=all)
  endif()
endif()

find_package(Threads REQUIRED)
