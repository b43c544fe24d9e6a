// CycloneDX 1.6, JSON: https://cyclonedx.org/docs/1.6/json/
#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "layer/base/error.h"
#include "oci/sbom/sbom_parts.h"

namespace oci {
namespace {

using layer::Json;

constexpr const char* kImageReference = "image";
constexpr size_t kMaxListedFiles = 200'000;  // docs/limits.md

Json sha256_json(const layer::Digest& digest) {
  return Json::array({{{"alg", "SHA-256"}, {"content", digest.hex()}}});
}

Json property(const std::string& name, const std::string& value) {
  return {{"name", "veneer:" + name}, {"value", value}};
}

// The schema takes no longer one; the package URL has all of it.
void add_version(const std::string& version, Json& component) {
  constexpr size_t kLongest = 1024;
  if (!version.empty() && version.size() <= kLongest) component["version"] = version;
}

// The schema knows identifiers; an expression is any text for it, and must be the only license.
Json licenses_json(const License& license) {
  if (is_one_identifier(license.expression)) {
    return Json::array({{{"license", {{"id", license.expression}}}}});
  }
  if (!license.expression.empty()) return Json::array({{{"expression", license.expression}}});
  return Json::array({{{"license", {{"name", license.words}}}}});
}

Json layer_properties(const Package& package, const ImageSubject& image) {
  Json properties = Json::array(
      {property("layer", std::to_string(package.layer + 1)),
       property("layer:diffId", image.image.layers[package.layer].diff_id.digest.to_string())});
  if (package.record) {
    properties.push_back(property("record", package.record->to_string()));
    properties.push_back(property("record:files", std::to_string(package.recorded_files)));
    properties.push_back(property("record:genuine", std::to_string(package.genuine_files)));
  }
  return properties;
}

Json package_component(const SbomPackage& one, const std::string& reference,
                       const ImageSubject& image) {
  const Package& package = *one.package;
  Json component{{"type", "library"},
                 {"bom-ref", reference},
                 {"name", package.name},
                 {"purl", one.url},
                 {"evidence", {{"occurrences", Json::array({{{"location", package.path}}})}}},
                 {"properties", layer_properties(package, image)}};
  add_version(package.version, component);
  const bool has_license = !one.license.expression.empty() || !one.license.words.empty();
  if (has_license) component["licenses"] = licenses_json(one.license);
  return component;
}

Json image_component(const StoredImage& image) {
  Json component{
      {"type", "container"},
      {"bom-ref", kImageReference},
      {"name", sbom_title(image)},
      {"hashes", sha256_json(sbom_digest(image))},
      {"properties", Json::array({property("platform", image.config.platform.to_string())})}};
  add_version(sbom_version(image), component);
  return component;
}

Json system_component(const Distribution& distribution, const std::string& reference) {
  Json component{{"type", "operating-system"}, {"bom-ref", reference}, {"name", distribution.id}};
  add_version(distribution.version, component);
  return component;
}

// Lists each file that a container sees with the component of its package.
void add_files(const ImageFacts& image, size_t first, Json& components) {
  size_t listed = 0;
  for (const layer::Node& node : image.tree.nodes()) {
    const uint32_t owner = image.owners[index_of(image, node)];
    if (node.kind != layer::NodeKind::kFile || owner == kNone) continue;
    if (++listed > kMaxListedFiles) {
      throw layer::Error(node.origin.position(),
                         fmt::format("'{}' is one of more than {} files that would be listed",
                                     node.path, kMaxListedFiles));
    }
    components[first + owner]["components"].push_back(
        {{"type", "file"},
         {"name", node.path},
         {"hashes", sha256_json(image.files[node.inode - 1].content)}});
  }
}

}  // namespace

Json cyclonedx_sbom(const SbomRequest& request) {
  const ImageFacts& facts = request.image.facts;
  UniqueNames references;
  references.take(kImageReference);
  Json components = Json::array();
  if (!facts.distribution.id.empty()) {
    components.push_back(system_component(facts.distribution, references.take("distribution")));
  }
  const size_t first = components.size();
  for (const SbomPackage& package : sbom_packages(facts)) {
    components.push_back(package_component(package, references.take(package.url), request.image));
  }
  Json contained = Json::array();
  for (const Json& component : components) contained.push_back(component["bom-ref"]);
  if (request.lists_files) add_files(facts, first, components);
  const Json tool{{"type", "application"}, {"name", "veneer"}, {"version", request.version}};
  return {{"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
          {"bomFormat", "CycloneDX"},
          {"specVersion", "1.6"},
          {"serialNumber", "urn:uuid:" + sbom_uuid(request)},
          {"version", 1},
          {"metadata",
           {{"timestamp", request.created},
            {"tools", {{"components", Json::array({tool})}}},
            {"component", image_component(request.image.image)}}},
          {"components", std::move(components)},
          {"dependencies",
           Json::array({{{"ref", kImageReference}, {"dependsOn", std::move(contained)}}})}};
}

}  // namespace oci
