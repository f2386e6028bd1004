# libweft_linalg.so (libraries/linalg): a library of operators beside libweft. It is linked with
# neither libweft nor LAPACK: the one loads it, the other is found when that happens.
if(NOT TARGET weft OR NOT BUILD_SHARED_LIBS)
  return()
endif()

file(GLOB weft_linalg_sources CONFIGURE_DEPENDS libraries/linalg/*.cpp)
add_library(weft_linalg MODULE ${weft_linalg_sources})
target_include_directories(weft_linalg PRIVATE bindings_c/include)
target_compile_options(weft_linalg PRIVATE -fno-exceptions -fno-rtti)
target_link_libraries(weft_linalg PRIVATE ${CMAKE_DL_LIBS})
if(NOT APPLE)
  target_link_options(weft_linalg PRIVATE -Wl,--as-needed)
endif()
set_target_properties(weft_linalg PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/lib")
install(TARGETS weft_linalg LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
