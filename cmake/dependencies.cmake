# The libraries that veneer uses: the system's (Debian 12: debian-packages.txt), or with
# VENEER_STATIC those of third_party/.
option(VENEER_STATIC "One executable that needs no library of the system" OFF)
if(VENEER_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibArchive REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
# Only the headers of toml++: Debian's own target would link a library, which a sanitizer does not
# see into.
find_path(VENEER_TOML_INCLUDE toml++/toml.h REQUIRED)
find_path(VENEER_PROTOZERO_INCLUDE protozero/pbf_reader.hpp REQUIRED)
pkg_check_modules(elf REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)

if(VENEER_STATIC)
  include(third_party/static.cmake)
endif()
