// One header of a tar, as Go's archive/tar reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace oci {

inline constexpr size_t kTarHeader = 512;  // bytes, and of every other block

// Which fields a header has: POSIX ustar, "ustar Interchange Format"; GNU tar, "Basic Tar Format";
// Go's archive/tar, format.go.
enum class TarForm : uint8_t { kV7, kUstar, kStar, kGnu };

struct TarHeader {
  TarForm form = TarForm::kV7;
  char type = '\0';  // as it is stated
  std::string path;  // behind its prefix
  std::string link;
  int64_t size = 0;
  int64_t mode = 0;
  int64_t uid = 0;
  int64_t gid = 0;
  int64_t mtime = 0;
  int64_t device_major = 0;
  int64_t device_minor = 0;
};

// Throws Error, which names the layer and the entry, for what Go refuses: a wrong checksum, a field
// that is no number.
TarHeader read_tar_header(std::span<const char, kTarHeader> block, const std::string& layer);

// A field's number: octal digits between blanks and NULs, or base 256 if the first bit is set. Blank
// is 0. No value for anything else: Go's archive/tar, strconv.go.
std::optional<int64_t> tar_number(std::string_view field);

}  // namespace oci
