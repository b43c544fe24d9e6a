// Collects the records of each package manager, and lets packages claim what their records list.
#include "oci/inspect/find_packages.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/base/limits.h"
#include "layer/model/file_tree.h"
#include "oci/inspect/claims.h"
#include "oci/inspect/package_files.h"
#include "oci/inspect/package_records.h"

namespace oci {
namespace {

constexpr size_t kMaxPackages = 20'000;
// Of their names, versions, licenses and paths, which reports repeat several times.
constexpr uint64_t kMaxPackageText = uint64_t{2} << 20;
constexpr size_t kMostOfLicense = 256;  // reports leave longer ones out

using layer::Node;

// A package, and where it stands in the database that lists it.
struct FoundPackage {
  Package package;
  size_t database = 0;  // of Alpine: index in `databases`
  size_t number = 0;    // in this database
};

// Bytes of what is said of a package.
uint64_t text_size(const Package& package) {
  uint64_t size = package.name.size() + package.version.size() + package.architecture.size() +
                  std::min(package.license.size(), kMostOfLicense) + package.path.size();
  for (const std::string& classifier : package.license_classifiers) {
    size += sizeof(std::string) + classifier.size();
  }
  return size;
}

// The records of one image, and what they name.
class PackageFinder {
 public:
  explicit PackageFinder(ImageFacts& image) : image_(image) {}

  void take(const Node& node, std::string_view text);
  void finish();

 private:
  void add(const Node& node, Package package, size_t number = 0);
  void claim_alpine(Claims& claims) const;
  void claim_debian(uint32_t package, Claims& claims) const;
  void claim_python(uint32_t package, Claims& claims) const;
  void claim_recorded(const RecordRow& row, uint32_t package, Claims& claims) const;
  void claim_modules(std::string_view folder, uint32_t package, Claims& claims) const;

  ImageFacts& image_;
  uint64_t text_ = 0;  // bytes of what packages are called
  std::vector<FoundPackage> found_;
  std::vector<std::string_view> databases_;     // Alpine's
  layer::NameMap<std::string_view> lists_;      // NAME.list and NAME.md5sums, by their names
  layer::NameMap<const Node*> record_files_;    // by the path of the .dist-info
  layer::NameMap<std::string_view> records_;    // likewise
  layer::NameMap<std::string_view> top_level_;  // likewise
};

void PackageFinder::add(const Node& node, Package package, size_t number) {
  if (found_.size() == kMaxPackages) {
    throw layer::Error(
        node.origin.position(),
        fmt::format("'{}' names one of more than {} packages", node.path, kMaxPackages));
  }
  package.path = node.path;
  package.layer = node.layer;
  if ((text_ += text_size(package)) > kMaxPackageText) {
    throw layer::Error(node.origin.position(),
                       fmt::format("'{}' takes the names, versions, licenses and paths of packages "
                                   "beyond {}",
                                   node.path, layer::limit_text(kMaxPackageText)));
  }
  found_.push_back({std::move(package), databases_.size(), number});
}

void PackageFinder::take(const Node& node, std::string_view text) {
  const std::string_view folder = layer::parent_path(node.path);
  size_t number = 0;
  switch (package_file_kind(node.path)) {
    case PackageFileKind::kOther:
      return;
    case PackageFileKind::kMetadata:
      if (std::optional<Package> package = parse_python_metadata(text)) add(node, *package);
      return;
    case PackageFileKind::kRecord:
      record_files_[folder] = &node;
      records_[folder] = text;
      return;
    case PackageFileKind::kTopLevel:
      top_level_[folder] = text;
      return;
    case PackageFileKind::kDpkgStatus:
    case PackageFileKind::kDpkgPart:
      read_dpkg_status(text, [&](Package package) { add(node, std::move(package)); });
      return;
    case PackageFileKind::kDpkgList:
    case PackageFileKind::kDpkgMd5sums:
      lists_[layer::base_name(node.path)] = text;
      return;
    case PackageFileKind::kApkDatabase:
      read_apk_packages(text, [&](Package package) { add(node, std::move(package), number++); });
      databases_.push_back(text);
      return;
    case PackageFileKind::kOsRelease:
      // etc/os-release comes first, and counts.
      if (image_.distribution.id.empty()) image_.distribution = parse_os_release(text);
      return;
  }
}

void PackageFinder::claim_alpine(Claims& claims) const {
  std::vector<std::vector<uint32_t>> packages(databases_.size());  // by number
  for (uint32_t i = 0; i < found_.size(); ++i) {
    if (found_[i].package.kind != PackageKind::kAlpine) continue;
    std::vector<uint32_t>& of_database = packages[found_[i].database];
    of_database.resize(std::max(of_database.size(), found_[i].number + 1));
    of_database[found_[i].number] = i;
  }
  for (size_t i = 0; i < databases_.size(); ++i) {
    read_apk_paths(databases_[i], [&](size_t number, std::string_view path) {
      if (number < packages[i].size()) claims.claim(path, packages[i][number]);
    });
  }
}

void PackageFinder::claim_debian(uint32_t package, Claims& claims) const {
  const Package& debian = image_.packages[package];
  const auto claim = [&](std::string_view path) { claims.claim(path, package); };
  // Of a package for several architectures dpkg keeps one list for each.
  for (const std::string& name : {fmt::format("{}:{}.list", debian.name, debian.architecture),
                                  fmt::format("{}.list", debian.name)}) {
    if (const auto list = lists_.find(name); list != lists_.end()) {
      return read_lines(list->second, claim);
    }
  }
  const auto sums = lists_.find(std::string(layer::base_name(debian.path)) + ".md5sums");
  if (sums != lists_.end()) read_dpkg_md5sums(sums->second, claim);
}

// Without a RECORD, as Linux distributions install Python packages.
void PackageFinder::claim_modules(std::string_view folder, uint32_t package, Claims& claims) const {
  const std::string site(layer::parent_path(folder));
  const std::string prefix = site.empty() ? "" : site + '/';
  const auto claim = [&](std::string_view module) {
    if (module.empty() || module.find('/') != module.npos || module.starts_with('.')) return;
    claims.claim_below(prefix + std::string(module), package);
    claims.claim(prefix + std::string(module) + ".py", package);
  };
  const auto listed = top_level_.find(folder);
  if (listed != top_level_.end()) return read_lines(listed->second, claim);
  std::string name = image_.packages[package].name;
  claim(name);
  std::ranges::replace(name, '-', '_');
  claim(name);
}

// A row whose file is another, or gone, is none of the genuine.
void PackageFinder::claim_recorded(const RecordRow& row, uint32_t package, Claims& claims) const {
  const Node* const node = claims.claim(row.path, package);
  if (!row.content || !claims.has_work_left()) return;
  Package& python = image_.packages[package];
  ++python.recorded_files;
  const Node* const file = node == nullptr ? nullptr : claims.follow(*node);
  const bool is_genuine =
      file != nullptr && file->inode != 0 && image_.files[file->inode - 1].content == *row.content;
  if (is_genuine) ++python.genuine_files;
}

void PackageFinder::claim_python(uint32_t package, Claims& claims) const {
  const std::string_view folder = python_info(image_.packages[package].path);
  const std::string site(layer::parent_path(folder));
  claims.claim_below(folder, package);
  const auto record = records_.find(folder);
  if (record == records_.end()) return claim_modules(folder, package, claims);
  const Node& file = *record_files_.find(folder)->second;
  image_.packages[package].record = image_.files[file.inode - 1].content;
  read_python_record(record->second, [&](const RecordRow& row) {
    if (!claims.has_work_left()) return;
    const std::string path = row.path.starts_with('/') ? row.path : site + '/' + row.path;
    claim_recorded({path, row.content}, package, claims);
  });
}

void PackageFinder::finish() {
  const auto key = [](const FoundPackage& one) {
    const Package& package = one.package;
    return std::tie(package.kind, package.name, package.version, package.architecture,
                    package.path);
  };
  std::sort(found_.begin(), found_.end(),
            [&](const FoundPackage& a, const FoundPackage& b) { return key(a) < key(b); });
  image_.packages.reserve(found_.size());
  for (const FoundPackage& one : found_) image_.packages.push_back(one.package);
  Claims claims(image_);
  claim_alpine(claims);
  // Python's come last, so that files of the system's packages stay theirs.
  for (uint32_t i = 0; i < found_.size(); ++i) {
    if (found_[i].package.kind == PackageKind::kDebian) claim_debian(i, claims);
    if (found_[i].package.kind == PackageKind::kPython) claim_python(i, claims);
  }
  claims.claim_compiled();
  claims.claim_directories();
}

}  // namespace

void find_packages(const std::vector<InstalledText>& texts, ImageFacts& image) {
  PackageFinder finder(image);
  for (const Node& node : image.tree.nodes()) {
    if (node.kind != layer::NodeKind::kFile) continue;
    const auto text = std::ranges::lower_bound(texts, node.inode, {}, &InstalledText::inode);
    if (text != texts.end() && text->inode == node.inode) finder.take(node, text->text);
  }
  finder.finish();
}

}  // namespace oci
