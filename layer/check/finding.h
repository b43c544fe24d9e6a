// What a check found: how bad it is, where, why, and what to do about it.
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
  kWarning,  // works, or may; not as it was meant
  kNote,     // nothing that the files alone can prove
};

struct Finding {
  Severity severity = Severity::kError;
  std::string_view check;   // "link-dangles"; a name that lives as long as the program
  std::string path;         // in the image, as it is opened; empty: the image itself
  std::string reason;       // of the first of `count` paths
  std::string cause;        // findings of one check with the same cause are one
  std::vector<Note> notes;  // other places involved
  Position origin;          // where the input declared the path; no file when that is not known
  std::string help;
  uint32_t count = 1;
};

// An error at a node of the image, to which the reason is still to be added.
Finding finding_at(const Node& node, std::string_view check);

// "error", "warning", "note".
std::string_view severity_name(Severity severity);

// Collects findings; what has the same check, severity and cause is one, at the first path in
// bytewise order; a path counts once.
class Findings {
 public:
  void add(Finding finding) { findings_.push_back(std::move(finding)); }
  void add(Findings other);

  // Errors first, then by path and check.
  std::vector<Finding> take();

 private:
  std::vector<Finding> findings_;
};

// "PATH: SEVERITY: REASON [CHECK]", with the origin as a note.
Diagnostic to_diagnostic(const Finding& finding);

}  // namespace layer
