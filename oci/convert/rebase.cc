// Derives the changes from two configs, and makes the documents as assemble_image() does.
#include "oci/convert/rebase.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "oci/model/annotations.h"
#include "oci/model/config_changes.h"
#include "oci/model/manifest.h"
#include "oci/read/recorded_base.h"

namespace oci {
namespace {

// The value of each variable; of two with one name, the first.
using Environment = std::map<std::string_view, std::string_view>;

Environment environment_of(const ImageConfig& config) {
  Environment environment;
  for (const std::string_view item : config.env) {
    const size_t name_size = std::min(item.find('='), item.size());
    environment.try_emplace(item.substr(0, name_size),
                            item.substr(std::min(name_size + 1, item.size())));
  }
  return environment;
}

// As --env spells it: a '$' of the value is "$$".
std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) text.append(c == '$' ? 2 : 1, c);
  return text;
}

// The value with that of the new base in place of the old base's, where this is a part of it.
std::string moved_value(std::string_view value, std::string_view old, std::string_view base) {
  const bool has_more = !old.empty() && value.size() > old.size();
  if (has_more && value.ends_with(old) && value[value.size() - old.size() - 1] == ':') {
    return std::string(value.substr(0, value.size() - old.size())).append(base);
  }
  if (has_more && value.starts_with(old) && value[old.size()] == ':') {
    return std::string(base).append(value.substr(old.size()));
  }
  return std::string(value);
}

void add_env(const ImageConfig& old, const ImageConfig& image, const ImageConfig& base,
             ConfigChanges& changes) {
  const Environment before = environment_of(old);
  const Environment below = environment_of(base);
  for (const std::string_view item : image.env) {
    const std::string_view key = item.substr(0, item.find('='));
    const std::string_view value = item.substr(std::min(key.size() + 1, item.size()));
    const auto was = before.find(key);
    if (was != before.end() && was->second == value) continue;
    const auto now = below.find(key);
    const bool is_in_both = was != before.end() && now != below.end();
    changes.env.emplace_back(key, escaped(is_in_both ? moved_value(value, was->second, now->second)
                                                     : std::string(value)));
  }
}

// The members of a set that the old base's lacks.
std::set<std::string> added(const std::set<std::string>& old, const std::set<std::string>& image) {
  std::set<std::string> result;
  std::ranges::set_difference(image, old, std::inserter(result, result.end()));
  return result;
}

StringMap changed(const StringMap& old, const StringMap& image) {
  StringMap result;
  for (const auto& [key, value] : image) {
    const auto before = old.find(key);
    if (before == old.end() || before->second != value) result.emplace(key, value);
  }
  return result;
}

std::optional<std::string> changed(const std::string& old, const std::string& image) {
  if (image == old) return std::nullopt;
  return image;
}

ConfigChanges changes_of(const ImageConfig& old, const ImageConfig& image,
                         const ImageConfig& base) {
  ConfigChanges changes;
  if (image.entrypoint != old.entrypoint)
    changes.entrypoint = image.entrypoint.value_or(Arguments());
  // A new entrypoint drops the base's arguments, so what the image has are its own.
  if (changes.entrypoint ? image.cmd.has_value() : image.cmd != old.cmd) {
    changes.cmd = image.cmd.value_or(Arguments());
  }
  add_env(old, image, base, changes);
  changes.labels = changed(old.labels, image.labels);
  changes.user = changed(old.user, image.user);
  changes.working_dir = changed(old.working_dir, image.working_dir);
  changes.stop_signal = changed(old.stop_signal, image.stop_signal);
  changes.author = changed(old.author, image.author);
  changes.exposed_ports = added(old.exposed_ports, image.exposed_ports);
  changes.volumes = added(old.volumes, image.volumes);
  if (!image.created.empty()) changes.created = image.created;
  return changes;
}

// The first step above a base tells how many layers that has.
void record_in_history(std::span<History> own, size_t layers) {
  const auto first =
      std::ranges::find_if(own, [](const History& step) { return !step.empty_layer; });
  if (first == own.end()) return;
  const std::string prefix = fmt::format("{}=", kBaseLayersAnnotation);
  if (first->comment.empty() || first->comment.starts_with(prefix)) {
    first->comment = record_of_base_layers(layers);
  }
}

}  // namespace

std::span<const ImageLayer> own_layers(const StoredImage& image, const OldBase& old) {
  return std::span(image.layers).subspan(old.layers);
}

ImageConfig rebased_config(const StoredImage& image, const OldBase& old, const StoredImage& base) {
  const ImageConfig& before = old.image.config;
  ImageConfig config = apply_changes(base.config, changes_of(before, image.config, base.config));
  for (const auto& [key, value] : changed(before.unknown_run, image.config.unknown_run)) {
    config.unknown_run[key] = value;
  }
  for (const auto& [key, value] : changed(before.unknown, image.config.unknown)) {
    config.unknown[key] = value;
  }
  return config;
}

Image rebase_image(const StoredImage& image, const OldBase& old, const StoredImage& base) {
  ImageConfig config = rebased_config(image, old, base);
  repair_history(config);
  Manifest manifest;
  manifest.annotations = image.annotations;
  for (const std::string_view key : {kBaseDigestAnnotation, kBaseNameAnnotation}) {
    manifest.annotations.erase(std::string(key));
  }
  record_base(base, config.history.size(), manifest);
  ImageConfig whole = image.config;
  repair_history(whole);
  const auto own = std::span(whole.history).subspan(old.history);
  record_in_history(own, base.layers.size());
  config.history.insert(config.history.end(), own.begin(), own.end());
  for (const ImageLayer& layer : base.layers) manifest.layers.push_back(layer.descriptor);
  for (const ImageLayer& layer : own_layers(image, old)) {
    manifest.layers.push_back(layer.descriptor);
    config.diff_ids.push_back(layer.diff_id);
  }
  return finish_image(config, std::move(manifest));
}

}  // namespace oci
