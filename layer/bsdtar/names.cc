// Matches patterns with libarchive, so that they mean what they mean to bsdtar.
#include "layer/bsdtar/names.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <new>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/utf8_names.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

constexpr const char* kVcsNames[] = {
    "CVS",    ".cvsignore", "RCS",       "SCCS",   ".svn",        ".git",           ".gitignore",
    ".hg",    ".hgignore",  ".hgtags",   ".bzr",   ".bzrignore",  ".gitattributes", ".gitmodules",
    "_darcs", ".bzrtags",   ".arch-ids", "{arch}", "=RELEASE-ID", "=meta-update",   "=update"};

// The name behind its first `components` '/', without those that follow; nothing if it ends before.
// As bsdtar has it, "./" and a leading '/' count like any other.
std::optional<std::string> strip(std::string_view path, uint32_t components) {
  if (components == 0) return std::string(path);
  for (; components > 0; --components) {
    const size_t slash = path.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    path.remove_prefix(slash + 1);
  }
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  if (path.empty()) return std::nullopt;
  return std::string(path);
}

}  // namespace

void Names::Free::operator()(archive* matching) const {
  archive_match_free(matching);
}
void Names::Free::operator()(archive_entry* entry) const {
  archive_entry_free(entry);
}

Names::Names(const NameRules& rules)
    : matching_(archive_match_new()),
      entry_(archive_entry_new()),
      strip_components_(rules.strip_components),
      substitutions_(rules.substitutions) {
  if (!matching_ || !entry_) throw std::bad_alloc();
  const Utf8Names names;
  const int nul = rules.files_end_in_nul ? 1 : 0;
  archive* const matching = matching_.get();
  check(archive_match_set_inclusion_recursion(matching, rules.recurses ? 1 : 0), "--no-recursion");
  for (const std::string& pattern : rules.excludes) {
    check(archive_match_exclude_pattern(matching, pattern.c_str()), pattern);
  }
  for (const std::string& file : rules.exclude_files) {
    refuse_device(file);
    check(archive_match_exclude_pattern_from_file(matching, file.c_str(), nul), file);
  }
  if (rules.excludes_vcs) {
    for (const char* name : kVcsNames) check(archive_match_exclude_pattern(matching, name), name);
  }
  for (const std::string& pattern : rules.includes) {
    check(archive_match_include_pattern(matching, pattern.c_str()), pattern);
  }
  for (const std::string& file : rules.include_files) {
    refuse_device(file);
    check(archive_match_include_pattern_from_file(matching, file.c_str(), nul), file);
  }
  selects_all_ = rules.excludes.empty() && rules.exclude_files.empty() && !rules.excludes_vcs &&
                 rules.includes.empty() && rules.include_files.empty();
}

void Names::check(int status, std::string_view what) const {
  if (status == ARCHIVE_OK) return;
  const char* message = archive_error_string(matching_.get());
  throw Error(fmt::format("cannot use '{}': {}", what,
                          message == nullptr ? "libarchive states no reason" : message));
}

bool Names::selects(const std::string& path) {
  if (selects_all_) return true;
  const Utf8Names names;
  archive_entry_set_pathname(entry_.get(), path.c_str());
  const int excluded = archive_match_path_excluded(matching_.get(), entry_.get());
  if (excluded < 0) check(excluded, path);
  return excluded == 0;
}

std::optional<std::string> Names::edit(std::string path) const {
  path = substitute(substitutions_, SubstitutedText::kName, std::move(path));
  return strip(path, strip_components_);
}

std::optional<std::string> Names::edit_hardlink(std::string path) const {
  path = substitute(substitutions_, SubstitutedText::kHardlink, std::move(path));
  return strip(path, strip_components_);
}

std::string Names::edit_symlink(std::string text) const {
  return substitute(substitutions_, SubstitutedText::kSymlink, std::move(text));
}

std::vector<std::string> Names::unmatched() {
  std::vector<std::string> patterns;
  const Utf8Names names;
  const char* pattern = nullptr;
  while (archive_match_path_unmatched_inclusions_next(matching_.get(), &pattern) == ARCHIVE_OK) {
    patterns.emplace_back(pattern);
  }
  return patterns;
}

}  // namespace layer
