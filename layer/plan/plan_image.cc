// Puts links and layers together and completes each layer: parents, order, hardlinks.
#include "layer/plan/plan_image.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "layer/plan/links.h"
#include "layer/plan/place.h"

namespace layer {
namespace {

constexpr uint32_t kDirectoryMode = 0755;
constexpr uint32_t kSymlinkMode = 0777;

// Builds the layers of one tree.
class Planner {
 public:
  Planner(const FileTree& tree, const std::vector<FileFacts>& facts, const PlanOptions& options,
          StringArena& arena);
  ImagePlan run();

 private:
  // One entry of a layer, or a directory that is only implied.
  struct Item {
    std::string_view path;
    const PlacedEntry* placed;  // null: an implied parent
  };
  using Items = std::vector<Item>;

  static void add_with_parents(const PlacedEntry& placed, Items& items);
  std::vector<PlannedEntry> complete(Items items);
  PlannedEntry plan_entry(const Item& item);
  void plan_link(const PlacedEntry& placed, PlannedEntry& planned);
  PlannedEntry plan_directory(std::string_view path) const;
  void link_equal_content(const Items& items, std::vector<PlannedEntry>& planned);
  bool may_share_inode(const PlannedEntry& a, const PlannedEntry& b, bool is_program) const;

  const FileTree& tree_;
  const std::vector<FileFacts>& facts_;
  const PlanOptions& options_;
  StringArena& arena_;
  std::vector<Link> links_;
  std::vector<PlacedEntry> placed_;
  // Directories that the input states attributes for: they hold in every layer that has them.
  std::unordered_map<std::string_view, const Attributes*> stated_directories_;
  std::unordered_set<uint32_t> stored_contents_;  // in the layers completed so far
  uint64_t repeated_bytes_ = 0;
};

void apply(const Attributes* stated, PlannedEntry& planned) {
  if (stated == nullptr) return;
  if (stated->mode && planned.type != TarType::kSymlink) planned.mode = *stated->mode;
  if (stated->uid) planned.uid = *stated->uid;
  if (stated->gid) planned.gid = *stated->gid;
  if (stated->mtime) planned.mtime = *stated->mtime;
}

Planner::Planner(const FileTree& tree, const std::vector<FileFacts>& facts,
                 const PlanOptions& options, StringArena& arena)
    : tree_(tree),
      facts_(facts),
      options_(options),
      arena_(arena),
      links_(plan_links(tree, facts)),
      placed_(place_entries(tree)) {
  for (const Entry& entry : tree.entries) {
    if (entry.kind == EntryKind::kDirectory && entry.attributes != nullptr) {
      stated_directories_.emplace(entry.path, entry.attributes);
    }
  }
}

ImagePlan Planner::run() {
  std::vector<uint64_t> stored(tree_.entries.size());
  for (size_t i = 0; i < stored.size(); ++i) {
    stored[i] = links_[i].reason == LinkReason::kNone ? facts_[i].size : 0;
  }
  const LayerAssignment assignment = assign_layers(tree_, stored, options_.layers);
  std::vector<Items> items(assignment.layers.size());
  for (const PlacedEntry& placed : placed_) {
    add_with_parents(placed, items[assignment.layer_of[placed.entry]]);
  }
  ImagePlan plan;
  for (size_t i = 0; i < items.size(); ++i) {
    plan.layers.push_back({assignment.layers[i].name, assignment.layers[i].reason,
                           complete(std::exchange(items[i], {}))});
  }
  plan.repeated_bytes = repeated_bytes_;
  return plan;
}

// Entries come in tree order, so every parent already there is an ancestor of the entry before.
void Planner::add_with_parents(const PlacedEntry& placed, Items& items) {
  const std::string_view before = items.empty() ? std::string_view{} : items.back().path;
  for (size_t slash = placed.path.find('/'); slash != std::string_view::npos;
       slash = placed.path.find('/', slash + 1)) {
    const std::string_view parent = placed.path.substr(0, slash);
    if (before != parent && !is_below(before, parent)) items.push_back({parent, nullptr});
  }
  items.push_back({placed.path, &placed});
}

std::vector<PlannedEntry> Planner::complete(Items items) {
  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return a.path < b.path; });
  std::vector<PlannedEntry> planned;
  planned.reserve(items.size());
  for (const Item& item : items) planned.push_back(plan_entry(item));
  link_equal_content(items, planned);
  return planned;
}

PlannedEntry Planner::plan_directory(std::string_view path) const {
  PlannedEntry planned;
  planned.path = path;
  planned.type = TarType::kDirectory;
  planned.mode = kDirectoryMode;
  planned.mtime = options_.mtime;
  const auto stated = stated_directories_.find(path);
  if (stated != stated_directories_.end()) apply(stated->second, planned);
  return planned;
}

// What a link that veneer makes, or keeps, says.
void Planner::plan_link(const PlacedEntry& placed, PlannedEntry& planned) {
  const Link& link = links_[placed.entry];
  planned.type = TarType::kSymlink;
  planned.mode = kSymlinkMode;
  planned.reason = link.reason;
  planned.link = link.reason == LinkReason::kDeclared
                     ? tree_.entries[placed.entry].content
                     : relative_link(placed.path, placed_[link.home].path, arena_);
}

PlannedEntry Planner::plan_entry(const Item& item) {
  if (item.placed == nullptr) return plan_directory(item.path);
  const Entry& entry = tree_.entries[item.placed->entry];
  PlannedEntry planned = plan_directory(item.path);
  planned.origin = entry.origin;
  if (entry.kind == EntryKind::kDirectory) return planned;
  planned.size = facts_[item.placed->entry].size;
  if (links_[item.placed->entry].reason == LinkReason::kNone) {
    planned.type = TarType::kFile;
    planned.source = entry.content;
    if (entry.kind == EntryKind::kFile) planned.stamp = &facts_[item.placed->entry].stamp;
    planned.mode = kModeByContent;
  } else {
    plan_link(*item.placed, planned);
  }
  apply(entry.attributes, planned);
  return planned;
}

// A program finds its libraries and data from where it lies, so it may only share with a neighbour.
bool Planner::may_share_inode(const PlannedEntry& a, const PlannedEntry& b, bool is_program) const {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid && a.mtime == b.mtime &&
         (!is_program || parent_path(a.path) == parent_path(b.path));
}

// Rule 5. The first in path order is stored, so that a hardlink follows its target.
void Planner::link_equal_content(const Items& items, std::vector<PlannedEntry>& planned) {
  std::unordered_map<uint32_t, std::vector<size_t>> homes;  // by content
  for (size_t i = 0; i < planned.size(); ++i) {
    PlannedEntry& entry = planned[i];
    if (entry.type != TarType::kFile || entry.size < kMinContentLinkSize) continue;
    const FileFacts& facts = facts_[items[i].placed->entry];
    if (facts.content == 0) continue;
    std::vector<size_t>& candidates = homes[facts.content];
    const auto home = std::find_if(candidates.begin(), candidates.end(), [&](size_t candidate) {
      return may_share_inode(planned[candidate], entry, facts.is_program);
    });
    if (home == candidates.end()) {
      candidates.push_back(i);
      if (!stored_contents_.insert(facts.content).second) repeated_bytes_ += entry.size;
      continue;
    }
    entry.type = TarType::kHardlink;
    entry.reason = LinkReason::kContent;
    entry.link = planned[*home].path;
    entry.source = {};
    entry.stamp = nullptr;
  }
}

}  // namespace

ImagePlan plan_image(const FileTree& tree, const std::vector<FileFacts>& facts,
                     const PlanOptions& options, StringArena& arena) {
  return Planner(tree, facts, options, arena).run();
}

PlanSummary summarize(const ImagePlan& plan) {
  PlanSummary summary;
  summary.repeated_bytes = plan.repeated_bytes;
  for (const LayerPlan& layer : plan.layers) {
    for (const PlannedEntry& entry : layer.entries) {
      switch (entry.type) {
        case TarType::kFile:
          ++summary.files;
          summary.stored_bytes += entry.size;
          break;
        case TarType::kSymlink:
          ++summary.symlinks;
          summary.linked_bytes += entry.size;
          break;
        case TarType::kHardlink:
          ++summary.hardlinks;
          summary.linked_bytes += entry.size;
          break;
        case TarType::kDirectory:
          break;
      }
    }
  }
  return summary;
}

}  // namespace layer
