// Adds the members of another archive to the one being made: the operand `@ARCHIVE`.
#pragma once

#include <cstdint>
#include <string>

#include "layer/bsdtar/archive_reader.h"
#include "layer/bsdtar/members.h"
#include "layer/bsdtar/scratch.h"
#include "layer/model/string_arena.h"

namespace layer {

// What happens to the extended attributes and access lists of members.
enum class ExtendedAttributes : uint8_t {
  kKeep,      // keep what is_kept_xattr() keeps; others are an Error
  kLeaveOut,  // drop all of them
};

// Adds every member of an archive. Contents are unpacked into `scratch`, which must live as long as
// they are needed. A hardlink becomes a second file with the content of the first. Throws Error for
// what cannot be read or kept.
void add_from_archive(const ArchiveSource& source, ExtendedAttributes attributes, Scratch& scratch,
                      StringArena& arena, Members& members);

// Whether a file is an archive, by its first bytes, rather than a text such as an mtree.
bool is_archive(const std::string& path);

}  // namespace layer
