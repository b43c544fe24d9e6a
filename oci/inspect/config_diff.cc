// Writes each config as a list of names and texts, and compares the lists.
#include "oci/inspect/config_diff.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

namespace oci {
namespace {

void put_setting(StringMap& settings, const std::string& name, const std::string& text) {
  if (!text.empty()) settings[name] = text;
}

void put_names(StringMap& settings, const std::string& name, const std::set<std::string>& names) {
  for (const std::string& one : names) settings[fmt::format("{}.{}", name, one)] = "yes";
}

void put_arguments(StringMap& settings, const std::string& name,
                   const std::optional<Arguments>& arguments) {
  if (arguments) settings[name] = dump_json(Json(*arguments));
}

void put_environment(StringMap& settings, const std::vector<std::string>& env) {
  for (const std::string& variable : env) {
    const size_t equals = variable.find('=');
    settings["Env." + variable.substr(0, equals)] =
        equals == variable.npos ? "" : variable.substr(equals + 1);
  }
}

StringMap settings_of(const StoredImage& image) {
  const ImageConfig& config = image.config;
  StringMap settings;
  for (const auto& [name, text] : image.annotations) settings["annotations." + name] = text;
  put_setting(settings, "created", config.created);
  put_setting(settings, "author", config.author);
  put_setting(settings, "platform", config.platform.to_string());
  for (const auto& [name, text] : config.unknown) settings[name] = text;
  put_arguments(settings, "Entrypoint", config.entrypoint);
  put_arguments(settings, "Cmd", config.cmd);
  put_environment(settings, config.env);
  put_names(settings, "ExposedPorts", config.exposed_ports);
  put_names(settings, "Volumes", config.volumes);
  for (const auto& [name, text] : config.labels) settings["Labels." + name] = text;
  put_setting(settings, "User", config.user);
  put_setting(settings, "WorkingDir", config.working_dir);
  put_setting(settings, "StopSignal", config.stop_signal);
  for (const auto& [name, text] : config.unknown_run) settings[name] = text;
  for (size_t i = 0; i < config.history.size(); ++i) {
    const History& step = config.history[i];
    settings[fmt::format("history.{:03}", i + 1)] =
        step.created_by + (step.empty_layer ? " (no layer)" : "");
  }
  return settings;
}

std::optional<std::string> find_setting(const StringMap& settings, const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::vector<ConfigChange> compare_configs(const StoredImage& before, const StoredImage& after) {
  const StringMap left = settings_of(before);
  const StringMap right = settings_of(after);
  std::set<std::string> names;
  for (const auto& [name, text] : left) names.insert(name);
  for (const auto& [name, text] : right) names.insert(name);
  std::vector<ConfigChange> changes;
  for (const std::string& name : names) {
    ConfigChange change{name, find_setting(left, name), find_setting(right, name)};
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  const bool has_same_layers = before.config.diff_ids == after.config.diff_ids;
  if (changes.empty() && has_same_layers && before.config_bytes != after.config_bytes) {
    changes.push_back({"(document)", digest_of(before.config_bytes).to_string(),
                       digest_of(after.config_bytes).to_string()});
  }
  return changes;
}

}  // namespace oci
