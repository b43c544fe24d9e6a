// Reads members with libarchive and unpacks their contents into files.
#include "layer/bsdtar/copied_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/file_metadata.h"
#include "layer/base/keyed_hash.h"
#include "layer/base/xattrs.h"
#include "layer/bsdtar/archive_reader.h"
#include "layer/disk/file_reader.h"
#include "layer/disk/output_file.h"
#include "layer/model/relative_path.h"
#include "layer/model/xattrs_of_member.h"

namespace layer {
namespace {

constexpr size_t kArchiveHeadSize = 4096;

class Copier {
 public:
  Copier(const ArchiveSource& source, ExtendedAttributes attributes, Scratch& scratch,
         StringArena& arena, Members& members)
      : reader_(source),
        origin_{arena.intern(Declaration{.file = source.called})},
        attributes_(attributes),
        scratch_(scratch),
        arena_(arena),
        members_(members) {}

  void run() {
    while (archive_entry* entry = reader_.next()) {
      const std::string name = reader_.name();
      if (!members_.selects(name)) continue;
      check_extended(*entry, name);
      Member member{.source = MemberSource::kCopied};
      member.entry = {.origin = origin_, .attributes = attributes_of(*entry, name)};
      fill(*entry, name, member.entry);
      std::string_view relative = name;
      while (relative.starts_with('/')) relative.remove_prefix(1);
      members_.add(member, relative);
    }
  }

 private:
  void fill(archive_entry& entry, const std::string& name, Entry& member) {
    const char* hardlink = archive_entry_hardlink(&entry);
    if (hardlink != nullptr && archive_entry_size(&entry) == 0) {
      return share(name, hardlink, member);
    }
    switch (archive_entry_filetype(&entry)) {
      case AE_IFDIR:
        member.kind = EntryKind::kDirectory;
        return;
      case AE_IFLNK:
        member.kind = EntryKind::kSymlink;
        member.content = link_text(entry, name);
        return;
      case AE_IFREG:
        return unpack(entry, name, member);
      default:
        throw fault(name, "is a socket, a pipe or a device: expected a file, a link or a directory")
            .with_help("leave it out with --exclude, or let bsdtar make this archive");
    }
  }

  std::string_view link_text(archive_entry& entry, const std::string& name) {
    const char* text = archive_entry_symlink(&entry);
    if (text == nullptr || *text == '\0') throw fault(name, "is a link without a target");
    if (const std::string_view why = link_text_fault(text); !why.empty()) {
      throw fault(name, fmt::format("has a link text that {}", why));
    }
    return arena_.copy(text);
  }

  void share(const std::string& name, const std::string& hardlink, Entry& member) {
    const auto target = files_.find(hardlink);
    if (target == files_.end()) {
      throw fault(name,
                  fmt::format("is a hardlink to '{}', which is not an earlier file of the archive",
                              hardlink));
    }
    member.kind = target->second.empty() ? EntryKind::kEmptyFile : EntryKind::kFile;
    member.content = target->second;
  }

  void unpack(archive_entry& entry, const std::string& name, Entry& member) {
    if (archive_entry_size(&entry) == 0) {
      member.kind = EntryKind::kEmptyFile;
      files_[name] = {};
      return;
    }
    const std::string path = scratch_.next();
    OutputFile file(scratch_.place());
    const uint64_t size = reader_.read_blocks([&file](std::string_view bytes, uint64_t offset) {
      file.write_at(offset, std::as_bytes(std::span(bytes)));
    });
    if (size > file.size()) file.truncate(size);  // a hole at the end
    file.commit(path);
    member.kind = EntryKind::kFile;
    member.content = arena_.copy(path);
    files_[name] = member.content;
  }

  void check_extended(archive_entry& entry, const std::string& name) const {
    if (attributes_ == ExtendedAttributes::kLeaveOut) return;
    std::string found = archive_entry_acl_types(&entry) == 0 ? "" : "an access control list";
    for (const std::string& xattr : xattr_names(entry)) {
      if (!is_kept_xattr(xattr)) found = fmt::format("the extended attribute '{}'", xattr);
    }
    if (found.empty()) return;
    throw fault(name, fmt::format("has {}, which veneer cannot store in a layer", found))
        .with_help("leave it out with --no-xattrs, or let bsdtar make this archive");
  }

  uint32_t owner(la_int64_t id, const std::string& name) const {
    if (is_valid_owner(id)) return static_cast<uint32_t>(id);
    throw fault(name, fmt::format("is owned by {}, which is not a valid user or group id", id));
  }

  const Attributes* attributes_of(archive_entry& entry, const std::string& name) {
    Attributes attributes;
    attributes.mode = archive_entry_perm(&entry) & 07777U;
    attributes.uid = owner(archive_entry_uid(&entry), name);
    attributes.gid = owner(archive_entry_gid(&entry), name);
    attributes.mtime = archive_entry_mtime(&entry);
    if (!is_valid_time(*attributes.mtime)) {
      throw fault(name, "has a time of modification that no system can hold");
    }
    if (attributes_ == ExtendedAttributes::kKeep) {
      attributes.xattrs = arena_.intern_at(xattrs_of_member(entry));
    }
    return arena_.intern(attributes);
  }

  Error fault(const std::string& name, const std::string& what) const {
    return {origin_.position(), fmt::format("'{}' {}", shown_path(name), what)};
  }

  ArchiveReader reader_;
  const Origin origin_;
  const ExtendedAttributes attributes_;
  Scratch& scratch_;
  StringArena& arena_;
  Members& members_;
  std::unordered_map<std::string, std::string_view, KeyedHash>
      files_;  // unpacked, by name; empty: no bytes
};

}  // namespace

void add_from_archive(const ArchiveSource& source, ExtendedAttributes attributes, Scratch& scratch,
                      StringArena& arena, Members& members) {
  Copier(source, attributes, scratch, arena, members).run();
}

bool is_archive(const std::string& path) {
  FileReader reader(path);
  std::array<std::byte, kArchiveHeadSize> head{};
  const size_t size = reader.read(head);
  // These are text if what is in them is: ar, cpio's "odc", and what uuencode makes of any archive.
  constexpr std::string_view kTextMagics[] = {"!<arch>\n", "070707", "begin ", "begin-base64 "};
  const std::string_view text(reinterpret_cast<const char*>(head.data()), size);
  const bool has_magic = std::ranges::any_of(
      kTextMagics, [text](std::string_view magic) { return text.starts_with(magic); });
  if (has_magic) return true;
  // Other text has no control characters but TAB, LF and CR; every archive format and codec has others
  // near its beginning, if only as padding.
  return std::any_of(head.begin(), head.begin() + size, [](std::byte byte) {
    const auto c = std::to_integer<unsigned>(byte);
    return c < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
}

}  // namespace layer
