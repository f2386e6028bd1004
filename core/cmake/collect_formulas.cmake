# Collects the lines `WEFT_FORMULA(name, Struct, class, cost)` of the formula headers listed in
# INPUTS:
#
#   weft_formulas.inc          WEFT_FORMULA_ENTRY(name, Struct, class, cost, "kernels/formulas/x.h")
#                              in the order of headers and lines; arguments are passed on as written
#   weft_formula_headers.inc   #include "kernels/formulas/x.h", for each header
#
#   cmake -DINPUTS=<file of paths> -DROOT=<core> -DOUTPUT_DIR=<folder> -DKEEP=<file or nothing>
#         -P collect_formulas.cmake
cmake_minimum_required(VERSION 3.20)
include("${CMAKE_CURRENT_LIST_DIR}/write_if_changed.cmake")

file(STRINGS "${INPUTS}" headers)
if(KEEP)
  file(STRINGS "${KEEP}" kept REGEX "^formula ")
endif()
set(entries "// Generated: every elementwise formula of this build.\n")
set(includes "// Generated: every header of formulas.\n")
foreach(header IN LISTS headers)
  file(RELATIVE_PATH relative "${ROOT}" "${header}")
  string(APPEND includes "#include \"${relative}\"\n")
  file(STRINGS "${header}" lines REGEX "^WEFT_FORMULA\\(")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^WEFT_FORMULA\\((([A-Za-z_][A-Za-z0-9_]*), [^,)]+, [^,)]+, [^,)]+)\\)")
      message(FATAL_ERROR "${header}: WEFT_FORMULA takes (name, Struct, class, cost); got ${line}")
    endif()
    set(arguments "${CMAKE_MATCH_1}")
    set(name "${CMAKE_MATCH_2}")
    if(DEFINED header_of_${name})
      message(FATAL_ERROR "${header}: formula ${name} is already defined in ${header_of_${name}}")
    endif()
    set(header_of_${name} "${header}")
    # A formula that no kept operator has keeps its number and its text: kernels see class `dropped`.
    if(KEEP AND NOT "formula ${name}" IN_LIST kept)
      string(REGEX REPLACE ",[^,]*(,[^,]*)$" ", dropped\\1" arguments "${arguments}")
    endif()
    string(APPEND entries "WEFT_FORMULA_ENTRY(${arguments}, \"${relative}\")\n")
  endforeach()
endforeach()
write_if_changed("${OUTPUT_DIR}/weft_formulas.inc" "${entries}")
write_if_changed("${OUTPUT_DIR}/weft_formula_headers.inc" "${includes}")
