# Debian's cross compiler g++-arm-linux-gnueabihf. Tests run under qemu-user where that is installed:
#
#   cmake -B build/armv7 -DWEFT_RUNTIME_ONLY=ON -DCMAKE_TOOLCHAIN_FILE=core/cmake/toolchains/armv7.cmake
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7-a)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_C_FLAGS_INIT "-march=armv7-a -mfpu=neon-vfpv4 -mfloat-abi=hard")
set(CMAKE_CXX_FLAGS_INIT "-march=armv7-a -mfpu=neon-vfpv4 -mfloat-abi=hard")

set(CMAKE_FIND_ROOT_PATH /usr/arm-linux-gnueabihf)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

find_program(WEFT_QEMU NAMES qemu-arm qemu-arm-static)
mark_as_advanced(WEFT_QEMU)
if(WEFT_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${WEFT_QEMU};-L;/usr/arm-linux-gnueabihf")
endif()
