# libweft_memory.so (libraries/collectives): the driver of collectives that needs nothing but the
# system, beside libweft, with which it is not linked. The other drivers need a library of the
# machine each: `python -m weft.distributed.build` builds them there, of the sources that are
# installed here.
if(NOT TARGET weft OR NOT BUILD_SHARED_LIBS OR NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  return()
endif()

file(GLOB weft_memory_sources CONFIGURE_DEPENDS
  libraries/collectives/*.cpp libraries/collectives/memory/*.cpp)
add_library(weft_memory MODULE ${weft_memory_sources})
target_include_directories(weft_memory PRIVATE bindings_c/include)
# -O3: sums over ranks are loops that the compiler makes vectors of.
target_compile_options(weft_memory PRIVATE -fno-exceptions -fno-rtti $<$<CONFIG:Release>:-O3>)
target_link_options(weft_memory PRIVATE -Wl,--as-needed)
set_target_properties(weft_memory PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/lib")
install(TARGETS weft_memory LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY libraries/collectives/ DESTINATION "${CMAKE_INSTALL_DATADIR}/weft/collectives"
  FILES_MATCHING PATTERN "*.cpp" PATTERN "*.h")
