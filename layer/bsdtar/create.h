// Makes an archive of what a tar command names: `tar --create`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/limits.h"
#include "layer/bsdtar/archive_form.h"
#include "layer/bsdtar/copied_archive.h"
#include "layer/bsdtar/disk_members.h"
#include "layer/bsdtar/members.h"
#include "layer/bsdtar/names.h"
#include "layer/bsdtar/scratch.h"
#include "layer/disk/output_file.h"
#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

enum class OperandKind : uint8_t {
  kPath,      // a file or directory
  kArchive,   // "@FILE": an mtree, or an archive whose members are copied; "-": standard input
  kNameList,  // -T: a file with one path per line; after a line "-C" comes a directory
};

struct Operand {
  OperandKind kind = OperandKind::kPath;
  std::string text;
  std::string directory;  // that relative paths start from; empty: the current one
};

struct CreateRequest {
  std::vector<Operand> operands;
  NameRules names;
  DiskOptions disk;
  Owner owner;
  ExtendedAttributes attributes = ExtendedAttributes::kKeep;
  Limits limits;              // of archives that are copied
  std::string scratch = ".";  // folder for temporary unpacked files
  unsigned jobs = 1;
};

// A plan of the archive, and the owners of its texts and of the files unpacked for it.
struct PlannedArchive {
  std::unique_ptr<StringArena> arena;
  std::unique_ptr<Scratch> scratch;  // null: nothing was unpacked
  LayerPlan plan;
  std::vector<Diagnostic> warnings;
};

// Reads every operand and plans the archive. Throws Error.
PlannedArchive plan_archive(const CreateRequest& request);

// Writes the archive to `output`. If a filter is needed, a plain tar is first written to an unnamed
// file in `folder`. The bytes depend only on the plan, its files and the form.
void write_archive(const LayerPlan& plan, const ArchiveForm& form, unsigned jobs,
                   const std::string& folder, OutputFile& output);

}  // namespace layer
