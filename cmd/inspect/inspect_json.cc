// Makes a document of all but the list of entries, which may be long.
#include "cmd/inspect/inspect_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cmd/report/messages.h"
#include "layer/base/json.h"

namespace cmd {
namespace {

using Json = nlohmann::json;

// docs/inspect.md: how much of what is stored in vain is listed.
constexpr size_t kListedWaste = 1000;
constexpr size_t kListedCopies = 100;

Json layer_json(const Inspection& inspection, size_t i) {
  const oci::ImageLayer& stored = inspection.subject.image.layers[i];
  const oci::LayerFacts& facts = *inspection.subject.facts.layers[i];
  const oci::LayerSummary& layer = inspection.layers[i];
  Json packages = Json::array();
  for (const oci::PackageShare& share : layer.packages) {
    const oci::Package& package = inspection.subject.facts.packages[share.package];
    packages.push_back({{"kind", oci::package_kind_name(package.kind)},
                        {"name", package.name},
                        {"bytes", share.bytes}});
  }
  Json json{{"number", i + 1},
            {"digest", facts.digest.to_string()},
            {"diffId", stored.diff_id.digest.to_string()},
            {"mediaType", stored.descriptor.media_type},
            {"size", stored.descriptor.size},
            {"unpacked", facts.tar_size},
            {"files", layer.files},
            {"directories", layer.directories},
            {"symlinks", layer.symlinks},
            {"hardlinks", layer.hardlinks},
            {"others", layer.others},
            {"whiteouts", layer.marks},
            {"contentBytes", layer.content_bytes},
            {"hiddenBytes", layer.hidden_bytes},
            {"packages", packages}};
  if (!layer.created_by.empty()) json["createdBy"] = layer.created_by;
  return json;
}

Json duplicate_json(const oci::Duplicate& duplicate) {
  Json paths = Json::array();
  for (size_t i = 0; i < std::min(kListedCopies, duplicate.paths.size()); ++i) {
    paths.push_back(duplicate.paths[i]);
  }
  return {{"digest", duplicate.content.to_string()},
          {"size", duplicate.size},
          {"copies", duplicate.paths.size()},
          {"paths", paths}};
}

Json waste_json(const oci::Waste& waste) {
  Json duplicates = Json::array();
  for (size_t i = 0; i < std::min(kListedWaste, waste.duplicates.size()); ++i) {
    duplicates.push_back(duplicate_json(waste.duplicates[i]));
  }
  Json hidden = Json::array();
  for (size_t i = 0; i < std::min(kListedWaste, waste.hidden.size()); ++i) {
    const oci::StoredFile& file = *waste.hidden[i];
    hidden.push_back({{"path", file.path},
                      {"size", file.size},
                      {"layer", file.layer + 1},
                      {"hiddenBy", file.hidden_by + 1}});
  }
  return {{"bytes", waste.total()},
          {"duplicateBytes", waste.duplicate_bytes},
          {"hiddenBytes", waste.hidden_bytes},
          {"duplicateContents", waste.duplicates.size()},
          {"hiddenFiles", waste.hidden.size()},
          {"duplicates", duplicates},
          {"hidden", hidden}};
}

}  // namespace

nlohmann::json image_json(const oci::StoredImage& image) {
  Json json{{"image", image.name}, {"platform", image.config.platform.to_string()}};
  if (image.manifest_digest) json["manifest"] = image.manifest_digest->to_string();
  if (!image.config.created.empty()) json["created"] = image.config.created;
  return json;
}

nlohmann::json package_json(const oci::Package& package) {
  Json json{{"kind", oci::package_kind_name(package.kind)},
            {"name", package.name},
            {"version", package.version},
            {"path", package.path},
            {"layer", package.layer + 1},
            {"files", package.files},
            {"size", package.size}};
  if (!package.architecture.empty()) json["architecture"] = package.architecture;
  if (package.stated_size) json["statedSize"] = *package.stated_size;
  return json;
}

void print_with_list(const nlohmann::json& report, const std::string& name,
                     const std::function<void(const TakeJson&)>& fill) {
  std::string head = layer::dump_report(report);
  head.resize(head.rfind("\n}"));
  print_to(stdout, head + fmt::format(",\n \"{}\": [", name));
  bool is_first = true;
  fill([&](const nlohmann::json& item) {
    std::string text = layer::dump_report(item);
    text.pop_back();
    print_to(stdout, (is_first ? "\n" : ",\n") + text);
    is_first = false;
  });
  print_to(stdout, "\n ]\n}\n");
}

nlohmann::json image_report(const Inspection& inspection, const std::vector<Excess>& excess,
                            const std::optional<uint32_t>& layer) {
  Json report = image_json(inspection.subject.image);
  report["format"] = 1;
  report["config"] =
      layer::parse_json(inspection.subject.image.config_bytes, inspection.subject.image.name);
  report["size"] = inspection.stored;
  report["unpacked"] = inspection.unpacked;
  report["contentBytes"] = inspection.waste.content_bytes;
  report["paths"] = inspection.subject.facts.tree.nodes().size();
  report["layers"] = Json::array();
  for (size_t i = 0; i < inspection.layers.size(); ++i) {
    if (!layer || *layer == i) report["layers"].push_back(layer_json(inspection, i));
  }
  report["packages"] = Json::array();
  for (const oci::Package& package : inspection.subject.facts.packages) {
    if (!layer || *layer == package.layer) {
      report["packages"].push_back(package_json(package));
    }
  }
  report["waste"] = waste_json(inspection.waste);
  report["over"] = Json::array();
  for (const Excess& one : excess) {
    report["over"].push_back(
        {{"limit", one.limit}, {"allowed", one.allowed}, {"found", one.found}});
  }
  return report;
}

void print_image_json(const Inspection& inspection, const std::vector<Excess>& excess,
                      const ListedPart& part) {
  const Json report = image_report(inspection, excess, part.layer);
  if (!part.entries) return print_to(stdout, layer::dump_report(report));
  print_with_list(report, "entries", [&](const TakeJson& take) {
    const TakeEntry list = [&](const ListedEntry& entry) { take(listing_json(entry)); };
    part.layer ? list_layer(inspection.subject, *part.layer, list)
               : list_image(inspection.subject, list);
  });
}

}  // namespace cmd
