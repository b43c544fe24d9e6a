// A finding of a check: how bad it is, where, why, and what to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/image_tree.h"

namespace layer {

enum class Severity : uint8_t {
  kError,    // certainly broken
  kWarning,  // works or may work, but not as intended
  kNote,     // cannot be proved from the files alone
};

struct Finding {
  Severity severity = Severity::kError;
  std::string_view check;           // "link-dangles"; lives as long as the program
  std::string path;                 // in the image, as it is opened; empty: the image
  std::string reason;               // for the first of `count` paths
  std::vector<std::string> named;   // paths of the image that `reason` quotes
  std::vector<std::string> others;  // the next few of them
  std::string cause;                // findings of one check with the same cause are merged
  std::vector<Note> notes;          // other places involved
  Position origin;                  // where the input declared the path; no file: not known
  std::string help;
  uint32_t count = 1;
};

// An error at a node of the image. The caller adds the reason.
Finding finding_at(const Node& node, std::string_view check);

// "error", "warning", "note".
std::string_view severity_name(Severity severity);

// Collects findings and merges those with the same check, severity and cause into one, at the first
// path in bytewise order. Each path counts once. Findings without a cause are not merged.
class Findings {
 public:
  void add(Finding finding) { findings_.push_back(std::move(finding)); }
  void add(Findings other);

  // The merged findings: errors first, then by path and check. The collection is empty afterwards.
  std::vector<Finding> take();

 private:
  std::vector<Finding> findings_;
};

// Short forms of all paths that findings name: each is as much of the path's end as no other path
// has, and at least two names of it. "…/cublas/lib/libcublas.so.12".
class ShortPaths {
 public:
  explicit ShortPaths(const std::vector<Finding>& findings);

  // The path itself if it is not among them, or hardly longer.
  std::string shorten(std::string_view path) const;

 private:
  void add(std::string_view path);
  bool is_unique(std::string_view end) const;

  std::vector<std::string> reversed_;  // sorted: paths with one end are neighbours
};

// "PATH: SEVERITY: REASON [CHECK]", with the other paths and the origin as notes. PATH is whole.
Diagnostic to_diagnostic(const Finding& finding);
// The same with the short forms of all paths but those at the beginning of a line.
Diagnostic to_diagnostic(const Finding& finding, const ShortPaths& paths);

}  // namespace layer
