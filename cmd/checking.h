// The checks of an image, as `build` and `verify` run and report them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <vector>

#include "cmd/planning.h"
#include "layer/check/finding.h"
#include "oci/config.h"

namespace cmd {

enum class CheckLevel : uint8_t {
  kError,  // errors stop the build
  kWarn,   // they are printed as warnings
  kOff,    // nothing is checked
};

struct CheckCounts {
  size_t errors = 0;
  size_t warnings = 0;
  size_t notes = 0;
};

void add_check_option(CLI::App& command, CheckLevel& level);

CheckCounts count_findings(const std::vector<layer::Finding>& findings);

// What is wrong with a plan, as an image of that config on a base of so many layers.
std::vector<layer::Finding> check_plan(const Planned& planned, uint32_t base_layers,
                                       const oci::ImageConfig& config, unsigned jobs);

// Prints errors and warnings to stderr; throws layer::Error for errors that stop a build.
CheckCounts report_findings(const std::vector<layer::Finding>& findings, CheckLevel level);

}  // namespace cmd
