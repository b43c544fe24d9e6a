// Which files of an image say what packages are in it, and what of them is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace oci {

enum class PackageFileKind : uint8_t {
  kOther,
  kMetadata,     // NAME.dist-info/METADATA: Python's core metadata specification; or as setuptools
                 // and distutils write it, NAME.egg-info/PKG-INFO and NAME.egg-info
  kRecord,       // NAME.dist-info/RECORD: Python's "Recording installed projects"
  kTopLevel,     // top_level.txt beside it: the modules, as setuptools lists them
  kDpkgStatus,   // var/lib/dpkg/status: dpkg(1), deb-control(5)
  kDpkgList,     // var/lib/dpkg/info/NAME.list: the package's paths, one per line
  kDpkgPart,     // var/lib/dpkg/status.d/NAME, as distroless images have it: one stanza
  kDpkgMd5sums,  // var/lib/dpkg/status.d/NAME.md5sums: "MD5  PATH"
  kApkDatabase,  // lib/apk/db/installed: Alpine's
  kOsRelease,    // etc/os-release, usr/lib/os-release: os-release(5)
};

// Decides by the path alone.
PackageFileKind package_file_kind(std::string_view path);

// Of a kMetadata, its .dist-info or .egg-info, which lies in site-packages.
std::string_view python_info(std::string_view metadata);

// Collects the part of one file's content that is kept.
class PackageFile {
 public:
  explicit PackageFile(std::string_view path) : kind_(package_file_kind(path)) {}

  // Takes the next bytes. Returns how many of them are kept: none of a file of no package manager,
  // and of METADATA only the head, because a description of any length follows it.
  uint64_t take(std::span<const std::byte> bytes);

  bool is_kept() const { return kind_ != PackageFileKind::kOther; }
  const std::string& text() const { return text_; }

 private:
  PackageFileKind kind_;
  bool is_done_ = false;
  std::string text_;
};

}  // namespace oci
