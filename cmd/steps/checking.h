// Runs the checks of an image and reports their findings, for `build`, `plan` and `verify`.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "cmd/steps/planning.h"
#include "layer/check/finding.h"
#include "layer/plan/explain.h"
#include "oci/model/config_changes.h"
#include "oci/read/stored_image.h"

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

// The finding as a message, with the short forms of its paths unless --verbose is given.
layer::Diagnostic diagnostic_of(const layer::Finding& finding, const layer::ShortPaths& paths);

// The config of an image on `base` (null: none). Throws layer::Error for changes that do not fit.
oci::ImageConfig final_config(const oci::StoredImage* base,
                              const std::optional<oci::Platform>& platform,
                              const oci::ConfigChanges& changes);

// Makes the image start the program, in its directory, unless `changes` say something else.
void start_program(const std::optional<layer::Program>& program, oci::ConfigChanges& changes);

// Runs all checks on the image that the plan makes on `base` (null: none) with the changed config.
// A store, if given, saves looking into files that it knows.
std::vector<layer::Finding> check_plan(const PlanningState& planned, const PlanningOptions& options,
                                       const oci::StoredImage* base,
                                       const oci::ConfigChanges& changes,
                                       layer::Store* store = nullptr);

// Adds to each explanation what the checks found about its path or, if nothing, as what it passed.
void explain_checks(const std::vector<layer::Finding>& findings, const PlanningState& planned,
                    std::vector<layer::Explanation>& explanations);

// Prints errors and warnings to stderr; returns how many findings of each kind there are. If
// `level` is kError, throws layer::Error with the errors.
CheckCounts report_findings(const std::vector<layer::Finding>& findings, CheckLevel level);

}  // namespace cmd
