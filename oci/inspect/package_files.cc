// Knows where the package managers keep their records.
#include "oci/inspect/package_files.h"

#include <algorithm>

#include "layer/model/file_tree.h"

namespace oci {
namespace {

constexpr uint64_t kMaxHead = uint64_t{64} << 10;
constexpr std::string_view kDpkg = "var/lib/dpkg/";

// Elsewhere an .egg-info belongs to sources.
bool is_installed_egg(std::string_view path) {
  const std::string_view site = layer::base_name(layer::parent_path(path));
  return path.ends_with(".egg-info") && (site == "site-packages" || site == "dist-packages");
}

PackageFileKind python_kind(std::string_view path) {
  if (is_installed_egg(path)) return PackageFileKind::kMetadata;
  const std::string_view folder = layer::parent_path(path);
  const bool is_egg = is_installed_egg(folder);
  if (!is_egg && !folder.ends_with(".dist-info")) return PackageFileKind::kOther;
  const std::string_view name = layer::base_name(path);
  if (name == (is_egg ? "PKG-INFO" : "METADATA")) return PackageFileKind::kMetadata;
  if (name == "RECORD") return PackageFileKind::kRecord;
  return name == "top_level.txt" ? PackageFileKind::kTopLevel : PackageFileKind::kOther;
}

// `path` is below var/lib/dpkg/.
PackageFileKind dpkg_kind(std::string_view path) {
  path.remove_prefix(kDpkg.size());
  if (path == "status") return PackageFileKind::kDpkgStatus;
  const std::string_view folder = layer::parent_path(path);
  if (folder == "info") {
    return path.ends_with(".list") ? PackageFileKind::kDpkgList : PackageFileKind::kOther;
  }
  if (folder != "status.d") return PackageFileKind::kOther;
  return path.ends_with(".md5sums") ? PackageFileKind::kDpkgMd5sums : PackageFileKind::kDpkgPart;
}

// The end of a METADATA's head, with the empty line behind it; npos: not reached.
size_t end_of_head(std::string_view text) {
  const size_t end = text.find("\n\n");
  return std::min(end == text.npos ? end : end + 1, text.find("\n\r\n"));
}

}  // namespace

PackageFileKind package_file_kind(std::string_view path) {
  if (path.starts_with(kDpkg)) return dpkg_kind(path);
  if (path == "lib/apk/db/installed" || path == "usr/lib/apk/db/installed") {
    return PackageFileKind::kApkDatabase;
  }
  if (path == "etc/os-release" || path == "usr/lib/os-release") {
    return PackageFileKind::kOsRelease;
  }
  return python_kind(path);
}

std::string_view python_info(std::string_view metadata) {
  return metadata.ends_with(".egg-info") ? metadata : layer::parent_path(metadata);
}

uint64_t PackageFile::take(std::span<const std::byte> bytes) {
  if (kind_ == PackageFileKind::kOther || is_done_) return 0;
  const size_t before = text_.size();
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (kind_ == PackageFileKind::kMetadata) {
    const size_t end = std::min<size_t>(end_of_head(text_), kMaxHead);
    is_done_ = end < text_.size();
    if (is_done_) text_.resize(end);
  }
  return text_.size() > before ? text_.size() - before : 0;
}

}  // namespace oci
