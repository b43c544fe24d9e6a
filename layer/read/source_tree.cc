// Places a walked directory, or one file, below a destination.
#include "layer/read/source_tree.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "layer/error.h"
#include "layer/read/relative_path.h"
#include "layer/read/walk.h"

namespace layer {
namespace {

struct Placement {
  std::string source;
  std::string_view destination;  // normalised; empty: the image's root
  bool is_into_directory = false;
};

Placement parse_placement(std::string_view argument, StringArena& arena) {
  if (const size_t nul = argument.find('\0'); nul != std::string_view::npos) {
    throw Error(fmt::format("tree '{}' goes on with a NUL byte", argument.substr(0, nul)));
  }
  const size_t colon = argument.rfind(':');
  if (colon == std::string_view::npos) {
    throw Error(fmt::format("tree '{}' has no ':': expected SRC:DEST", argument))
        .with_help("DEST is a path in the image; 'SRC:/' is its root");
  }
  const std::string_view destination = argument.substr(colon + 1);
  Placement placement{std::string(argument.substr(0, colon)), normalize_path(destination, arena),
                      destination.empty() || destination.ends_with('/')};
  if (placement.source.empty()) {
    throw Error(fmt::format("tree '{}' has an empty SRC: expected SRC:DEST", argument));
  }
  if (placement.destination.empty()) return placement;
  if (const std::string_view why = path_fault(placement.destination); !why.empty()) {
    throw Error(fmt::format("tree '{}': DEST '{}' {}", argument, destination, why));
  }
  return placement;
}

const Attributes* stated_mode(mode_t mode, StringArena& arena) {
  Attributes attributes;
  attributes.mode = mode & 07777U;
  return arena.intern(attributes);
}

std::string_view base_name(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

std::vector<Entry> place_file(const Placement& placement, mode_t mode, StringArena& arena) {
  const std::string_view path = placement.is_into_directory
                                    ? arena.join(placement.destination, base_name(placement.source))
                                    : placement.destination;
  return {{.path = path,
           .content = arena.copy(placement.source),
           .origin = {arena.intern(Declaration{.file = placement.source})},
           .attributes = stated_mode(mode, arena)}};
}

EntryKind kind_of(const WalkedItem& item, const std::string& source) {
  switch (item.type) {
    case DiskType::kFile:
      return EntryKind::kFile;
    case DiskType::kDirectory:
      return EntryKind::kDirectory;
    case DiskType::kSymlink:
      return EntryKind::kSymlink;
    case DiskType::kOther:
      break;
  }
  throw Error({source}, fmt::format("'{}' is a socket, a pipe or a device: expected a file, a link "
                                    "or a directory",
                                    item.path));
}

std::vector<Entry> place_directory(const Placement& placement, mode_t mode, StringArena& arena) {
  const Origin origin{arena.intern(Declaration{.file = placement.source})};
  std::vector<Entry> entries;
  if (!placement.destination.empty()) {
    entries.push_back({.path = placement.destination,
                       .origin = origin,
                       .attributes = stated_mode(mode, arena),
                       .kind = EntryKind::kDirectory,
                       .yields_to_base = true});
  }
  StringArena walked;  // every path becomes part of another
  for (const WalkedItem& item : walk(placement.source, WalkDetail::kModes, walked)) {
    Entry entry{.path = arena.join(placement.destination, item.path),
                .origin = origin,
                .kind = kind_of(item, placement.source)};
    if (item.type == DiskType::kFile) entry.content = arena.join(placement.source, item.path);
    if (item.type == DiskType::kSymlink) entry.content = arena.copy(item.link);
    if (item.type != DiskType::kSymlink) entry.attributes = stated_mode(item.mode, arena);
    entry.yields_to_base = item.type == DiskType::kDirectory;
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace

std::vector<Entry> read_source(std::string_view argument, StringArena& arena) {
  Placement placement = parse_placement(argument, arena);
  while (placement.source.size() > 1 && placement.source.ends_with('/')) {
    placement.source.pop_back();
  }
  struct stat status = {};
  if (stat(placement.source.c_str(), &status) != 0) {
    throw Error(fmt::format("tree '{}': cannot read '{}': {}", argument, placement.source,
                            std::generic_category().message(errno)));
  }
  if (S_ISDIR(status.st_mode)) return place_directory(placement, status.st_mode, arena);
  if (S_ISREG(status.st_mode)) return place_file(placement, status.st_mode, arena);
  throw Error(
      fmt::format("tree '{}': '{}' is neither a file nor a directory", argument, placement.source));
}

}  // namespace layer
