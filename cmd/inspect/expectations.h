// What an image is held to have: the options --expect-… and --forbid-… of `inspect`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "layer/base/error.h"
#include "oci/inspect/image_diff.h"

namespace cmd {

struct Expectations {
  std::vector<std::string> files;   // paths that lead to something, links followed
  std::vector<std::string> absent;  // paths at which nothing is
  std::optional<std::string> user;
  std::vector<std::string> entrypoint;  // as for --entrypoint
};

// `expected` outlives `command`.
void add_expectations(CLI::App& command, Expectations& expected);

// What the image does not have as expected.
std::vector<layer::Diagnostic> unmet_expectations(const oci::ImageSubject& subject,
                                                  const Expectations& expected);

}  // namespace cmd
