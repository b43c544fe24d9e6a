// Combines links and layers, and completes each layer: parents, order, metadata.
#include "layer/plan/plan_image.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/base/limits.h"
#include "layer/model/relative_path.h"
#include "layer/place/content_links.h"
#include "layer/place/links.h"
#include "layer/place/onto_base.h"
#include "layer/place/place.h"
#include "layer/place/shared_root.h"
#include "layer/plan/check_paths.h"
#include "layer/plan/unused_rules.h"

namespace layer {
namespace {

constexpr uint32_t kDirectoryMode = 0755;
constexpr uint32_t kSymlinkMode = 0777;
// As much as an image that is read may have: one path of 2,000 folders is an entry for each.
constexpr uint64_t kMaxNamesOfParents = uint64_t{512} << 20;

// Builds the layers of one tree.
class Planner {
 public:
  Planner(const FileTree& tree, const std::vector<FileFacts>& facts, const PlanOptions& options,
          StringArena& arena, Diagnostics& found, const BaseForPlanning& base);
  ImagePlan run();

 private:
  // One entry of a layer, or a directory that is only implied.
  struct Item {
    std::string_view path;
    const Placement* placed;  // null: an implied parent
  };
  // The entries of one layer on their way; `directories` are those of `items`, so that each parent
  // is added once.
  struct Items {
    std::vector<Item> items;
    NameSet directories;
    std::string_view last_parent;
  };

  void state_directories();
  void leave_to_base();
  LayerAssignment assign() const;
  void add_with_parents(const Placement& placed, Items& layer);
  std::vector<TarEntry> complete(std::vector<Item> items);
  TarEntry plan_entry(const Item& item);
  TarEntry plan_as_stated(const Item& item);
  void plan_link(const Placement& placed, TarEntry& planned);
  TarEntry plan_directory(std::string_view path) const;
  // Whether it is a link that stands for no entry: placing added it.
  bool is_added(const Placement& placed) const {
    return static_cast<size_t>(&placed - placed_.data()) >= tree_.entries.size();
  }

  const FileTree& tree_;
  const std::vector<FileFacts>& facts_;
  const PlanOptions& options_;
  StringArena& arena_;
  Diagnostics& found_;
  const BaseForPlanning base_;
  std::vector<Link> links_;
  std::vector<Placement> placed_;
  SharedRepositories shared_;
  // Directories that the input states attributes for: they hold in every layer that has them.
  NameMap<const Attributes*> stated_directories_;
  ContentLinks content_links_;
  Access access_;
  std::vector<InBase> in_base_;
  uint64_t names_ = 0;  // bytes of those of implied directories
};

void apply(const Attributes* stated, TarEntry& planned) {
  if (stated == nullptr) return;
  if (stated->mode && planned.type != TarType::kSymlink) planned.mode = *stated->mode;
  if (stated->uid) planned.uid = *stated->uid;
  if (stated->gid) planned.gid = *stated->gid;
  if (stated->mtime) planned.mtime = *stated->mtime;
  if (stated->xattrs && planned.type != TarType::kSymlink) planned.xattrs = stated->xattrs;
}

Planner::Planner(const FileTree& tree, const std::vector<FileFacts>& facts,
                 const PlanOptions& options, StringArena& arena, Diagnostics& found,
                 const BaseForPlanning& base)
    : tree_(tree),
      facts_(facts),
      options_(options),
      arena_(arena),
      found_(found),
      base_(base),
      links_(plan_links(tree, facts)),
      placed_(place_entries(tree)),
      content_links_(facts, options.content_link_min),
      access_(options.access) {
  if (!options_.shared_root.empty()) {
    shared_ = share_repositories(tree, links_, options_.shared_root, placed_, arena_, found);
  }
  if (base_.tree != nullptr) place_onto_base(tree, *base_.tree, placed_, arena_);
  state_directories();
  if (base_.contents != nullptr) leave_to_base();
}

void Planner::state_directories() {
  for (const Placement& placed : placed_) {
    const Entry& entry = tree_.entries[placed.entry];
    if (is_added(placed) || entry.kind != EntryKind::kDirectory || !entry.attributes) continue;
    const Node* node = base_.tree == nullptr ? nullptr : base_.tree->find(placed.path);
    const Attributes* stated = stated_attributes(entry, node);
    if (stated != nullptr && placed.held_by == HeldBy::kLayer) {
      stated_directories_.emplace(placed.path, stated);
    }
  }
}

void Planner::leave_to_base() {
  for (Placement& placed : placed_) {
    const Node* node = base_.tree->find(placed.path);
    if (placed.held_by != HeldBy::kLayer || node == nullptr) continue;
    const TarEntry planned = plan_entry({placed.path, &placed});
    const Attributes* stated = tree_.entries[placed.entry].attributes;
    const bool states_time = stated != nullptr && stated->mtime;
    if (!is_same(*base_.contents, *node, planned, placed.entry)) continue;
    if (states_time && planned.mtime != node->mtime) continue;
    placed.held_by = HeldBy::kBase;
    const uint64_t size = planned.type == TarType::kFile ? planned.size : 0;
    in_base_.push_back({placed.path, planned.origin, size, planned.type});
  }
  std::sort(in_base_.begin(), in_base_.end(),
            [](const InBase& a, const InBase& b) { return a.path < b.path; });
}

LayerAssignment Planner::assign() const {
  std::vector<uint64_t> stored(tree_.entries.size());
  for (size_t i = 0; i < stored.size(); ++i) {
    const bool is_stored =
        links_[i].reason == LinkReason::kNone && placed_[i].held_by == HeldBy::kLayer;
    stored[i] = is_stored ? facts_[i].size : 0;
  }
  const LayerRequest request{tree_, std::span(placed_).first(stored.size()), stored, shared_};
  LayerAssignment assignment = assign_layers(request, options_.layers);
  warn_of_unused_rules(request, options_.layers, assignment.unused, found_);
  return assignment;
}

ImagePlan Planner::run() {
  const LayerAssignment assignment = assign();
  std::vector<Items> layers(assignment.layers.size());
  for (const Placement& placed : placed_) {
    if (placed.held_by != HeldBy::kLayer) continue;
    // An added link leads from the binary's own runfiles.
    add_with_parents(placed,
                     layers[is_added(placed) ? assignment.app : assignment.layer_of[placed.entry]]);
  }
  ImagePlan plan;
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].items.empty()) continue;  // the base has all of it
    plan.layers.push_back({assignment.layers[i].name, assignment.layers[i].reason,
                           complete(std::exchange(layers[i], {}).items)});
  }
  access_.check_all_used(plan);
  plan.in_base = std::move(in_base_);
  plan.repeated_bytes = content_links_.repeated_bytes();
  plan.lock = assignment.lock;
  return plan;
}

// A directory that is there has its parents.
void Planner::add_with_parents(const Placement& placed, Items& layer) {
  const std::string_view parent = parent_path(placed.path);
  if (parent != layer.last_parent) {
    layer.last_parent = parent;
    for (std::string_view at = parent; !at.empty() && layer.directories.insert(at).second;
         at = parent_path(at)) {
      layer.items.push_back({at, nullptr});
      names_ += at.size();
    }
    if (names_ > kMaxNamesOfParents) {
      throw Error(tree_.entries[placed.entry].origin.position(),
                  fmt::format("'{}': the directories above paths have names of more than {} in all",
                              shown_path(placed.path), limit_text(kMaxNamesOfParents)));
    }
  }
  const bool is_directory =
      tree_.entries[placed.entry].kind == EntryKind::kDirectory && !is_added(placed);
  // One that was implied before it is declared comes twice until complete() sorts them.
  if (is_directory) layer.directories.insert(placed.path);
  layer.items.push_back({placed.path, &placed});
}

std::vector<TarEntry> Planner::complete(std::vector<Item> items) {
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.path != b.path ? a.path < b.path : a.placed != nullptr && b.placed == nullptr;
  });
  items.erase(std::unique(items.begin(), items.end(),
                          [](const Item& a, const Item& b) { return a.path == b.path; }),
              items.end());
  std::vector<TarEntry> planned;
  planned.reserve(items.size());
  for (const Item& item : items) planned.push_back(plan_entry(item));
  content_links_.link(planned);
  return planned;
}

TarEntry Planner::plan_directory(std::string_view path) const {
  TarEntry planned;
  planned.path = path;
  planned.type = TarType::kDirectory;
  planned.mode = kDirectoryMode;
  planned.mtime = options_.mtime;
  const Node* node = base_.tree == nullptr ? nullptr : base_.tree->find(path);
  if (node != nullptr && node->kind == NodeKind::kDirectory) {
    planned.mode = node->mode;
    planned.uid = node->uid;
    planned.gid = node->gid;
    planned.mtime = node->mtime;
    planned.xattrs = node->xattrs;
  }
  const auto stated = stated_directories_.find(path);
  if (stated != stated_directories_.end()) apply(stated->second, planned);
  return planned;
}

// What a link that veneer adds, makes, changes or keeps, says.
void Planner::plan_link(const Placement& placed, TarEntry& planned) {
  const Link& link = links_[placed.entry];
  planned.type = TarType::kSymlink;
  planned.mode = kSymlinkMode;
  planned.reason = is_added(placed) ? LinkReason::kSharedRoot : link.reason;
  if (!placed.link.empty()) {
    planned.content = placed.link;
  } else if (link.reason == LinkReason::kDeclared) {
    planned.content = tree_.entries[placed.entry].content;
  } else {
    const LinkText text = relative_link(placed.path, placed_[link.home].path);
    planned.content = text.rest;
    planned.ups = text.ups;
  }
}

// A directory that the base has, too, stays the base's.
TarEntry Planner::plan_entry(const Item& item) {
  TarEntry planned = plan_as_stated(item);
  if (options_.access.are_none()) return planned;
  const Node* node = base_.tree == nullptr ? nullptr : base_.tree->find(item.path);
  const bool is_in_base = node != nullptr && node->kind == NodeKind::kDirectory;
  if (planned.type == TarType::kDirectory && is_in_base) return planned;
  const bool is_declared = item.placed != nullptr && !is_added(*item.placed);
  access_.apply(planned, is_declared ? tree_.entries[item.placed->entry].path : item.path);
  return planned;
}

TarEntry Planner::plan_as_stated(const Item& item) {
  TarEntry planned = plan_directory(item.path);
  if (item.placed == nullptr) return planned;
  const Entry& entry = tree_.entries[item.placed->entry];
  planned.origin = entry.origin;
  planned.tree_entry = item.placed->entry;
  if (is_added(*item.placed)) {
    plan_link(*item.placed, planned);
    return planned;
  }
  if (entry.kind == EntryKind::kDirectory) return planned;
  planned.size = facts_[item.placed->entry].size;
  if (links_[item.placed->entry].reason == LinkReason::kNone) {
    planned.type = TarType::kFile;
    planned.content = entry.content;
    planned.is_inline = entry.kind == EntryKind::kInlineFile;
    if (entry.kind == EntryKind::kFile) {
      planned.stamp = facts_[item.placed->entry].stamp;
      planned.sha256 = facts_[item.placed->entry].sha256;
    }
    planned.mode = kModeByContent;
  } else {
    plan_link(*item.placed, planned);
  }
  apply(entry.attributes, planned);
  return planned;
}

}  // namespace

ImagePlan plan_image(const FileTree& tree, const std::vector<FileFacts>& facts,
                     const PlanOptions& options, StringArena& arena, Diagnostics& found,
                     const BaseForPlanning& base) {
  ImagePlan plan = Planner(tree, facts, options, arena, found, base).run();
  check_paths(plan);
  return plan;
}

}  // namespace layer
