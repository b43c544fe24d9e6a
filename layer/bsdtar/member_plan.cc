// Applies the link rules, one after the other.
#include "layer/bsdtar/member_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/bsdtar/same_files.h"
#include "layer/identify/identify.h"
#include "layer/model/entry_walk.h"
#include "layer/model/file_tree.h"
#include "layer/place/content_links.h"
#include "layer/place/links.h"
#include "layer/plan/plan_text.h"

namespace layer {
namespace {

// Of members in tree order, those that are there in the end: of equal paths the last, and nothing
// that lies below another thing than a directory.
void leave_what_counts(std::vector<Entry>& entries) {
  std::vector<Entry> kept;
  for (const Entry& entry : entries) {
    if (!kept.empty() && kept.back().path == entry.path) kept.pop_back();
    const bool is_hidden = !kept.empty() && kept.back().kind != EntryKind::kDirectory &&
                           is_below(entry.path, kept.back().path);
    if (!is_hidden) kept.push_back(entry);
  }
  entries = std::move(kept);
}

void check_kept_links(const std::vector<Member>& members) {
  if (std::ranges::none_of(members, &Member::is_kept_link)) return;
  std::vector<Entry> entries;
  entries.reserve(members.size());
  for (const Member& member : members) entries.push_back(member.entry);
  std::ranges::stable_sort(entries, tree_order, &Entry::path);
  leave_what_counts(entries);
  const EntryWalk walk(entries);
  Diagnostics found;
  for (const Member& member : members) {
    const Entry& entry = member.entry;
    if (!member.is_kept_link) continue;
    const PathEnd end = walk.resolve(entry.path);
    if (end.fault == ResolveFault::kNone && !end.left_root) continue;
    found.error(
        {entry.origin.position(),
         fmt::format("the content of '{}' is a link to '{}', which leads neither to a file on disk "
                     "nor to a member of the archive",
                     entry.path, entry.content),
         {},
         fmt::format("to store a link that leads out of the archive, state type=link link={}",
                     entry.content)});
  }
  found.throw_if_errors();
}

TarType type_of(const Entry& entry, const Link& link) {
  if (link.reason != LinkReason::kNone) return TarType::kSymlink;
  return entry.kind == EntryKind::kDirectory ? TarType::kDirectory : TarType::kFile;
}

class MemberPlanner {
 public:
  MemberPlanner(const std::vector<Member>& members, unsigned jobs, StringArena& arena)
      : members_(members), arena_(arena) {
    tree_.entries.reserve(members.size());
    for (const Member& member : members) tree_.entries.push_back(member.entry);
    facts_ = identify(tree_, arena_, {.jobs = jobs});
    same_ = link_same_files(members_, tree_, facts_, arena_);
    for (size_t i = 0; i < members_.size(); ++i) {
      if (members_[i].source == MemberSource::kCopied) facts_[i].equality_class = 0;
    }
    links_ = plan_links(tree_, linkable_facts());
  }

  LayerPlan run() {
    LayerPlan plan{"archive", "what a tar command names", {}};
    plan.entries.reserve(members_.size());
    for (uint32_t i = 0; i < members_.size(); ++i) plan.entries.push_back(plan_entry(i));
    const std::vector<FileFacts> same = facts_of_same();
    ContentLinks(same, 1).link(plan.entries);
    ContentLinks(facts_, kMinContentLinkSize).link(plan.entries);
    return plan;
  }

 private:
  // What symlinks are made by.
  std::vector<FileFacts> linkable_facts() const {
    std::vector<FileFacts> facts = facts_;
    for (size_t i = 0; i < members_.size(); ++i) {
      if (members_[i].source == MemberSource::kFollowed) facts[i].equality_class = 0;
    }
    return facts;
  }

  // What one file is hardlinked by, however small, where it may not be a symlink.
  std::vector<FileFacts> facts_of_same() const {
    std::vector<FileFacts> facts = facts_;
    for (size_t i = 0; i < members_.size(); ++i) facts[i].equality_class = same_[i];
    return facts;
  }

  TarEntry plan_entry(uint32_t index) {
    const Entry& entry = tree_.entries[index];
    TarEntry planned;
    planned.path = members_[index].name;
    planned.origin = entry.origin;
    planned.tree_entry = index;
    planned.size = facts_[index].size;
    planned.type = type_of(entry, links_[index]);
    planned.reason = links_[index].reason;
    planned.mode = default_mode(planned.type);
    if (planned.type == TarType::kSymlink) {
      planned.content =
          planned.reason == LinkReason::kDeclared
              ? entry.content
              : relative_link(entry.path, tree_.entries[links_[index].home].path, arena_);
    } else if (planned.type == TarType::kFile) {
      planned.content = entry.content;
      planned.stamp = facts_[index].stamp;
      planned.sha256 = facts_[index].sha256;
      if (members_[index].source == MemberSource::kCopied) share_copied(planned);
    }
    apply(entry.attributes, planned);
    return planned;
  }

  static void apply(const Attributes* stated, TarEntry& planned) {
    if (stated == nullptr) return;
    if (stated->mode && planned.type != TarType::kSymlink) planned.mode = *stated->mode;
    planned.uid = stated->uid.value_or(0);
    planned.gid = stated->gid.value_or(0);
    planned.mtime = stated->mtime.value_or(0);
    if (planned.type != TarType::kSymlink) planned.xattrs = stated->xattrs;
  }

  // Copied files with one unpacked content were hardlinks of each other.
  void share_copied(TarEntry& planned) {
    if (planned.content.empty()) return;
    const auto [first, is_new] = copied_.try_emplace(planned.content, planned.path);
    if (is_new) return;
    planned.type = TarType::kHardlink;
    planned.content = first->second;
    planned.reason = LinkReason::kDeclared;
  }

  const std::vector<Member>& members_;
  StringArena& arena_;
  FileTree tree_;
  std::vector<FileFacts> facts_;
  std::vector<uint32_t> same_;  // link_same_files()'s
  std::vector<Link> links_;
  NameMap<std::string_view> copied_;  // path by unpacked content
};

}  // namespace

LayerPlan plan_members(const std::vector<Member>& members, unsigned jobs, StringArena& arena) {
  check_kept_links(members);
  return MemberPlanner(members, jobs, arena).run();
}

}  // namespace layer
