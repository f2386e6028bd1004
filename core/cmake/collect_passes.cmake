# Collects the lines `WEFT_PASS(order, name, class, stages)` of the sources listed in INPUTS:
#
#   weft_passes.inc   WEFT_PASS_ENTRY(name, class, stages), by rising order; arguments are passed on
#                     as written
#
# With KEEP, a file that `weft ops` printed, the passes that it does not name as parts are entries
# WEFT_PASS_LEFT_OUT(name): declared, and not run.
#
#   cmake -DINPUTS=<file of paths> -DOUTPUT_DIR=<folder> -DKEEP=<file or nothing>
#         -P collect_passes.cmake
cmake_minimum_required(VERSION 3.20)
include("${CMAKE_CURRENT_LIST_DIR}/write_if_changed.cmake")

file(STRINGS "${INPUTS}" sources)
set(kept "")
if(KEEP)
  file(STRINGS "${KEEP}" kept REGEX "^part ")
endif()
set(orders "")
foreach(source IN LISTS sources)
  file(STRINGS "${source}" lines REGEX "^WEFT_PASS\\(")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^WEFT_PASS\\(([0-9]+), ([a-z_]+), (kExact|kTolerance), ([A-Za-z |]+)\\)")
      message(FATAL_ERROR
        "${source}: WEFT_PASS takes (order, name, kExact or kTolerance, stages); got ${line}")
    endif()
    # Numbers are sorted as text, so they get leading zeros.
    set(order "0000${CMAKE_MATCH_1}")
    string(LENGTH "${order}" length)
    math(EXPR begin "${length} - 5")
    string(SUBSTRING "${order}" ${begin} 5 order)
    if(order IN_LIST orders)
      message(FATAL_ERROR "${source}: another pass has order ${CMAKE_MATCH_1}, too: ${line}")
    endif()
    list(APPEND orders "${order}")
    set(name_${order} "${CMAKE_MATCH_2}")
    set(entry_${order} "WEFT_PASS_ENTRY(${CMAKE_MATCH_2}, ${CMAKE_MATCH_3}, ${CMAKE_MATCH_4})\n")
  endforeach()
endforeach()
list(SORT orders)
set(content "// Generated: the passes of this build, in the order in which they run.\n")
foreach(order IN LISTS orders)
  if(NOT KEEP OR "part ${name_${order}}" IN_LIST kept)
    string(APPEND content "${entry_${order}}")
  else()
    string(APPEND content "WEFT_PASS_LEFT_OUT(${name_${order}})\n")
  endif()
endforeach()
write_if_changed("${OUTPUT_DIR}/weft_passes.inc" "${content}")
