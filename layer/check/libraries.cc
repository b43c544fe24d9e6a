// Follows DT_NEEDED, and reports a missing library by its most certain cause.
#include "layer/check/libraries.h"

#include <fmt/core.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

using LoadedNames = std::set<std::string, std::less<>>;

// The names under which a program's libraries, and theirs, are loaded when it starts.
LoadedNames loaded_names(const LibraryLookup& lookup, const Subject& subject,
                         const std::vector<OpenedFile>& programs) {
  LoadedNames names;
  std::vector<OpenedFile> rest = programs;
  while (!rest.empty()) {
    const OpenedFile file = std::move(rest.back());
    rest.pop_back();
    for (const std::string& needed : file.elf->needed) {
      if (!names.insert(needed).second) continue;
      const Found found = lookup.find(file, needed);
      if (found.node == nullptr) continue;
      const ElfFacts* elf = subject.probes.find_elf(*found.node);
      if (elf == nullptr) continue;
      if (!elf->soname.empty()) names.insert(elf->soname);
      rest.push_back({found.path.substr(found.path.find_first_not_of('/')), found.node, elf});
    }
  }
  return names;
}

// "a/b/../c" -> "a/c", as text.
std::string without_dots(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

class NeedCheck {
 public:
  NeedCheck(const Subject& subject, const LibraryLookup& lookup, const OpenedFile& file,
            Findings& findings)
      : subject_(subject), lookup_(lookup), file_(file), findings_(findings) {}

  void check(const std::string& needed, const LoadedNames& loaded);

 private:
  void check_real_path(const std::string& needed);
  bool report_astray(const std::string& needed);
  void report_missing(const std::string& needed, const Found& found);
  std::optional<OpenedFile> by_own_path() const;
  const Node* nearest_link() const;
  Finding finding(std::string_view check, const std::string& needed) const;

  const Subject& subject_;
  const LibraryLookup& lookup_;
  const OpenedFile& file_;
  Findings& findings_;
};

Finding NeedCheck::finding(std::string_view check, const std::string& needed) const {
  Finding finding;
  finding.check = check;
  finding.path = file_.path;
  finding.cause = fmt::format("{} {}", needed, package_of(file_.file->path));
  finding.origin = file_.file->origin.position();
  return finding;
}

void NeedCheck::check(const std::string& needed, const LoadedNames& loaded) {
  const Found found = lookup_.find(file_, needed);
  if (found.node != nullptr) return check_real_path(needed);
  if (loaded.count(needed) == 0 && !report_astray(needed)) report_missing(needed, found);
}

// The file under its own path; no value where that is the path it is opened by.
std::optional<OpenedFile> NeedCheck::by_own_path() const {
  if (file_.path == file_.file->path) return std::nullopt;
  return OpenedFile{std::string(file_.file->path), file_.file, file_.elf};
}

void NeedCheck::check_real_path(const std::string& needed) {
  const std::optional<OpenedFile> own = by_own_path();
  if (!own || lookup_.find(*own, needed).node != nullptr) return;
  Finding result = finding("library-by-real-path", needed);
  result.severity = Severity::kNote;
  result.cause = package_of(file_.file->path);
  result.reason = fmt::format("finds '{}' here, but not when it is opened by its real path '/{}'",
                              needed, own->path);
  result.named = {'/' + own->path};
  findings_.add(std::move(result));
}

// The link that is nearest to the file among the directories of its path.
const Node* NeedCheck::nearest_link() const {
  for (std::string_view path = parent_path(file_.path); !path.empty(); path = parent_path(path)) {
    const Node* node = subject_.view.tree().resolve(path, FinalLink::kKeep).node;
    if (node != nullptr && node->kind == NodeKind::kSymlink) return node;
  }
  return nullptr;
}

// A run path with ".." that would find the library if the directory were no link.
bool NeedCheck::report_astray(const std::string& needed) {
  const Node* link = nearest_link();
  if (link == nullptr) return false;
  for (const std::string& directory : lookup_.run_path(file_)) {
    const std::string meant = without_dots(fmt::format("{}/{}", directory, needed));
    if (directory.find("..") == std::string::npos || subject_.view.find(meant) == nullptr) continue;
    const std::string& run_path = file_.elf->runpath ? *file_.elf->runpath : *file_.elf->rpath;
    Finding result = finding("library-behind-link", needed);
    result.cause = link->path;
    result.reason = fmt::format(
        "does not find '{}' through its run path '{}': '/{}' is a link to the directory '/{}', and "
        "from there '..' does not lead to '{}'",
        needed, run_path, link->path, subject_.view.tree().resolve(link->path).path,
        parent_path(meant));
    result.named = {'/' + std::string(link->path),
                    '/' + std::string(subject_.view.tree().resolve(link->path).path),
                    std::string(parent_path(meant))};
    if (!link->origin.file().empty()) {
      result.notes.push_back({link->origin.position(), "the directory is linked here"});
    }
    result.help = fmt::format("link the files of '/{}' one by one instead", link->path);
    findings_.add(std::move(result));
    return true;
  }
  return false;
}

void NeedCheck::report_missing(const std::string& needed, const Found& found) {
  const std::optional<OpenedFile> own = by_own_path();
  Finding result = finding("library-missing", needed);
  if (lookup_.is_in_input(file_, needed)) {
    result.reason = fmt::format("finds '{}' in the input, but not in the image", needed);
  } else if (own && lookup_.find(*own, needed).node != nullptr) {
    result.reason = fmt::format("finds '{}' from its real path '/{}', but not from this path",
                                needed, own->path);
    result.named = {'/' + own->path};
    result.help = fmt::format("link '{}' into '/{}', too", needed, parent_path(file_.path));
  } else if (found.alien != nullptr) {
    result.check = "library-machine";
    result.reason = fmt::format("needs '{}' for {}, but '/{}' is for {}", needed,
                                file_.elf->machine.to_string(), found.alien->path,
                                subject_.probes.find_elf(*found.alien)->machine.to_string());
    result.named = {'/' + std::string(found.alien->path)};
    result.help = "choose the packages of the image's platform";
  } else {
    result.severity = Severity::kNote;
    result.cause = needed;
    result.reason = fmt::format(
        "needs '{}', which is in none of the directories that it searches; it can be opened only "
        "after something else has loaded that library",
        needed);
  }
  findings_.add(std::move(result));
}

}  // namespace

void check_libraries(const Subject& subject, const LibraryLookup& lookup,
                     const std::vector<OpenedFile>& opened, const std::vector<OpenedFile>& programs,
                     Findings& findings) {
  const LoadedNames loaded = loaded_names(lookup, subject, programs);
  std::vector<Findings> found(opened.size());
  tbb::parallel_for(tbb::blocked_range<size_t>(0, opened.size(), 8), [&](const auto& range) {
    for (size_t i = range.begin(); i != range.end(); ++i) {
      for (const std::string& needed : opened[i].elf->needed) {
        NeedCheck(subject, lookup, opened[i], found[i]).check(needed, loaded);
      }
    }
  });
  for (Findings& each : found) findings.add(std::move(each));
}

}  // namespace layer
