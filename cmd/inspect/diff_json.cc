// Makes a document of all but the list of files, which may be long.
#include "cmd/inspect/diff_json.h"

#include <nlohmann/json.hpp>

#include "cmd/inspect/inspect_json.h"
#include "cmd/inspect/listing.h"

namespace cmd {
namespace {

using Json = nlohmann::json;

Json config_json(const Comparison& comparison) {
  Json list = Json::array();
  for (const oci::ConfigChange& change : comparison.config) {
    Json json{{"name", change.name}};
    if (change.before) json["before"] = *change.before;
    if (change.after) json["after"] = *change.after;
    list.push_back(json);
  }
  return list;
}

Json side_json(const oci::ImageSubject& subject, uint32_t number) {
  const oci::ImageLayer& layer = subject.image.layers[number];
  return {{"number", number + 1},
          {"digest", subject.facts.layers[number]->digest.to_string()},
          {"diffId", layer.diff_id.digest.to_string()},
          {"size", layer.descriptor.size}};
}

Json layers_json(const Comparison& comparison) {
  Json list = Json::array();
  for (const oci::LayerPair& pair : comparison.layers.layers) {
    Json json{{"relation", oci::layer_relation_name(pair.relation)}};
    if (pair.before != oci::kNone) json["before"] = side_json(comparison.before, pair.before);
    if (pair.after != oci::kNone) json["after"] = side_json(comparison.after, pair.after);
    for (const oci::LayerReason& reason : pair.reasons) {
      json["reasons"].push_back(
          {{"reason", oci::digest_reason_name(reason.reason)}, {"detail", reason.detail}});
    }
    list.push_back(json);
  }
  return list;
}

Json packages_json(const Comparison& comparison) {
  Json list = Json::array();
  for (const oci::PackageChange& change : comparison.contents.packages) {
    ChangeCounts counts;
    for (const uint32_t file : change.files) counts.count(comparison.contents.files[file]);
    Json json{{"added", counts.added}, {"removed", counts.removed}, {"changed", counts.changed}};
    const oci::Package* before = package_before(comparison, change);
    const oci::Package* after = package_after(comparison, change);
    if (before != nullptr) json["before"] = package_json(*before);
    if (after != nullptr) json["after"] = package_json(*after);
    list.push_back(json);
  }
  return list;
}

// What is at one path of one image, without what both sides share.
Json node_json(const layer::Node& node, const oci::ImageSubject& subject) {
  ListedEntry entry = entry_of(node, subject);
  Json json = listing_json(entry);
  json.erase("path");
  return json;
}

}  // namespace

nlohmann::json diff_report(const Comparison& comparison) {
  return {{"format", 1},
          {"before", image_json(comparison.before.image)},
          {"after", image_json(comparison.after.image)},
          {"differs", comparison.has_differences()},
          {"config", config_json(comparison)},
          {"layers", layers_json(comparison)},
          {"keptBytes", comparison.layers.kept_bytes},
          {"newBytes", comparison.layers.new_bytes},
          {"packages", packages_json(comparison)}};
}

nlohmann::json change_json(const Comparison& comparison, size_t i) {
  const oci::FileChange& change = comparison.contents.files[i];
  Json json{{"path", change.node().path}};
  if (change.before != nullptr) json["before"] = node_json(*change.before, comparison.before);
  if (change.after != nullptr) json["after"] = node_json(*change.after, comparison.after);
  if (change.before != nullptr && change.after != nullptr) {
    json["differs"] = difference_names(change.difference);
  }
  return json;
}

void print_diff_json(const Comparison& comparison) {
  print_with_list(diff_report(comparison), "files", [&](const TakeJson& take) {
    for (size_t i = 0; i < comparison.contents.files.size(); ++i) take(change_json(comparison, i));
  });
}

}  // namespace cmd
