#!/bin/sh
# Builds build/weft-<version>.aar for Android from 13 (API 33), with Android's NDK:
#
#   ANDROID_NDK_ROOT=/opt/ndk ./aar.sh         for the ABIs of ABIS, by default arm64-v8a and x86_64
#   ./aar.sh --trial                           without it: the layout alone, with this machine's library
#
# What --trial makes holds this machine's libweft (WEFT_PREFIX, else `weft --prefix`) where Android's would
# lie, so that the archive can be taken apart and its classes run here. Android does not load it: its C
# library is another one, and no package that is used here has that.
# It needs a JDK and, with the NDK, CMake. The place of what is built is BUILD, else build/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD:-$here/build}
version=$(cat "$root/VERSION")
inside=$build/aar
sources="$here/src/main/native"
rm -rf "$inside" "$build/aar-classes"
mkdir -p "$inside" "$build/aar-classes"

# link <ABI> <compiler> <flags>...: the native part, with what the flags name. Libraries follow the
# sources: a linker drops those that nothing before them asks for.
link() {
  abi=$1
  compiler=$2
  shift 2
  mkdir -p "$inside/jni/$abi"
  "$compiler" -std=c++17 -O2 -Wall -Wextra -fPIC -shared -fvisibility=hidden "$sources"/*.cc "$@" \
    -o "$inside/jni/$abi/libweft_jni.so"
}

# The library inside of the native part, by the NDK's own compiler.
for_android() {
  abi=$1
  folder=$build/android-$abi
  tools=$(echo "$ANDROID_NDK_ROOT"/toolchains/llvm/prebuilt/*/bin)
  cmake -S "$root" -B "$folder" -DANDROID_ABI="$abi" -DANDROID_PLATFORM=33 \
    -DCMAKE_TOOLCHAIN_FILE="$ANDROID_NDK_ROOT/build/cmake/android.toolchain.cmake" \
    -DANDROID_STL=c++_static -DBUILD_SHARED_LIBS=OFF -DWEFT_BUILD_TESTS=OFF -DWEFT_ENCODER=OFF
  cmake --build "$folder" --target weft -j "${JOBS:-2}"
  case $abi in
    arm64-v8a) triple=aarch64 ;;
    *) triple=$abi ;;
  esac
  link "$abi" "$tools/$triple-linux-android33-clang++" -I"$root/bindings_c/include" \
    -static-libstdc++ -Wl,--gc-sections -Wl,--exclude-libs,ALL -Wl,-z,max-page-size=16384 \
    -Wl,--whole-archive "$folder/lib/libweft.a" -Wl,--no-whole-archive
}

if [ "${1:-}" = --trial ]; then
  prefix=${WEFT_PREFIX:-$(weft --prefix)}
  home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
  abi=$(uname -m | sed s/aarch64/arm64-v8a/)
  mkdir -p "$inside/jni/$abi"
  cp -L "$prefix/lib/libweft.so.0" "$inside/jni/$abi/"
  link "$abi" "${CXX:-c++}" -I"$home/include" -I"$home/include/linux" -I"$prefix/include" \
    -L"$prefix/lib" -lweft '-Wl,-rpath,$ORIGIN'
elif [ -d "${ANDROID_NDK_ROOT:-}" ]; then
  for abi in ${ABIS:-arm64-v8a x86_64}; do
    for_android "$abi"
  done
else
  echo "aar.sh: ANDROID_NDK_ROOT must be the folder of Android's NDK; got '${ANDROID_NDK_ROOT:-}'." >&2
  echo "  ./aar.sh --trial makes the layout with this machine's library" >&2
  exit 2
fi

find "$here/src/main/java" -name '*.java' > "$build/aar-sources"
javac --release 11 -Xlint:all -Xlint:-options -Werror -d "$build/aar-classes" @"$build/aar-sources"
jar --create --file "$inside/classes.jar" --no-manifest -C "$build/aar-classes" .
: > "$inside/R.txt"
cat > "$inside/AndroidManifest.xml" <<XML
<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.weft">
    <uses-sdk android:minSdkVersion="33" />
</manifest>
XML
# The native part finds classes, methods and fields by their names.
cat > "$inside/proguard.txt" <<RULES
-keep class org.weft.** { *; }
RULES
jar --create --file "$build/weft-$version.aar" --no-manifest -C "$inside" .
echo "$build/weft-$version.aar"
