// Applies changes to a base's config, and makes the config of an image without a base.
#include "oci/model/config_changes.h"

#include <fmt/core.h>

#include <map>
#include <string>
#include <vector>

#include "oci/model/clean_path.h"
#include "oci/model/expand_variables.h"

namespace oci {
namespace {

constexpr std::string_view kDefaultPath =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Sets variables of an environment, which others may have made as large as they like.
class EnvironmentEditor {
 public:
  explicit EnvironmentEditor(std::vector<std::string>& env) : env_(env) {
    for (size_t i = 0; i < env_.size(); ++i) {
      places_.try_emplace(env_[i].substr(0, env_[i].find('=')), i);
    }
  }

  void set(const std::string& key, const std::string& value) {
    const auto [place, is_new] = places_.try_emplace(key, env_.size());
    if (is_new) env_.emplace_back();
    env_[place->second] = key + '=' + value;
  }

 private:
  std::vector<std::string>& env_;
  std::map<std::string, size_t> places_;
};

// Dockerfile reference, WORKDIR: a relative path is relative to the one before.
std::string resolve_working_dir(const std::string& base, const std::string& path) {
  const std::string whole = path.starts_with('/') ? path : base + '/' + path;
  const std::optional<std::string> clean = clean_path(whole);
  if (!clean && whole.find("..") != whole.npos) {
    throw layer::Error(
        fmt::format("'{}' is not a working directory: it leads above the root", path));
  }
  return '/' + clean.value_or("");
}

}  // namespace

ImageConfig scratch_config(const Platform& platform) {
  ImageConfig config;
  config.platform = canonical(platform);
  if (config.platform.os == "linux") config.env.emplace_back(kDefaultPath);
  return config;
}

ImageConfig apply_changes(ImageConfig base, const ConfigChanges& changes) {
  ImageConfig config = std::move(base);
  config.created = changes.created.value_or(std::string(kEpoch));
  if (changes.entrypoint) {
    config.entrypoint = changes.entrypoint;
    config.cmd.reset();
  }
  if (changes.cmd) config.cmd = changes.cmd;
  EnvironmentEditor environment(config.env);
  for (const auto& [key, value] : changes.env) {
    environment.set(key, expand_variables(key, value, config.env));
  }
  for (const auto& [key, value] : changes.labels) config.labels[key] = value;
  if (changes.author) config.author = *changes.author;
  if (changes.user) config.user = *changes.user;
  if (changes.working_dir) {
    config.working_dir = resolve_working_dir(config.working_dir, *changes.working_dir);
  }
  if (changes.stop_signal) config.stop_signal = *changes.stop_signal;
  config.exposed_ports.insert(changes.exposed_ports.begin(), changes.exposed_ports.end());
  config.volumes.insert(changes.volumes.begin(), changes.volumes.end());
  return config;
}

}  // namespace oci
