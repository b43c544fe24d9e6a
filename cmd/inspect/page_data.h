// Gathers what the page of `inspect --html` shows, as one document.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "cmd/inspect/comparison.h"
#include "cmd/inspect/inspection.h"
#include "layer/check/finding.h"

namespace cmd {

struct PageSubject {
  const Inspection& inspection;
  const std::vector<layer::Finding>& findings;
  const Comparison* since = nullptr;  // from another image to this one; may be null
};

// An object. What no terminal shows as it is, is escaped in all of its texts as print_line() does
// it, so it is UTF-8. Members:
//   report    docs/inspect.schema.json, without entries
//   findings  as `verify --json` has them
//   since     docs/diff.schema.json, without files, if there is another image; `changes` are the
//             first of its files as [path, "added" or "removed" or what differs], `fileChanges`
//             counts all
//   tree      every path of the image in tree order, each member an item a path:
//     names   the last component
//     depths  the number of components before it
//     kinds   one character: ListedEntry::type
//     sizes   bytes of a file, also of a hardlink; else 0
//     layers  from 0
//     owners  index in report.packages, or -1
//     links   of each symlink its text, of each hardlink ""
//     ends    of each symlink and hardlink the index of the path that it leads to, links followed;
//             -1: nothing is there; -2: the root
nlohmann::json page_data(const PageSubject& subject);

}  // namespace cmd
