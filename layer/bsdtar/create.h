// Makes an archive of what a tar command names: `tar --create`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  kArchive,   // "@FILE": an mtree, or an archive to copy the members of; "-" is standard input
  kNameList,  // -T: a file with a path a line; a line "-C" says that the next is a directory
};

struct Operand {
  OperandKind kind = OperandKind::kPath;
  std::string text;
  std::string directory;  // below which relative paths are; empty: the current one
};

struct CreateRequest {
  std::vector<Operand> operands;
  NameRules names;
  DiskOptions disk;
  Owner owner;
  ExtendedAttributes attributes = ExtendedAttributes::kKeep;
  std::string scratch = ".";  // folder for what has to be unpacked meanwhile
  unsigned jobs = 1;
};

// A plan, with what its texts and some of its files live in.
struct PlannedArchive {
  std::unique_ptr<StringArena> arena;
  std::unique_ptr<Scratch> scratch;  // null: none was needed
  LayerPlan plan;
};

// Reads every operand. Throws Error.
PlannedArchive plan_archive(const CreateRequest& request);

// Writes the archive to `output`, through an unnamed file in `folder` if a filter is needed. The
// bytes depend on the plan, its files and the form only.
void write_archive(const LayerPlan& plan, const ArchiveForm& form, unsigned jobs,
                   const std::string& folder, OutputFile& output);

}  // namespace layer
