// The options for inputs, layers and the base, for `build`, `plan` and `layer`.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "cmd/options/base_options.h"
#include "cmd/options/owner_options.h"
#include "cmd/options/runfiles_layout_options.h"
#include "cmd/options/venv_options.h"
#include "layer/plan/plan_image.h"
#include "layer/resolve/inputs.h"
#include "oci/read/read_base.h"

namespace cmd {

enum class ContentLinks : uint8_t { kOn, kOff };

struct PlanningOptions {
  std::string plan_file;  // a plan's text in place of inputs; empty: a plan is made
  layer::InputRequest inputs;
  VenvOptions venv;
  std::string pyc_python;             // the interpreter of --pyc=compile; empty: the program's own
  std::vector<std::string> pyc_from;  // plans with compiled files that need not be made again
  LayoutOptions layout;
  layer::PlanOptions plan;
  ContentLinks content_links = ContentLinks::kOn;
  BaseOptions base;
  oci::FindDuplicates base_duplicates = oci::FindDuplicates::kYes;
  std::vector<std::string> rules;         // --layer
  std::vector<std::string> capabilities;  // --capability
  OwnerOptions owners;
  std::string layer_lock;  // a file; empty: none is kept
  std::string shared_root;
  unsigned jobs = 1;
  // Threads for reading the inputs, if more than jobs: names and links on a disk come faster if
  // several are asked for at a time. 1 if the user has said how many jobs there are to be.
  unsigned readers = 1;
};

// The options that give a run something to pack, beside the argument.
inline constexpr std::array<const char*, 8> kInputOptions{
    "--runfiles", "--runfiles-manifest", "--spec", "--venv", "--site-packages", "--mtree", "--tree",
    "--plan"};
// Of `build` and its kin: a project file, which says what the command line does not.
inline constexpr const char* kProjectOption = "--project";

// The argument that stands for `inputs.binary`.
struct BinaryArgument {
  const char* name = "BINARY";
  const char* help = "A binary that Bazel built; its runfiles are found beside it";
};

// Adds the options to a sub-command; they are filled in when it is parsed.
void add_planning_options(CLI::App& command, PlanningOptions& options,
                          const BinaryArgument& binary = {});

// Throws CLI::ValidationError if there is nothing to pack, or if more than one of the four ways to
// name a program's runfiles was used.
void check_inputs(const layer::InputRequest& inputs);

// The options that a plan is made by: parses the texts, and reads the lock file, that `options`
// name. Throws a CLI::ParseError for options that exclude each other, and layer::Error for a
// malformed text or lock file.
layer::PlanOptions plan_options(const PlanningOptions& options);

}  // namespace cmd
