// Walks the paths in the image's tree, and compares the config.
#include "cmd/inspect/expectations.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "cmd/options/check_with.h"
#include "oci/model/config_changes.h"

namespace cmd {
namespace {

constexpr const char* kExpectedGroup = "Expectations (exit code 1 if the image is otherwise)";

CLI::Option* add_paths(CLI::App& command, const char* name, std::vector<std::string>& paths,
                       const char* help) {
  return command.add_option(name, paths, help)
      ->allow_extra_args(false)
      ->type_name("PATH")
      ->group(kExpectedGroup);
}

std::string as_json(const std::vector<std::string>& words) {
  return nlohmann::json(words).dump();
}

}  // namespace

void add_expectations(CLI::App& command, Expectations& expected) {
  add_paths(command, "--expect-file", expected.files,
            "The path of the image leads to something; repeatable");
  add_paths(command, "--forbid-file", expected.absent,
            "Nothing is at the path of the image; repeatable");
  command.add_option("--expect-user", expected.user, "The image runs as USER[:GROUP]")
      ->group(kExpectedGroup);
  command
      .add_option("--expect-entrypoint", expected.entrypoint,
                  "The image runs this command; repeatable for its arguments, or a JSON array")
      ->allow_extra_args(false)
      ->type_name("ARG")
      ->check(check_with([](const std::string& word) { oci::parse_arguments({word}); }))
      ->group(kExpectedGroup);
}

std::vector<layer::Diagnostic> unmet_expectations(const oci::ImageSubject& subject,
                                                  const Expectations& expected) {
  std::vector<layer::Diagnostic> faults;
  const auto fault = [&](std::string message) {
    layer::Diagnostic& added = faults.emplace_back();
    added.position.file = subject.image.name;
    added.message = std::move(message);
  };
  const auto leads_somewhere = [&](const std::string& path) {
    return subject.facts.tree.resolve(path).fault == layer::ResolveFault::kNone;
  };
  for (const std::string& path : expected.files) {
    if (!leads_somewhere(path)) fault(fmt::format("has nothing at '{}'", path));
  }
  for (const std::string& path : expected.absent) {
    if (leads_somewhere(path)) fault(fmt::format("has something at '{}'", path));
  }
  const oci::ImageConfig& config = subject.image.config;
  if (expected.user && *expected.user != config.user) {
    fault(fmt::format("runs as '{}', not as '{}'", config.user, *expected.user));
  }
  const std::vector<std::string> entrypoint = config.entrypoint.value_or(oci::Arguments());
  const std::vector<std::string> wanted = oci::parse_arguments(expected.entrypoint);
  if (!expected.entrypoint.empty() && wanted != entrypoint) {
    fault(fmt::format("runs {}, not {}", as_json(entrypoint), as_json(wanted)));
  }
  return faults;
}

}  // namespace cmd
