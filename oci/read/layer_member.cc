// Cleans paths, tells marks from files, and takes over what an entry states of itself.
#include "oci/read/layer_member.h"

#include <fmt/core.h>

#include <optional>

#include "layer/base/file_metadata.h"
#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"
#include "layer/model/xattrs_of_member.h"
#include "oci/model/clean_path.h"

namespace oci {
namespace {

constexpr std::string_view kWhiteoutPrefix = ".wh.";
constexpr std::string_view kOpaqueName = ".wh..wh..opq";
constexpr std::string_view kReservedPrefix = ".wh..wh.";  // of AUFS's own files

// A path inside the image, or nothing for its root.
std::optional<std::string> path_of(const LayerEntries& entries, archive_entry* entry) {
  const char* text = archive_entry_pathname(entry);
  const std::string_view path = text == nullptr ? std::string_view{} : text;
  if (path.empty()) throw entries.entry_error("is an entry without a name");
  if (path.find_first_not_of("./") == std::string_view::npos && path.find("..") == path.npos) {
    if (archive_entry_filetype(entry) != AE_IFDIR) {
      throw entries.entry_error("is the root of the image, and not a directory");
    }
    return std::nullopt;
  }
  std::optional<std::string> clean = clean_path(path);
  if (!clean) throw entries.entry_error("is outside the image");
  if (const std::string_view why = layer::path_fault(*clean); !why.empty()) {
    throw entries.entry_error(std::string(why));
  }
  return clean;
}

// Which mark an entry of this path is, if it is one.
std::optional<MemberKind> mark_of(std::string_view path, const LayerEntries& entries) {
  const std::string_view name = layer::base_name(path);
  if (name == kOpaqueName) return MemberKind::kOpaque;
  if (path.starts_with(kReservedPrefix) || path.find("/.wh..wh.") != path.npos) {
    return MemberKind::kReserved;
  }
  if (!name.starts_with(kWhiteoutPrefix)) return std::nullopt;
  const std::string_view hidden = name.substr(kWhiteoutPrefix.size());
  if (hidden.empty()) throw entries.entry_error("is a whiteout without a name");
  if (hidden == "." || hidden == "..") {
    throw entries.entry_error(fmt::format("is a whiteout of '{}'", hidden));
  }
  return MemberKind::kWhiteout;
}

uint32_t number_of(const LayerEntries& entries, la_int64_t id) {
  if (!layer::is_valid_owner(id)) {
    throw entries.entry_error(
        fmt::format("is owned by {}, which is not a valid user or group id", id));
  }
  return static_cast<uint32_t>(id);
}

void read_attributes(const LayerEntries& entries, archive_entry* entry, LayerMember& member) {
  member.mode = static_cast<uint32_t>(archive_entry_perm(entry));
  member.uid = number_of(entries, archive_entry_uid(entry));
  member.gid = number_of(entries, archive_entry_gid(entry));
  member.mtime = archive_entry_mtime(entry);
  if (!layer::is_valid_time(member.mtime)) {
    throw entries.entry_error("has a time of modification that no system can hold");
  }
}

std::string hardlink_target(const LayerEntries& entries, const char* target) {
  if (*target == '\0') throw entries.entry_error("is a hardlink to nothing");
  std::optional<std::string> clean = clean_path(target);
  if (!clean) {
    throw entries.entry_error(fmt::format("is a hardlink to '{}', which is outside the image",
                                          layer::shown_path(target)));
  }
  return *std::move(clean);
}

std::string symlink_text(const LayerEntries& entries, archive_entry* entry) {
  const char* text = archive_entry_symlink(entry);
  if (text == nullptr || *text == '\0') throw entries.entry_error("is a link to nothing");
  if (const std::string_view why = layer::link_text_fault(text); !why.empty()) {
    throw entries.entry_error(fmt::format("has a link text that {}", why));
  }
  return text;
}

std::string device_text(archive_entry* entry) {
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFIFO) return "p";
  return fmt::format("{} {},{}", type == AE_IFBLK ? 'b' : 'c', archive_entry_rdevmajor(entry),
                     archive_entry_rdevminor(entry));
}

void read_kind(const LayerEntries& entries, archive_entry* entry, LayerMember& member,
               MemberTexts& texts) {
  if (const char* target = archive_entry_hardlink(entry)) {
    member.kind = MemberKind::kHardlink;
    texts.target = hardlink_target(entries, target);
    return;
  }
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      member.kind = MemberKind::kFile;
      member.size = static_cast<uint64_t>(archive_entry_size(entry));
      return;
    case AE_IFDIR:
      member.kind = MemberKind::kDirectory;
      return;
    case AE_IFLNK:
      member.kind = MemberKind::kSymlink;
      texts.target = symlink_text(entries, entry);
      return;
    default:
      member.kind = MemberKind::kOther;
      texts.target = device_text(entry);
  }
}

void hide_by(const LayerMember& mark, std::string_view placed, LayerNodes& nodes) {
  if (mark.kind == MemberKind::kOpaque) {
    nodes.hide(layer::parent_path(placed), layer::NodeKind::kOpaque);
    return;
  }
  const std::string_view name = layer::base_name(mark.path);
  const std::string folder(placed.substr(0, placed.size() - name.size()));
  nodes.hide(nodes.keep(folder + std::string(name.substr(kWhiteoutPrefix.size()))),
             layer::NodeKind::kWhiteout);
}

layer::NodeKind node_kind(MemberKind kind) {
  if (kind == MemberKind::kDirectory) return layer::NodeKind::kDirectory;
  if (kind == MemberKind::kFile) return layer::NodeKind::kFile;
  return kind == MemberKind::kSymlink ? layer::NodeKind::kSymlink : layer::NodeKind::kOther;
}

}  // namespace

LayerMember read_member(const LayerEntries& entries, archive_entry* entry, MemberXattrs xattrs,
                        MemberTexts& texts) {
  texts.target.clear();
  texts.xattrs.clear();
  LayerMember member;
  std::optional<std::string> path = path_of(entries, entry);
  if (!path) {
    member.kind = MemberKind::kRoot;
    return member;
  }
  texts.path = *std::move(path);
  member.path = texts.path;
  if (const std::optional<MemberKind> mark = mark_of(member.path, entries)) {
    member.kind = *mark;
    return member;
  }
  read_attributes(entries, entry, member);
  texts.xattrs = xattrs == MemberXattrs::kKept ? layer::xattrs_of_member(*entry)
                                               : layer::all_xattrs_of_member(*entry);
  read_kind(entries, entry, member, texts);
  member.target = texts.target;
  member.xattrs = texts.xattrs;
  return member;
}

LayerNodes::Fault lay_member(const LayerMember& member, LayerNodes& nodes, layer::Node& node) {
  if (member.kind == MemberKind::kRoot || member.kind == MemberKind::kReserved) return std::nullopt;
  const bool is_mark = member.kind == MemberKind::kWhiteout || member.kind == MemberKind::kOpaque;
  if (!is_mark) node.xattrs = nodes.keep_shared(member.xattrs);
  if (LayerNodes::Fault fault = nodes.place(member.path, node.path)) return fault;
  if (is_mark) {
    hide_by(member, node.path, nodes);
    return std::nullopt;
  }
  if (node.path != member.path) node.named = nodes.keep(member.path);
  if (member.kind == MemberKind::kHardlink) return nodes.add_hardlink(node.path, member.target);
  node.kind = node_kind(member.kind);
  node.size = member.size;
  node.mtime = member.mtime;
  node.mode = member.mode;
  node.uid = member.uid;
  node.gid = member.gid;
  if (member.kind != MemberKind::kFile) node.content = nodes.keep(member.target);
  nodes.add(node);
  return std::nullopt;
}

}  // namespace oci
