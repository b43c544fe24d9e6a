// Selects and edits names for tar: --exclude, --include, patterns, --strip-components, -s.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/bsdtar/pattern_list.h"
#include "layer/bsdtar/substitution.h"

namespace layer {

struct NameRules {
  std::vector<std::string> excludes;       // patterns, as NamePattern has them
  std::vector<std::string> exclude_files;  // files with one such pattern per line
  std::vector<std::string> includes;       // empty: everything is included
  std::vector<std::string> include_files;
  bool files_end_in_nul = false;  // lines end in NUL in these files
  bool excludes_vcs = false;      // the files of version control systems
  bool recurses = true;           // an included directory includes what is below it
  uint32_t strip_components = 0;
  std::vector<Substitution> substitutions;
};

// Applies the rules to names. Not thread-safe.
class Names {
 public:
  // Throws Error for a pattern, or a file of patterns, that cannot be used.
  explicit Names(const NameRules& rules);

  bool selects(std::string_view path);
  bool excludes(std::string_view path);

  // The edited name, not yet normalised; no value if nothing is left of it.
  std::optional<std::string> edit(std::string path) const;
  // The edited target of a hardlink, and of a symlink.
  std::optional<std::string> edit_hardlink(std::string path) const;
  std::string edit_symlink(std::string text) const;

  // The included patterns that matched nothing.
  std::vector<std::string> unmatched() const { return includes_.unmatched(); }
  bool has_unmatched() const { return includes_.has_unmatched(); }

 private:
  PatternList excludes_;
  PatternList includes_;
  MatchedName name_;
  uint32_t strip_components_;
  std::vector<Substitution> substitutions_;
};

}  // namespace layer
