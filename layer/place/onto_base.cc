// Looks up each directory once, and compares entries again only if something moved.
#include "layer/place/onto_base.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "layer/base/keyed_hash.h"
#include "layer/place/links.h"

namespace layer {
namespace {

constexpr int kMaxWalks = 40;  // path_resolution(7)

// What a directory's path leads to in the image.
struct Folder {
  std::string_view path;       // without links; of a folder with a fault, where that is
  std::string_view fault;      // what is there instead; empty: a directory, or free for one
  const Node* node = nullptr;  // of the base, at fault
};

class BasePlacer {
 public:
  BasePlacer(const FileTree& tree, const ImageTree& base, std::vector<Placement>& placed,
             StringArena& arena)
      : tree_(tree), base_(base), placed_(placed), arena_(arena) {}

  void run();

 private:
  // Where a relative link text begins: so many directories up, and then the rest.
  struct Climb {
    size_t up = 0;
    std::string_view rest;
  };

  const Folder& folder(std::string_view path);
  Folder look_up(std::string_view path);
  Folder walk(std::string_view path);
  void place(Placement& placed);
  void report_fault(const Placement& placed, const Folder& in, bool is_directory);
  void check_replaced(const Placement& placed);
  void keep_link_target(Placement& placed, std::string_view before);
  void check_meetings();
  void check_twins(Placement& first, Placement& second);
  void report_meeting(const Placement& first, const Placement& second);
  const Entry& entry_of(const Placement& placed) const { return tree_.entries[placed.entry]; }
  std::string_view name_of(const Placement& placed) const {
    return names_[static_cast<size_t>(&placed - placed_.data())];
  }
  bool is_directory(const Placement& placed) const {
    return entry_of(placed).kind == EntryKind::kDirectory && placed.link.empty();
  }
  bool is_symlink(const Placement& placed) const {
    return entry_of(placed).kind == EntryKind::kSymlink || !placed.link.empty();
  }
  static Climb climb(std::string_view text);

  const FileTree& tree_;
  const ImageTree& base_;
  std::vector<Placement>& placed_;
  StringArena& arena_;
  NameMap<Folder> folders_;
  std::vector<std::string_view> names_;  // of placed_, before they move
  std::set<std::string_view> reported_;  // paths of the base that something lies below
  bool has_moved_ = false;
  Diagnostics found_;
};

// Where a link leads whose target, or part of it, is not there yet.
std::string_view clean(std::string_view path, StringArena& arena) {
  std::string out;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      out = parent_path(std::string(out));
    } else {
      out += (out.empty() ? "" : "/") + std::string(part);
    }
  }
  return arena.copy(out);
}

// `path` has no link above its last component.
Folder BasePlacer::walk(std::string_view path) {
  for (int walks = 0; walks < kMaxWalks; ++walks) {
    const Resolution found = base_.resolve(path);
    switch (found.fault) {
      case ResolveFault::kNone:
        if (found.node != nullptr && found.node->kind != NodeKind::kDirectory) {
          return {arena_.copy(found.path), "a file", found.node};
        }
        return {arena_.copy(found.path), {}, nullptr};
      case ResolveFault::kMissing:
        if (found.rest.find("..") == std::string::npos) {
          return {clean(found.path + '/' + found.rest, arena_), {}, nullptr};
        }
        path = clean(found.path + '/' + found.rest, arena_);
        break;
      case ResolveFault::kNotDirectory:
        return {arena_.copy(found.path), "a file", base_.find(found.path)};
      case ResolveFault::kLoop:
        walks = kMaxWalks;
        break;
    }
  }
  return {path, "a link that leads back to itself", base_.find(path)};
}

Folder BasePlacer::look_up(std::string_view path) {
  const Folder parent = folder(parent_path(path));
  if (!parent.fault.empty()) return parent;
  const bool stays = parent.path == parent_path(path);
  const std::string_view at = stays ? path : arena_.join(parent.path, base_name(path));
  const Node* node = base_.find(at);
  if (node == nullptr || node->kind == NodeKind::kDirectory) return {at, {}, nullptr};
  return walk(at);
}

const Folder& BasePlacer::folder(std::string_view path) {
  static constexpr Folder kRoot{};
  if (path.empty()) return kRoot;
  const auto known = folders_.find(path);
  if (known != folders_.end()) return known->second;
  const Folder found = look_up(path);
  return folders_.emplace(path, found).first->second;
}

void BasePlacer::run() {
  names_.reserve(placed_.size());
  for (const Placement& placed : placed_) names_.push_back(placed.path);
  for (Placement& placed : placed_) place(placed);
  if (has_moved_) check_meetings();
  found_.throw_if_errors();
}

void BasePlacer::report_fault(const Placement& placed, const Folder& in, bool is_directory) {
  if (!reported_.insert(in.path).second) return;
  const bool is_itself = is_directory && in.path == placed.path;
  Diagnostic fault{entry_of(placed).origin.position(), {}, {}, "give it another place"};
  fault.message = is_itself ? fmt::format("'{}' is a directory here, but {} in the base image",
                                          placed.path, in.fault)
                            : fmt::format("'{}' lies below '{}', which is {} in the base image",
                                          placed.path, in.path, in.fault);
  if (in.node != nullptr) fault.notes = {{in.node->origin.position(), "in this layer of the base"}};
  found_.error(std::move(fault));
}

// A file or a link in the place of a directory would take all that is in it out of the image.
void BasePlacer::check_replaced(const Placement& placed) {
  const Node* node = base_.find(placed.path);
  if (node == nullptr) return;
  std::string_view what;
  if (node->kind == NodeKind::kDirectory) what = "a directory";
  if (node->kind == NodeKind::kSymlink && !is_symlink(placed)) {
    const Resolution found = base_.resolve(placed.path);
    const bool leads_to_directory =
        found.fault == ResolveFault::kNone &&
        (found.node == nullptr || found.node->kind == NodeKind::kDirectory);
    if (leads_to_directory) what = "a link to a directory";
  }
  if (what.empty()) return;
  const std::string_view name = name_of(placed);
  const std::string_view kind = is_symlink(placed) ? "a symlink" : "a file";
  found_.error({entry_of(placed).origin.position(),
                name == placed.path
                    ? fmt::format("'{}' is {} here, but {} in the base image", name, kind, what)
                    : fmt::format("'{}' is {}, but its place in the base image, '{}', is {}", name,
                                  kind, placed.path, what),
                {{node->origin.position(), "in this layer of the base"}},
                "it would replace that directory and all files in it: give it another place"});
}

BasePlacer::Climb BasePlacer::climb(std::string_view text) {
  Climb result{0, text};
  while (true) {
    const size_t end = std::min(result.rest.find('/'), result.rest.size());
    const std::string_view part = result.rest.substr(0, end);
    if (part != ".." && part != "." && !part.empty()) return result;
    if (part == "..") ++result.up;
    if (end == result.rest.size()) return {result.up, {}};
    result.rest.remove_prefix(end + 1);
  }
}

std::string_view ancestor(std::string_view path, size_t up) {
  for (; up > 0 && !path.empty(); --up) path = parent_path(path);
  return path;
}

// The kernel takes ".." from where the link is, and its author from where he put it.
void BasePlacer::keep_link_target(Placement& placed, std::string_view before) {
  if (!is_symlink(placed)) return;
  const std::string_view text = placed.link.empty() ? entry_of(placed).content : placed.link;
  if (text.empty() || text.starts_with('/')) return;
  const Climb start = climb(text);
  const Folder& meant = folder(ancestor(parent_path(before), start.up));
  if (!meant.fault.empty() || ancestor(parent_path(placed.path), start.up) == meant.path) return;
  const std::string_view target =
      start.rest.empty() ? meant.path : arena_.join(meant.path, start.rest);
  placed.link = relative_link(placed.path, target, arena_);
  while (placed.link.ends_with('/')) placed.link.remove_suffix(1);
}

void BasePlacer::report_meeting(const Placement& first, const Placement& second) {
  const std::string relation =
      first.path == second.path
          ? fmt::format("are both '{}'", first.path)
          : fmt::format("are '{}' and, below that, '{}'", first.path, second.path);
  found_.error({entry_of(second).origin.position(),
                fmt::format("'{}' and '{}' {} through the links of the base image", name_of(first),
                            name_of(second), relation),
                {{entry_of(first).origin.position(), "the other is declared here"}},
                "leave one of the two out"});
}

// Two names of one directory; what is stated about it wins over nothing stated.
void BasePlacer::check_twins(Placement& first, Placement& second) {
  const Node* node = base_.find(first.path);
  const Attributes* a = stated_attributes(entry_of(first), node);
  const Attributes* b = stated_attributes(entry_of(second), node);
  if (a != nullptr && b != nullptr && !(*a == *b)) return report_meeting(first, second);
  (a == nullptr ? first : second).held_by = HeldBy::kSameDirectory;
}

void BasePlacer::check_meetings() {
  std::vector<uint32_t> order(placed_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    return tree_order(placed_[a].path, placed_[b].path);
  });
  Placement* before = nullptr;  // the last that is no twin
  const Placement* above = nullptr;
  for (const uint32_t i : order) {
    Placement& placed = placed_[i];
    const bool meets = before != nullptr && before->path == placed.path;
    if (meets && is_directory(*before) && is_directory(placed)) {
      check_twins(*before, placed);
      if (placed.held_by == HeldBy::kSameDirectory) continue;
    } else if (meets) {
      report_meeting(*before, placed);
    } else if (above != nullptr && is_below(placed.path, above->path)) {
      report_meeting(*above, placed);
    }
    if (!is_directory(placed) && (above == nullptr || !is_below(placed.path, above->path))) {
      above = &placed;
    }
    before = &placed;
  }
}

void BasePlacer::place(Placement& placed) {
  const bool directory = is_directory(placed);
  const std::string_view before = placed.path;
  const Folder& in = folder(directory ? before : parent_path(before));
  if (!in.fault.empty()) return report_fault(placed, in, directory);
  if (directory) {
    placed.path = in.path;
  } else if (in.path != parent_path(before)) {
    placed.path = arena_.join(in.path, base_name(before));
  }
  if (!directory) check_replaced(placed);
  if (placed.path == before) return;
  has_moved_ = true;
  keep_link_target(placed, before);
}

}  // namespace

void place_onto_base(const FileTree& tree, const ImageTree& base, std::vector<Placement>& placed,
                     StringArena& arena) {
  BasePlacer(tree, base, placed, arena).run();
}

}  // namespace layer
