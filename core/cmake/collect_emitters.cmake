# Writes weft_emitters.inc: one line `WEFT_EMITTER_ENTRY(operator)` for each line `WEFT_EMITTER(operator,
# …)` of the sources listed in INPUTS, sorted by name.
#
#   cmake -DINPUTS=<file of paths> -DOUTPUT_DIR=<folder> -P collect_emitters.cmake
cmake_minimum_required(VERSION 3.20)
include("${CMAKE_CURRENT_LIST_DIR}/write_if_changed.cmake")

file(STRINGS "${INPUTS}" sources)
set(names "")
foreach(source IN LISTS sources)
  file(STRINGS "${source}" lines REGEX "^WEFT_EMITTER\\(")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^WEFT_EMITTER\\(([a-z_0-9]+),")
      message(FATAL_ERROR "${source}: WEFT_EMITTER takes (operator, kernel, emit); got ${line}")
    endif()
    set(name "${CMAKE_MATCH_1}")
    if(name IN_LIST names)
      message(FATAL_ERROR "${source}: operator ${name} has another emitter, too")
    endif()
    list(APPEND names "${name}")
  endforeach()
endforeach()

list(SORT names)
set(content "// Generated: every operator that has an emitter, sorted by name.\n")
foreach(name IN LISTS names)
  string(APPEND content "WEFT_EMITTER_ENTRY(${name})\n")
endforeach()
write_if_changed("${OUTPUT_DIR}/weft_emitters.inc" "${content}")
