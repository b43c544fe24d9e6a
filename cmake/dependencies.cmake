# The libraries that veneer uses. Each is a Debian 12 package (names: debian-packages.txt).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibArchive REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
# Only the headers of toml++: Debian's own target would link a library, which a sanitizer does not
# see into.
find_path(VENEER_TOML_INCLUDE toml++/toml.h REQUIRED)
pkg_check_modules(elf REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
