// Applies changes to a base's config, and makes the config of an image without a base.
#include "oci/model/config_changes.h"

#include <fmt/core.h>

#include <algorithm>

#include "oci/model/clean_path.h"
#include "oci/model/expand_variables.h"

namespace oci {
namespace {

constexpr std::string_view kDefaultPath =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void set_env(std::vector<std::string>& env, const std::string& key, const std::string& value) {
  const std::string prefix = key + '=';
  const auto same_key = [&](const std::string& item) {
    return item.starts_with(prefix) || item == key;
  };
  const auto found = std::find_if(env.begin(), env.end(), same_key);
  if (found == env.end()) {
    env.push_back(prefix + value);
  } else {
    *found = prefix + value;
  }
}

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
  for (const auto& [key, value] : changes.env) {
    set_env(config.env, key, expand_variables(key, value, config.env));
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
