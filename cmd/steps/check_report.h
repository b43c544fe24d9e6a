// Prints what the checks found, for people and for programs.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "layer/check/finding.h"

namespace cmd {

enum class ReportFormat : uint8_t { kText, kJson, kSarif, kGithub };

// What was checked, and what was found.
struct CheckReport {
  std::string image;  // as the user names it
  std::vector<layer::Finding> findings;
  size_t paths = 0;
  size_t layers = 0;
};

// --format, and --json, which is one of its values.
void add_format_option(CLI::App& command, ReportFormat& format);

// A finding as docs/checks.md describes it.
nlohmann::json finding_json(const layer::Finding& finding);

// Prints to stdout. docs/checks.md describes each form.
void print_check_report(const CheckReport& report, ReportFormat format);

}  // namespace cmd
