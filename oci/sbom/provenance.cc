// https://in-toto.io/Statement/v1 and https://slsa.dev/provenance/v1
#include "oci/sbom/provenance.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "oci/model/annotations.h"
#include "oci/model/descriptor.h"
#include "oci/sbom/package_url.h"
#include "oci/sbom/sbom_parts.h"

namespace oci {
namespace {

using layer::Json;

// docs/provenance.md says what they stand for. Another meaning of a member is another number.
constexpr const char* kBuildType = "https://veneer.dev/provenance/build/v1";
constexpr const char* kBuilder = "https://veneer.dev/provenance/builder/v1";

Json digest_set(const layer::Digest& digest) {
  return {{"sha256", digest.hex()}};
}

size_t count_base_layers(const ProvenanceRequest& request) {
  return request.base == nullptr ? 0 : request.base->layers.size();
}

Json base_dependency(const ProvenanceRequest& request) {
  const StoredImage& base = *request.base;
  const bool has_manifest = base.manifest_digest.has_value();
  return {{"name", base.full_name.empty() ? request.base_name : base.full_name},
          {"digest", digest_set(sbom_digest(base))},
          {"mediaType", has_manifest ? base.manifest_type : std::string(kConfigType)}};
}

// A package that the image has over its base. RECORD names all its files with their digests; the
// digest of the wheel is not known any more.
Json package_dependency(const Package& package, const ImageSubject& image) {
  Json annotations{{"layer", image.image.layers[package.layer].diff_id.digest.to_string()}};
  if (package.record) annotations["record"] = package.record->to_string();
  return {{"uri", package_url(package, image.facts.distribution)},
          {"name", package.name},
          {"annotations", annotations}};
}

Json dependencies(const ProvenanceRequest& request) {
  Json list = Json::array();
  if (request.base != nullptr) list.push_back(base_dependency(request));
  for (const Package& package : request.image.facts.packages) {
    if (package.layer < count_base_layers(request)) continue;
    list.push_back(package_dependency(package, request.image));
  }
  return list;
}

// The layers that the build made.
Json byproducts(const ProvenanceRequest& request) {
  Json list = Json::array();
  const std::vector<ImageLayer>& layers = request.image.image.layers;
  for (size_t i = count_base_layers(request); i < layers.size(); ++i) {
    const Descriptor& blob = layers[i].descriptor;
    Json product{{"digest", digest_set(blob.digest)},
                 {"mediaType", blob.media_type},
                 {"annotations", {{"diffId", layers[i].diff_id.digest.to_string()}}}};
    const auto name = blob.annotations.find(std::string(kLayerNameAnnotation));
    if (name != blob.annotations.end()) product["name"] = name->second;
    list.push_back(std::move(product));
  }
  return list;
}

// Empty lists are left out, because other tools leave them out when they write it anew.
void add_list(const char* name, Json list, Json& object) {
  if (!list.empty()) object[name] = std::move(list);
}

Json predicate(const ProvenanceRequest& request) {
  Json definition{{"buildType", kBuildType}, {"externalParameters", request.parameters}};
  add_list("resolvedDependencies", dependencies(request), definition);
  Json run{{"builder", {{"id", kBuilder}, {"version", {{"veneer", request.version}}}}}};
  add_list("byproducts", byproducts(request), run);
  return {{"buildDefinition", std::move(definition)}, {"runDetails", std::move(run)}};
}

// The same digest under each of the names. An image without a name is only its digest.
Json subjects(const ProvenanceRequest& request) {
  const Json digest = digest_set(sbom_digest(request.image.image));
  Json list = Json::array();
  for (const std::string& name : std::set(request.names.begin(), request.names.end())) {
    list.push_back({{"name", name}, {"digest", digest}});
  }
  if (list.empty()) list.push_back({{"digest", digest}});
  return list;
}

}  // namespace

Json make_provenance(const ProvenanceRequest& request, ProvenanceForm form) {
  if (form == ProvenanceForm::kPredicate) return predicate(request);
  return {{"_type", "https://in-toto.io/Statement/v1"},
          {"subject", subjects(request)},
          {"predicateType", "https://slsa.dev/provenance/v1"},
          {"predicate", predicate(request)}};
}

}  // namespace oci
