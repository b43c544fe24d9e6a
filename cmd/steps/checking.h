// The checks of an image, as `build` and `verify` run and report them.
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

// The config of an image on `base` (null: none). Throws layer::Error for changes it does not take.
oci::ImageConfig final_config(const oci::StoredImage* base,
                              const std::optional<oci::Platform>& platform,
                              const oci::ConfigChanges& changes);

// Makes an image start the program, unless `changes` say something else.
void start_program(const std::optional<layer::Program>& program, oci::ConfigChanges& changes);

// What is wrong with a plan, as an image on `base` (null: none) whose config is so changed.
std::vector<layer::Finding> check_plan(const PlanningState& planned, const PlanningOptions& options,
                                       const oci::StoredImage* base,
                                       const oci::ConfigChanges& changes,
                                       layer::Store* store = nullptr);

// Adds to each explanation what the checks found about its path, or what it was checked as.
void explain_checks(const std::vector<layer::Finding>& findings, const PlanningState& planned,
                    std::vector<layer::Explanation>& explanations);

// Prints errors and warnings to stderr; throws layer::Error for errors that stop a build.
CheckCounts report_findings(const std::vector<layer::Finding>& findings, CheckLevel level);

}  // namespace cmd
