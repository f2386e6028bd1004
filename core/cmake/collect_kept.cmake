# Writes weft_keep.h and weft_parts.h, which say what a build has beside operators: WEFT_KEPT(type, x)
# is x where the elements' dtype is kept and nullptr where it is not, WEFT_KEEPS_<part> is 1 or 0.
# KEEP is a file that `weft ops` printed, or empty: everything is kept.
#
#   cmake -DKEEP=<file or nothing> -DOUTPUT_DIR=<folder> -P collect_kept.cmake
cmake_minimum_required(VERSION 3.20)
include("${CMAKE_CURRENT_LIST_DIR}/write_if_changed.cmake")

set(types bool:Boolean uint8:uint8_t uint16:uint16_t uint32:uint32_t uint64:uint64_t int8:int8_t
  int16:int16_t int32:int32_t int64:int64_t float16:Float16 bfloat16:BFloat16 float32:float
  float64:double)
# Winograd's tiles; pooling of images in blocks.
set(kernel_parts winograd average_pool max_pool)
# Loops and branches; states and random numbers; shapes that a run decides on; batches in parts;
# loops over row tiles; tile programs; steps side by side; searches for places; graphs as they
# were traced, whose passes are collected by themselves (collect_passes.cmake); other devices than
# the CPU, which nothing that loads and runs files asks for; regions that a pass makes of operators
# on rows and what makes these.
set(core_parts control states sizes batches rows tiles branches search passes devices
  fuse_prologues)

set(lines "")
if(KEEP)
  file(STRINGS "${KEEP}" lines)
endif()
set(content "// Generated: what this build has.\n#pragma once\n\n")
foreach(pair IN LISTS types)
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
endforeach()
string(APPEND content "#define WEFT_KEPT_OR(type, absent, ...) WEFT_KEPT_OR_##type(absent, __VA_ARGS__)\n"
  "#define WEFT_KEPT(type, ...) WEFT_KEPT_OR(type, nullptr, __VA_ARGS__)\n\n")
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

append_parts(content ${kernel_parts})
write_if_changed("${OUTPUT_DIR}/weft_keep.h" "${content}")

# A header of its own: kernels, which take longest to compile, do not depend on it.
set(content "// Generated: what this build has of the core.\n#pragma once\n\n")
append_parts(content ${core_parts})
write_if_changed("${OUTPUT_DIR}/weft_parts.h" "${content}")
