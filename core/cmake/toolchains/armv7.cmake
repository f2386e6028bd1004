# Debian's cross compiler g++-arm-linux-gnueabihf. Tests run under qemu-user where that is installed:
#
#   cmake -B build/armv7 -DWEFT_RUNTIME_ONLY=ON -DCMAKE_TOOLCHAIN_FILE=core/cmake/toolchains/armv7.cmake
set(CMAKE_SYSTEM_PROCESSOR armv7-a)
set(weft_triplet arm-linux-gnueabihf)
set(weft_emulator qemu-arm)
set(CMAKE_C_FLAGS_INIT "-march=armv7-a -mfpu=neon-vfpv4 -mfloat-abi=hard")
# GCC says of every argument of eight bytes that version 7.1 passes it another way: nothing is that old.
set(CMAKE_CXX_FLAGS_INIT "-march=armv7-a -mfpu=neon-vfpv4 -mfloat-abi=hard -Wno-psabi")
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
