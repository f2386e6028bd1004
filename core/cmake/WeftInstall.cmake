# What `cmake --install` and the wheel carry: the library, weft.h, a CMake package with the target
# weft::weft, and a pkg-config file that finds its prefix from its own place.
if(NOT TARGET weft)
  return()
endif()
include(CMakePackageConfigHelpers)

set(weft_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/weft")

install(TARGETS weft EXPORT weftTargets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/bindings_c/include/weft")
  install(DIRECTORY bindings_c/include/weft DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
endif()

install(EXPORT weftTargets NAMESPACE weft:: DESTINATION "${weft_cmake_dir}")
# The same beside the built library, so that a developer's build is found as an installation is.
export(EXPORT weftTargets NAMESPACE weft::
  FILE "${CMAKE_CURRENT_BINARY_DIR}/lib/cmake/weft/weftTargets.cmake")
configure_package_config_file(core/cmake/weftConfig.cmake.in
  "${CMAKE_CURRENT_BINARY_DIR}/lib/cmake/weft/weftConfig.cmake"
  INSTALL_DESTINATION "${weft_cmake_dir}")
# While the major version is 0, a minor version may change the interface: docs/versioning.md.
write_basic_package_version_file(
  "${CMAKE_CURRENT_BINARY_DIR}/lib/cmake/weft/weftConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/lib/cmake/weft/weftConfig.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/lib/cmake/weft/weftConfigVersion.cmake"
  DESTINATION "${weft_cmake_dir}")

# ${pcfiledir}/<up> is the prefix, wherever the tree was moved to.
file(RELATIVE_PATH weft_pc_up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
string(REGEX REPLACE "/$" "" weft_pc_up "${weft_pc_up}")
set(weft_pc_libs "-L\${libdir} -lweft")
set(weft_pc_private_libs "-lstdc++ -lm -pthread")
if(DEFINED SKBUILD)
  # The library inside a Python package is on no search path of the loader.
  set(weft_pc_libs "-L\${libdir} -Wl,-rpath,\${libdir} -lweft")
endif()
if(NOT BUILD_SHARED_LIBS)
  set(weft_pc_libs "-L\${libdir} -lweft -lstdc++ -lm -pthread")
endif()
configure_file(core/cmake/weft.pc.in "${CMAKE_CURRENT_BINARY_DIR}/lib/pkgconfig/weft.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/lib/pkgconfig/weft.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
