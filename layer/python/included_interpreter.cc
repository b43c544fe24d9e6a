// Looks at the prefix, and at what its ELF files need.
#include "layer/python/included_interpreter.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "layer/base/error.h"
#include "layer/disk/file_reader.h"
#include "layer/disk/look_at.h"
#include "layer/model/file_tree.h"
#include "layer/model/venv.h"
#include "layer/probe/elf_facts.h"
#include "layer/python/moved_paths.h"
#include "layer/python/script.h"
#include "layer/read/input_file.h"
#include "layer/read/walk.h"

namespace layer {
namespace {

// Prefixes that others share.
constexpr std::array<std::string_view, 4> kSystemPrefixes{"", "/", "/usr", "/usr/local"};
// The C library's, by their names without version; libcrypt was one of them until glibc 2.38.
constexpr std::array<std::string_view, 10> kLibcNames{
    "ld-linux-aarch64", "ld-linux-x86-64", "libc",  "libcrypt", "libdl", "libm",
    "libpthread",       "libresolv",       "librt", "libutil"};

ElfFacts facts_of(const std::string& path) {
  const FileReader reader(path);
  return layer::read_elf(reader.fd(), reader.stamp().size, path);
}

bool is_of_libc(std::string_view library) {
  return std::ranges::binary_search(kLibcNames, library.substr(0, library.find(".so")));
}

// A library that is needed from outside; no value if there is none. Those inside are found by run
// paths that begin with $ORIGIN.
std::optional<std::string> need_from_outside(const std::string& path, const std::string& prefix) {
  const ElfFacts facts = facts_of(path);
  for (const std::string& library : facts.needed) {
    if (is_of_libc(library)) continue;
    if (!library.starts_with('/') && is_file(fmt::format("{}/lib/{}", prefix, library))) continue;
    return library;
  }
  return std::nullopt;
}

std::vector<std::string> libraries_in(const std::string& folder) {
  std::vector<std::string> paths;
  if (!is_directory(folder)) return paths;  // a Python may have none
  const Listing listing = list_directory(folder, WalkDetail::kTypes);
  for (const Listing::Item& item : listing.items) {
    std::string path = fmt::format("{}/{}", folder, listing.name(item));
    if (path.find(".so") != std::string::npos && is_file(path)) paths.push_back(std::move(path));
  }
  std::ranges::sort(paths);
  return paths;
}

// Whether a file is one of those in which an installation keeps its prefix.
bool may_name_prefix(std::string_view path, const std::string& on_disk) {
  const std::string_view name = base_name(path);
  if (parent_path(path) == "bin") return begins_a_script(on_disk);
  return name.starts_with("_sysconfigdata") || name.starts_with("_sysconfig_vars") ||
         name.ends_with(".pc") ||
         (name == "Makefile" && path.find("/config-") != std::string_view::npos);
}

void move_text(std::string_view path, const MovedPaths& moves, StringArena& arena, Entry& entry) {
  const std::string on_disk(entry.content);
  if (!may_name_prefix(path, on_disk)) return;
  StringArena before;
  const std::string_view text = read_installed_file(on_disk, before);
  if (text.find('\0') != std::string_view::npos || !moves.are_in(text)) return;
  entry.kind = EntryKind::kInlineFile;
  entry.content = arena.copy(moves.replace_in(text));
}

}  // namespace

std::string why_not_relocatable(const std::string& path, InterpreterOnDisk& interpreter) {
  const std::string_view bin = parent_path(path);
  interpreter.prefix = parent_path(bin);
  interpreter.program = path.substr(interpreter.prefix.size() + 1);
  if (std::ranges::find(kSystemPrefixes, interpreter.prefix) != kSystemPrefixes.end()) {
    return "is the system's, whose files are not in a folder of its own";
  }
  const std::string library =
      fmt::format("{}/lib/python{}", interpreter.prefix, interpreter.version);
  if (base_name(bin) != "bin" || !is_file(library + "/os.py")) {
    return fmt::format("has no standard library beside it: no '{}/os.py'", library);
  }
  std::vector<std::string> files = libraries_in(library + "/lib-dynload");
  files.push_back(path);
  for (const std::string& file : files) {
    const std::optional<std::string> need = need_from_outside(file, interpreter.prefix);
    if (need) return fmt::format("needs '{}' of this machine (in '{}')", *need, file);
  }
  return {};
}

std::string place_of(const InterpreterOnDisk& interpreter) {
  return "opt/python/" + interpreter.full_version;
}

std::vector<Entry> read_interpreter_files(const InterpreterOnDisk& interpreter, PycFiles pyc,
                                          StringArena& arena, Store* store) {
  const std::string_view prefix = arena.copy(interpreter.prefix);
  const std::string_view place = arena.copy(place_of(interpreter));
  const std::string repository = std::string(kIncludedInterpreter) + interpreter.full_version;
  const Origin origin{arena.intern(Declaration{.file = prefix, .repository = repository})};
  const MovedPaths moves({{interpreter.prefix, fmt::format("/{}", place)}});
  std::vector<Entry> entries;
  for (const WalkedItem& item : walk(interpreter.prefix, WalkDetail::kTypes, arena, store)) {
    const bool is_left_out = pyc != PycFiles::kKeep && is_compiled_path(item.path);
    if (is_left_out || (item.type == DiskType::kDirectory && !item.is_empty)) continue;
    Entry entry{.path = arena.join(place, item.path), .origin = origin};
    if (item.type == DiskType::kDirectory) {
      entry.kind = EntryKind::kDirectory;
    } else if (item.type == DiskType::kSymlink) {
      entry.kind = EntryKind::kSymlink;
      entry.content = arena.copy(moves.find(item.link).value_or(std::string(item.link)));
    } else {
      entry.content = arena.join(prefix, item.path);
      move_text(item.path, moves, arena, entry);
    }
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace layer
