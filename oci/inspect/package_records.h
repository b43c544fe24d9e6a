// Parses what package managers record: which packages are installed, and their paths.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "oci/inspect/image_facts.h"

namespace oci {

using TextTaker = std::function<void(std::string_view)>;
using PackageTaker = std::function<void(Package)>;

// Python's core metadata: the package's name, version and license, from the head of METADATA. No
// value if there is no name.
std::optional<Package> parse_python_metadata(std::string_view text);

// A row of RECORD. The path is relative to the folder of the package.
struct RecordRow {
  std::string path;
  std::optional<layer::Digest> content{};  // if the row has a SHA-256
};
void read_python_record(std::string_view text, const std::function<void(const RecordRow&)>& take);

// ID and VERSION_ID of an os-release.
Distribution parse_os_release(std::string_view text);

// The packages of a dpkg status file that are installed, or the one of a part of status.d.
void read_dpkg_status(std::string_view text, const PackageTaker& take);

// The lines of a text without their ends (LF or CR LF): the paths of a NAME.list.
void read_lines(std::string_view text, const TextTaker& take);
// The paths of a NAME.md5sums.
void read_dpkg_md5sums(std::string_view text, const TextTaker& take_path);

// The packages of Alpine's database; their paths, each with the number of its package, from 0, in
// the same order.
void read_apk_packages(std::string_view text, const PackageTaker& take);
void read_apk_paths(std::string_view text,
                    const std::function<void(size_t package, std::string_view path)>& take);

}  // namespace oci
