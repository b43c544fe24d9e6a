// Splits one line of a veneer spec into its fields.
//
// The grammar of a spec:
//
//   spec   = { record LF }                       the last LF may be missing; TAB between fields
//   record = V 1                                 version: the first record
//          | W workspace                         name of the main repository: the second record
//          | G group                             layer of the records that follow; may be empty
//          | i exec_path                         the f, d or l with this exec path is in this group
//          | x short_path exec_path              the executable
//          | f short_path exec_path owner        an ordinary file
//          | d short_path exec_path owner        a tree artifact
//          | l short_path exec_path owner        an unresolved symlink: readlink(exec_path) is
//                                                its text
//          | u short_path exec_path owner        f or l, which the rule cannot tell: l if it is a
//                                                link with a relative text on disk
//          | k exec_path                         the u, s or r with this exec path is an unresolved
//                                                symlink
//          | t short_path text owner             a symlink with a text that the rule knows
//          | s path f|d|l exec_path target_short_path owner   runfiles.symlinks
//          | r path f|d|l exec_path target_short_path owner   runfiles.root_symlinks
//          | e path                              runfiles.empty_filenames
//          | m exec_path                         the repo mapping
//   escape = \\ backslash, \t TAB, \n LF         in every field
//
// x and m occur at most once and are in no group; i is in a group. If several groups have an i for
// one exec path, the first group has the file, whatever group its f, d or l is in. A short_path,
// and the path of s and e, may begin with "../", for another repository.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "layer/base/error.h"
#include "layer/model/string_arena.h"
#include "layer/read/input_file.h"

namespace layer {

struct SpecField {
  std::string_view text;  // without escapes
  size_t offset = 0;      // in the line
};

// A record with a known letter and the right number of fields.
struct SpecRecord {
  char letter = 0;
  uint32_t line = 0;
  std::array<SpecField, 5> fields;

  const SpecField& operator[](size_t i) const { return fields[i]; }
};

// Throws Error unless the first line of `file`, if it has one, is the V record of this version. What
// follows another one has another grammar.
void check_spec_version(const std::optional<std::string_view>& line, const std::string& file);

// Parses the record on `line`, which is at `position`. If it is invalid, adds a fault to `found`.
std::optional<SpecRecord> split_record(std::string_view line, const Position& position,
                                       Diagnostics& found, StringArena& arena);

}  // namespace layer
