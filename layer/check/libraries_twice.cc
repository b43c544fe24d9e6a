// Groups equal files by the name under which a process would open them.
#include <fmt/core.h>

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "layer/check/libraries.h"
#include "layer/model/file_tree.h"
#include "layer/model/runfiles_path.h"

namespace layer {
namespace {

// What one program takes for the same library: its place after site-packages/, or else its SONAME
// and the name of its directory, within one runfiles tree.
std::string name_of(const OpenedFile& file) {
  const std::string_view path = file.file->path;
  const std::string_view root = split_runfiles_path(path).root;
  const std::string_view suffix = site_packages_suffix(path);
  if (!suffix.empty()) return fmt::format("{}//{}", root, suffix);
  if (file.elf->soname.empty()) return {};
  return fmt::format("{}//{}/{}", root, base_name(parent_path(path)), file.elf->soname);
}

}  // namespace

void check_libraries_twice(const std::vector<OpenedFile>& opened, Findings& findings) {
  using Key = std::tuple<std::string, uint64_t, uint64_t>;
  std::map<Key, const OpenedFile*> first;
  for (const OpenedFile& file : opened) {
    if (file.elf->is_program || !file.elf->damage.empty() || !file.elf->is_shared_object) continue;
    std::string name = name_of(file);
    if (name.empty()) continue;
    const auto [found, is_new] =
        first.emplace(Key{std::move(name), file.file->size, file.elf->print}, &file);
    const OpenedFile& other = *found->second;
    if (is_new || other.file->inode == file.file->inode) continue;
    Finding finding;
    finding.severity = Severity::kWarning;
    finding.check = "library-twice";
    finding.path = file.path;
    finding.cause = fmt::format("{} {}", package_of(other.file->path), package_of(file.file->path));
    finding.origin = file.file->origin.position();
    finding.reason = fmt::format(
        "is a second copy of the library '/{}'; a process that opens both loads the library twice",
        other.path);
    finding.named = {'/' + other.path};
    finding.help = "make one of them a link to the other";
    findings.add(std::move(finding));
  }
}

}  // namespace layer
