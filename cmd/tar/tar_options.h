// Parses bsdtar's command line, as far as `veneer tar` takes it: docs/bsdtar.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layer/base/limits.h"
#include "layer/bsdtar/archive_form.h"
#include "layer/bsdtar/create.h"
#include "layer/bsdtar/extract.h"

namespace cmd {

enum class TarMode : uint8_t { kNone, kCreate, kList, kExtract, kHelp, kVersion };

struct TarCommand {
  TarMode mode = TarMode::kNone;
  std::string file;  // -f; empty: standard input or output
  layer::CompressionRequest compression;
  bool auto_compress = false;
  layer::CreateRequest create;  // but for its scratch folder and jobs
  layer::ReadRequest read;      // but for its source's file, program and options
  layer::ExtractOptions extract;
  layer::NameRules names;          // of all three
  layer::Owner owner;              // likewise
  layer::Limits limits;            // of archives that are read
  std::string directory;           // -C before the first operand
  std::vector<std::string> lists;  // -T
  unsigned verbose = 0;
  bool totals = false;
};

// Parses the words that follow `tar`. `is_root` decides about owners and modes where the words do
// not say. Throws layer::Error, which names the word at fault.
TarCommand parse_tar(const std::vector<std::string>& words, bool is_root);

}  // namespace cmd
