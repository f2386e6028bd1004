# Makes <build>/python/weft look like the installed package: links to the entries of python/weft,
# to the built library and to the public headers. Links whose source went away are removed.
#
#   cmake -DSOURCE_DIR=<root> -DBUILD_DIR=<build> -P stage_python.cmake
set(stage "${BUILD_DIR}/python/weft")
file(MAKE_DIRECTORY "${stage}" "${BUILD_DIR}/lib")

function(link_to target link)
  if(IS_SYMLINK "${link}")
    file(READ_SYMLINK "${link}" present)
    if(present STREQUAL target)
      return()
    endif()
    file(REMOVE "${link}")
  endif()
  file(CREATE_LINK "${target}" "${link}" SYMBOLIC)
endfunction()

file(GLOB staged LIST_DIRECTORIES true "${stage}/*")
foreach(entry IN LISTS staged)
  if(IS_SYMLINK "${entry}" AND NOT EXISTS "${entry}")
    file(REMOVE "${entry}")
  endif()
endforeach()

file(GLOB entries LIST_DIRECTORIES true "${SOURCE_DIR}/python/weft/*")
list(FILTER entries EXCLUDE REGEX "/__pycache__$")
foreach(entry IN LISTS entries)
  get_filename_component(name "${entry}" NAME)
  link_to("${entry}" "${stage}/${name}")
endforeach()
link_to("${SOURCE_DIR}/bindings_c/include" "${BUILD_DIR}/include")
link_to("${SOURCE_DIR}/bindings_c/include" "${stage}/include")
link_to("${BUILD_DIR}/lib" "${stage}/lib")
file(MAKE_DIRECTORY "${stage}/share/weft")
link_to("${SOURCE_DIR}/libraries/collectives" "${stage}/share/weft/collectives")
