# Writes weft_operators.inc: one line `WEFT_OPERATOR(name)` for each `WEFT_OP(name)` that starts a
# line in the files listed in INPUTS, sorted by name. The registry includes it, so there are no
# static constructors, no order of registration, and nothing for a linker to drop.
#
#   cmake -DINPUTS=<file of paths> -DROOT=<core> -DOUTPUT_DIR=<folder> -P collect_operators.cmake
include("${CMAKE_CURRENT_LIST_DIR}/write_if_changed.cmake")

file(STRINGS "${INPUTS}" sources)
set(names "")
foreach(source IN LISTS sources)
  file(STRINGS "${source}" lines REGEX "^WEFT_OP\\(")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^WEFT_OP\\(([A-Za-z_][A-Za-z0-9_]*)\\)")
      message(FATAL_ERROR "${source}: WEFT_OP takes one identifier; got ${line}")
    endif()
    set(name "${CMAKE_MATCH_1}")
    if(DEFINED source_of_${name})
      message(FATAL_ERROR "${source}: operator ${name} is already defined in ${source_of_${name}}")
    endif()
    set(source_of_${name} "${source}")
    list(APPEND names "${name}")
  endforeach()
endforeach()

list(SORT names)
set(content "// Generated: every operator of this build, sorted by name.\n")
foreach(name IN LISTS names)
  string(APPEND content "WEFT_OPERATOR(${name})\n")
endforeach()
write_if_changed("${OUTPUT_DIR}/weft_operators.inc" "${content}")
