# Files written into the build folder: the version, the lists of operators, formulas, passes and C
# emitters.
# The collectors are CMake scripts, so the C build needs no Python; each rewrites its output only
# when the content changed, so editing an operator's arithmetic recompiles that operator alone.

set(WEFT_GENERATED_DIR "${CMAKE_CURRENT_BINARY_DIR}/generated")

configure_file(core/cmake/weft_version.h.in "${WEFT_GENERATED_DIR}/weft_version.h" @ONLY)

file(GLOB_RECURSE weft_operator_sources CONFIGURE_DEPENDS core/ops/*.cpp)
file(GLOB_RECURSE weft_formula_headers CONFIGURE_DEPENDS core/kernels/formulas/*.h)
file(GLOB weft_pass_sources CONFIGURE_DEPENDS core/graph/passes/*.cpp)
file(GLOB_RECURSE weft_emitter_sources CONFIGURE_DEPENDS core/c99/*.cpp)
# Operators from a folder outside core/ops, as if they lay in it.
set(weft_extra_operator_sources "")
if(WEFT_EXTRA_OPERATORS)
  file(GLOB weft_extra_operator_sources CONFIGURE_DEPENDS "${WEFT_EXTRA_OPERATORS}/*.cpp")
  list(APPEND weft_operator_sources ${weft_extra_operator_sources})
endif()
if(WEFT_RUNTIME_ONLY)
  list(FILTER weft_operator_sources EXCLUDE REGEX "\\.training\\.cpp$")
endif()
list(SORT weft_operator_sources)
list(SORT weft_formula_headers)
list(SORT weft_pass_sources)
list(SORT weft_emitter_sources)

# WEFT_DTYPES: a list as `weft ops` prints it, of everything but other dtypes.
if(WEFT_DTYPES AND NOT WEFT_OPS)
  include(list_everything)
  set(WEFT_OPS "${WEFT_GENERATED_DIR}/everything.txt")
  weft_list_everything("${WEFT_OPS}" "${WEFT_DTYPES}"
    ${weft_operator_sources} ${weft_formula_headers} ${weft_pass_sources})
endif()

# WEFT_OPS: what `weft ops` printed of one or more models, joined into one list. Empty: everything.
set(weft_keep "")
if(WEFT_OPS)
  if(NOT WEFT_RUNTIME_ONLY)
    message(FATAL_ERROR "WEFT_OPS is for the runtime-only build: set WEFT_RUNTIME_ONLY=ON")
  endif()
  set(lines "")
  foreach(file IN LISTS WEFT_OPS)
    get_filename_component(file "${file}" ABSOLUTE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    file(STRINGS "${file}" found REGEX "^(operator|formula|dtype|elementwise|part) ")
    if(NOT found)
      message(FATAL_ERROR "WEFT_OPS: ${file} names no operator; `weft ops model.weft` prints such a file")
    endif()
    list(APPEND lines ${found})
  endforeach()
  list(SORT lines)
  list(REMOVE_DUPLICATES lines)
  list(JOIN lines "\n" lines)
  set(weft_keep "${WEFT_GENERATED_DIR}/keep.txt")
  file(CONFIGURE OUTPUT "${weft_keep}" CONTENT "${lines}\n" @ONLY)
endif()

# weft_collect(SCRIPT <script> INPUTS <files...> OUTPUTS <files...>)
# Runs core/cmake/<script> over INPUTS. The list of inputs is itself a file that the command
# depends on, so that removing a source is noticed as well.
function(weft_collect)
  cmake_parse_arguments(arg "" "SCRIPT" "INPUTS;OUTPUTS" ${ARGN})
  set(script "${CMAKE_CURRENT_SOURCE_DIR}/core/cmake/${arg_SCRIPT}")
  get_filename_component(name "${arg_SCRIPT}" NAME_WE)
  set(listing "${WEFT_GENERATED_DIR}/${name}.inputs")
  string(REPLACE ";" "\n" lines "${arg_INPUTS}")
  file(CONFIGURE OUTPUT "${listing}" CONTENT "${lines}\n" @ONLY)
  add_custom_command(
    OUTPUT ${arg_OUTPUTS}
    COMMAND "${CMAKE_COMMAND}" "-DINPUTS=${listing}" "-DROOT=${CMAKE_CURRENT_SOURCE_DIR}/core"
            "-DOUTPUT_DIR=${WEFT_GENERATED_DIR}" "-DKEEP=${weft_keep}" -P "${script}"
    DEPENDS ${arg_INPUTS} "${listing}" "${script}" ${weft_keep}
            "${CMAKE_CURRENT_SOURCE_DIR}/core/cmake/write_if_changed.cmake"
    COMMENT "Running ${arg_SCRIPT}"
    VERBATIM)
endfunction()

set(weft_generated_operators "${WEFT_GENERATED_DIR}/weft_operators.inc")
weft_collect(SCRIPT collect_operators.cmake
  INPUTS ${weft_operator_sources}
  OUTPUTS ${weft_generated_operators})

set(weft_generated_formulas
  "${WEFT_GENERATED_DIR}/weft_formulas.inc"
  "${WEFT_GENERATED_DIR}/weft_formula_headers.inc")
weft_collect(SCRIPT collect_formulas.cmake
  INPUTS ${weft_formula_headers}
  OUTPUTS ${weft_generated_formulas})

set(weft_generated_passes "${WEFT_GENERATED_DIR}/weft_passes.inc")
weft_collect(SCRIPT collect_passes.cmake
  INPUTS ${weft_pass_sources}
  OUTPUTS ${weft_generated_passes})

set(weft_generated_emitters "${WEFT_GENERATED_DIR}/weft_emitters.inc")
weft_collect(SCRIPT collect_emitters.cmake
  INPUTS ${weft_emitter_sources}
  OUTPUTS ${weft_generated_emitters})

set(weft_generated_keep "${WEFT_GENERATED_DIR}/weft_keep.h" "${WEFT_GENERATED_DIR}/weft_parts.h")
weft_collect(SCRIPT collect_kept.cmake OUTPUTS ${weft_generated_keep})

add_custom_target(weft_generated
  DEPENDS ${weft_generated_operators} ${weft_generated_formulas} ${weft_generated_passes}
          ${weft_generated_emitters} ${weft_generated_keep})
