// Lists and unpacks archives: `tar --list`, `tar --extract`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "layer/bsdtar/archive_reader.h"
#include "layer/bsdtar/members.h"
#include "layer/bsdtar/names.h"

namespace layer {

// What a listing shows of a member. Texts are those of the archive.
struct ListedMember {
  std::string mode;  // "drwxr-xr-x "
  uint32_t links = 0;
  std::string owner;  // name, or number if it has no name
  std::string group;
  std::string size;  // in bytes; "MAJOR,MINOR" for a device
  int64_t mtime = 0;
  std::string path;
  std::string hardlink;  // its target; empty: not a hardlink
  std::string symlink;
};

struct ReadRequest {
  ArchiveSource source;
  NameRules names;
  bool stops_early = false;  // as soon as each pattern has matched
};

struct ExtractOptions {
  std::string directory;  // to unpack into; empty: the current one
  bool to_stdout = false;
  bool restores_owners = false;
  bool restores_permissions = false;  // all mode bits, whatever the umask
  bool restores_times = true;
  bool keeps_old_files = false;
  bool keeps_newer_files = false;
  bool unlinks_first = false;
  bool is_insecure = false;  // absolute names, ".." and links in paths are allowed
  Owner owner;               // replaces what members state
};

using Visit = std::function<void(const ListedMember&)>;

// Calls `visit` for each selected member, in order. Throws Error for an archive that cannot be read
// and, at the end, for patterns that matched nothing.
void list_archive(const ReadRequest& request, const Visit& visit);

// Like list_archive(), and unpacks each member, after `visit`, under its edited name. Changes the
// process's current directory. A member that cannot be unpacked does not stop the others; the
// errors are thrown together at the end.
void extract_archive(const ReadRequest& request, const ExtractOptions& options, const Visit& visit);

}  // namespace layer
