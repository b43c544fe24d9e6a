# Compiles for the processor of VENEER_TRIPLET (x86_64-linux-gnu, aarch64-linux-gnu), and finds
# libraries in VENEER_ROOT alone, where third_party/build has put them.
set(CMAKE_SYSTEM_NAME Linux)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR ${VENEER_TRIPLET})
set(CMAKE_C_COMPILER ${VENEER_TRIPLET}-gcc)
set(CMAKE_CXX_COMPILER ${VENEER_TRIPLET}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE ${VENEER_TRIPLET})
# CMake's own trials of the compiler read this file, too.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VENEER_TRIPLET VENEER_ROOT)

set(CMAKE_FIND_ROOT_PATH ${VENEER_ROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${VENEER_ROOT})
set(ENV{PKG_CONFIG_LIBDIR}
  ${VENEER_ROOT}/usr/lib/${VENEER_TRIPLET}/pkgconfig:${VENEER_ROOT}/usr/share/pkgconfig)
# Where Debian puts the headers that differ by processor.
include_directories(SYSTEM ${VENEER_ROOT}/usr/include ${VENEER_ROOT}/usr/include/${VENEER_TRIPLET})
