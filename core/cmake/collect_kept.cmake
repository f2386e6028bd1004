# Writes weft_keep.h and weft_parts.h, which say what a build has beside operators: WEFT_KEPT(type, x)
# is x where the elements' dtype is kept and nullptr where it is not, WEFT_KEEPS_<part> is 1 or 0.
# WEFT_KEPT_STEP(type, x) and WEFT_KEEPS_STEPS_<dtype> say the same of elementwise kernels and
# conversions, which a build can have of a dtype without other kernels.
# KEEP is a file that `weft ops` printed, or empty: everything is kept.
#
#   cmake -DKEEP=<file or nothing> -DOUTPUT_DIR=<folder> -P collect_kept.cmake
cmake_minimum_required(VERSION 3.20)
include("${CMAKE_CURRENT_LIST_DIR}/write_if_changed.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/parts.cmake")

set(lines "")
if(KEEP)
  file(STRINGS "${KEEP}" lines)
endif()
set(content "// Generated: what this build has.\n#pragma once\n\n")
foreach(pair IN LISTS weft_types)
  string(REGEX REPLACE "(.*):(.*)" "\\1;\\2" names "${pair}")
  list(GET names 0 dtype)
  list(GET names 1 type)
  if(NOT KEEP OR "dtype ${dtype}" IN_LIST lines)
    string(APPEND content "#define WEFT_KEPT_OR_${type}(absent, ...) __VA_ARGS__\n")
    string(APPEND content "#define WEFT_KEEPS_${dtype} 1\n")
  else()
    string(APPEND content "#define WEFT_KEPT_OR_${type}(absent, ...) absent\n")
    string(APPEND content "#define WEFT_KEEPS_${dtype} 0\n")
  endif()
  if(NOT KEEP OR "dtype ${dtype}" IN_LIST lines OR "elementwise ${dtype}" IN_LIST lines)
    string(APPEND content "#define WEFT_KEPT_STEP_${type}(...) __VA_ARGS__\n")
    string(APPEND content "#define WEFT_KEEPS_STEPS_${dtype} 1\n")
  else()
    string(APPEND content "#define WEFT_KEPT_STEP_${type}(...) nullptr\n")
    string(APPEND content "#define WEFT_KEEPS_STEPS_${dtype} 0\n")
  endif()
endforeach()
string(APPEND content "#define WEFT_KEPT_OR(type, absent, ...) WEFT_KEPT_OR_##type(absent, __VA_ARGS__)\n"
  "#define WEFT_KEPT(type, ...) WEFT_KEPT_OR(type, nullptr, __VA_ARGS__)\n"
  "#define WEFT_KEPT_STEP(type, ...) WEFT_KEPT_STEP_##type(__VA_ARGS__)\n\n")
# append_parts(<variable with text> <parts...>)
function(append_parts text)
  set(content "${${text}}")
  foreach(part IN LISTS ARGN)
    if(NOT KEEP OR "part ${part}" IN_LIST lines)
      string(APPEND content "#define WEFT_KEEPS_${part} 1\n"
        "#define WEFT_KEPT_PART_${part}(...) __VA_ARGS__\n")
    else()
      string(APPEND content "#define WEFT_KEEPS_${part} 0\n"
        "#define WEFT_KEPT_PART_${part}(...) nullptr\n")
    endif()
  endforeach()
  string(APPEND content "#define WEFT_KEPT_PART(part, ...) WEFT_KEPT_PART_##part(__VA_ARGS__)\n")
  set(${text} "${content}" PARENT_SCOPE)
endfunction()

append_parts(content ${weft_kernel_parts})
write_if_changed("${OUTPUT_DIR}/weft_keep.h" "${content}")

# A header of its own: kernels, which take longest to compile, do not depend on it.
set(content "// Generated: what this build has of the core.\n#pragma once\n\n")
append_parts(content ${weft_core_parts})
write_if_changed("${OUTPUT_DIR}/weft_parts.h" "${content}")
