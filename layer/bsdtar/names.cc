// Asks the patterns, and edits names as bsdtar does.
#include "layer/bsdtar/names.h"

#include <algorithm>
#include <utility>

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

Names::Names(const NameRules& rules)
    : excludes_(PatternUse::kExclude),
      includes_(rules.recurses ? PatternUse::kInclude : PatternUse::kIncludeItself),
      strip_components_(rules.strip_components),
      substitutions_(rules.substitutions) {
  for (const std::string& pattern : rules.excludes) excludes_.add(pattern);
  for (const std::string& file : rules.exclude_files) {
    excludes_.add_file(file, rules.files_end_in_nul);
  }
  if (rules.excludes_vcs) {
    for (const char* name : kVcsNames) excludes_.add(name);
  }
  for (const std::string& pattern : rules.includes) includes_.add(pattern);
  for (const std::string& file : rules.include_files) {
    includes_.add_file(file, rules.files_end_in_nul);
  }
}

bool Names::selects(std::string_view path) {
  if (excludes_.is_empty() && includes_.is_empty()) return true;
  name_.set(path);
  // An inclusion has matched even if what it matches is excluded.
  const bool is_included = includes_.is_empty() || includes_.matches(name_);
  return is_included && !excludes_.matches(name_);
}

bool Names::excludes(std::string_view path) {
  if (excludes_.is_empty()) return false;
  name_.set(path);
  return excludes_.matches(name_);
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

}  // namespace layer
