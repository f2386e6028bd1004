# Writes weft_operators.inc: one line `WEFT_OPERATOR(name)` for each `WEFT_OP(name)` that starts a
# line in the files listed in INPUTS, sorted by name. The registry includes it, so there are no
# static constructors, no order of registration, and nothing for a linker to drop.
#
#   cmake -DINPUTS=<file of paths> -DROOT=<core> -DOUTPUT_DIR=<folder> -DKEEP=<file or nothing>
#         -P collect_operators.cmake
cmake_minimum_required(VERSION 3.20)
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

if(KEEP)
  # Those that `weft ops` printed; a name that is none has been misspelt or is of another release.
  file(STRINGS "${KEEP}" kept REGEX "^operator ")
  list(TRANSFORM kept REPLACE "^operator " "")
  foreach(name IN LISTS kept)
    if(NOT name IN_LIST names)
      message(FATAL_ERROR "WEFT_OPS: there is no operator ${name} in a runtime-only build")
    endif()
  endforeach()
  set(names ${kept})
endif()

list(SORT names)
list(REMOVE_DUPLICATES names)
set(content "// Generated: every operator of this build, sorted by name.\n")
foreach(name IN LISTS names)
  string(APPEND content "WEFT_OPERATOR(${name})\n")
endforeach()
write_if_changed("${OUTPUT_DIR}/weft_operators.inc" "${content}")
