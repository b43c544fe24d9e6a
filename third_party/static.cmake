# Links veneer from the static libraries of third_party/build, with nothing of the system's but the
# compiler's own libraries. For the toolchain file third_party/toolchain.cmake.
if(NOT EXISTS ${VENEER_ROOT}/.made-by)
  message(FATAL_ERROR "there are no static libraries in '${VENEER_ROOT}'; make them with "
    "third_party/build, and use the preset 'static' or 'static-arm64'")
endif()

# What the static libraries need, which only shared ones say themselves.
target_link_libraries(PkgConfig::elf INTERFACE ZLIB::ZLIB)
foreach(name bz2 lzma lz4)
  find_library(VENEER_${name} ${name} REQUIRED)
  target_link_libraries(LibArchive::LibArchive INTERFACE ${VENEER_${name}})
endforeach()
target_link_libraries(LibArchive::LibArchive INTERFACE PkgConfig::zstd ZLIB::ZLIB)

# "NAME VERSION,..." of libraries.txt, for `veneer version`. A package of headers or of one library
# is called by its library.
set(VENEER_LIBRARIES)
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/libraries.txt lines REGEX "^(source|package) ")
foreach(line IN LISTS lines)
  string(REPLACE " " ";" words ${line})
  list(GET words 1 name)
  list(GET words 2 version)
  list(GET words 3 architecture)
  string(REPLACE "-dev" "" name ${name})
  if(architecture STREQUAL "-" OR architecture STREQUAL "all" OR
     VENEER_ROOT MATCHES "/${architecture}/root$")
    list(APPEND VENEER_LIBRARIES "${name} ${version}")
  endif()
endforeach()
list(JOIN VENEER_LIBRARIES "," VENEER_LIBRARIES)
