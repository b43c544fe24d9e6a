// Members of another archive, as `@ARCHIVE` copies them.
#pragma once

#include <cstdint>
#include <string>

#include "layer/bsdtar/members.h"
#include "layer/bsdtar/scratch.h"
#include "layer/model/string_arena.h"

namespace layer {

// What is done with extended attributes and access lists of members.
enum class ExtendedAttributes : uint8_t {
  kKeep,      // those that is_kept_xattr() names; others are refused
  kLeaveOut,  // all of them
};

// Adds every member of an archive of any format that libarchive reads, compressed in any way it
// knows. Contents are unpacked into `scratch`, which has to live as long as they are needed; a
// hardlink is a second file with the content of the first. `called` is for messages. Throws Error
// for what cannot be read or kept.
void add_from_archive(const std::string& path, const std::string& called,
                      ExtendedAttributes attributes, Scratch& scratch, StringArena& arena,
                      Members& members);

// Whether what a file begins with shows that it is an archive rather than a text, such as an mtree.
bool is_archive(const std::string& path);

}  // namespace layer
