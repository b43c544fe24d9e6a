// Which names a tar command is about, and what becomes of them: --exclude, --include, patterns,
// --strip-components, -s.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/bsdtar/substitution.h"

struct archive;
struct archive_entry;

namespace layer {

struct NameRules {
  std::vector<std::string> excludes;       // patterns as libarchive matches them
  std::vector<std::string> exclude_files;  // files with one such pattern a line
  std::vector<std::string> includes;       // none: everything
  std::vector<std::string> include_files;
  bool files_end_in_nul = false;  // lines of these files do
  bool excludes_vcs = false;      // what version control systems keep
  bool recurses = true;           // what is below an included directory is, too
  uint32_t strip_components = 0;
  std::vector<Substitution> substitutions;
};

// One thread at a time.
class Names {
 public:
  // Throws Error for a pattern or a file of them that cannot be used.
  explicit Names(const NameRules& rules);

  bool selects(const std::string& path);

  // The name in place of this one, not yet normalised; nothing if it leaves nothing.
  std::optional<std::string> edit(std::string path) const;
  // Likewise of what a hardlink and a symlink lead to.
  std::optional<std::string> edit_hardlink(std::string path) const;
  std::string edit_symlink(std::string text) const;

  // Included patterns that matched nothing.
  std::vector<std::string> unmatched();

 private:
  struct Free {
    void operator()(archive* matching) const;
    void operator()(archive_entry* entry) const;
  };

  void check(int status, std::string_view what) const;

  std::unique_ptr<archive, Free> matching_;
  std::unique_ptr<archive_entry, Free> entry_;  // the library matches entries, not texts
  bool selects_all_ = true;
  uint32_t strip_components_;
  std::vector<Substitution> substitutions_;
};

}  // namespace layer
