// A list of members and an index by path.
#include "layer/bsdtar/members.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"

namespace layer {
namespace {

std::string_view kind_text(EntryKind kind) {
  switch (kind) {
    case EntryKind::kSymlink:
      return "a symlink";
    case EntryKind::kFile:
    case EntryKind::kEmptyFile:
    case EntryKind::kInlineFile:
      return "a file";
    case EntryKind::kDirectory:
    case EntryKind::kTreeArtifact:
      break;
  }
  return "a directory";
}

bool is_whiteout(std::string_view path) {
  return path.starts_with(".wh.") || path.find("/.wh.") != std::string_view::npos;
}

}  // namespace

void Members::add(Member member, std::string_view name) {
  if (!names_.selects(name)) return;
  const std::optional<std::string> edited = names_.edit(std::string(name));
  if (!edited) return;
  Entry& entry = member.entry;
  entry.path = normalize_path(*edited, arena_);
  if (entry.path.empty()) return;  // the root, which every archive is unpacked into
  if (const std::string_view why = path_fault(entry.path); !why.empty()) {
    throw Error(entry.origin.position(), fmt::format("'{}' {}", shown_path(*edited), why));
  }
  // OCI image-spec layer.md, "Whiteouts".
  if (is_whiteout(entry.path)) {
    throw Error(entry.origin.position(),
                fmt::format("'{}' has a name that image layers reserve for deletions (\".wh.\")",
                            entry.path));
  }
  // Some who look into archives look for the one spelling, some for the other.
  member.name = edited->starts_with("./") ? arena_.join(".", entry.path) : entry.path;
  if (entry.kind == EntryKind::kSymlink) {
    const std::string text = names_.edit_symlink(std::string(entry.content));
    if (text.empty()) {
      throw Error(entry.origin.position(),
                  fmt::format("-s leaves the symlink '{}' without a target", entry.path));
    }
    if (text != entry.content) entry.content = arena_.copy(text);
  }
  if (owner_.uid || owner_.gid) {
    Attributes attributes = entry.attributes == nullptr ? Attributes{} : *entry.attributes;
    if (owner_.uid) attributes.uid = owner_.uid;
    if (owner_.gid) attributes.gid = owner_.gid;
    entry.attributes = arena_.intern(attributes);
  }
  const auto [found, is_new] = by_path_.try_emplace(entry.path, members_.size());
  if (is_new) {
    members_.push_back(member);
  } else {
    members_[found->second] = member;
  }
}

void Members::check_parents(const std::vector<Member>& sorted) const {
  Diagnostics found;
  for (const Member& member : sorted) {
    const std::string_view path = member.entry.path;
    for (size_t slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      const auto above = by_path_.find(path.substr(0, slash));
      if (above == by_path_.end()) continue;
      const Member& parent = members_[above->second];
      const bool is_copy =
          member.source == MemberSource::kCopied && parent.source == MemberSource::kCopied;
      if (parent.entry.kind == EntryKind::kDirectory || is_copy) continue;
      found.error({member.entry.origin.position(),
                   fmt::format("'{}' lies below '{}', which is {}", path, parent.entry.path,
                               kind_text(parent.entry.kind)),
                   {{parent.entry.origin.position(), "declared here"}},
                   "remove one of the two: an unpacked archive can hold only one"});
      break;
    }
  }
  found.throw_if_errors();
}

std::vector<Member> Members::finish() {
  std::vector<Member> sorted = members_;
  std::ranges::sort(sorted, std::less(), &Member::name);
  check_parents(sorted);
  return sorted;
}

}  // namespace layer
