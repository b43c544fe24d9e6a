// SPDX 2.3, JSON: https://spdx.github.io/spdx-spec/v2.3/
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "layer/base/ascii.h"
#include "oci/sbom/sbom_parts.h"

namespace oci {
namespace {

using layer::Json;

constexpr const char* kNothing = "NOASSERTION";
constexpr const char* kDocumentId = "SPDXRef-DOCUMENT";
constexpr const char* kImageId = "SPDXRef-Image";

// The text with only what an identifier may have.
std::string as_identifier(std::string_view text) {
  std::string identifier(text);
  std::ranges::replace_if(
      identifier, [](char c) { return !layer::is_alphanumeric(c) && c != '.'; }, '-');
  return identifier;
}

// Turns licenses into expressions, and collects what these do not say themselves.
class SpdxLicenses {
 public:
  std::string declare(const License& license) {
    if (!license.expression.empty()) {
      for (const std::string& reference : license_references(license.expression)) {
        texts_.try_emplace(reference, "");
      }
      return license.expression;
    }
    if (license.words.empty()) return kNothing;
    // Other words may look the same as an identifier.
    constexpr size_t kMostShown = 40;
    const std::string hash = layer::sha256(std::as_bytes(std::span(license.words))).hex();
    std::string reference = fmt::format(
        "{}{}-{}", kLicenseReference,
        as_identifier(std::string_view(license.words).substr(0, kMostShown)), hash.substr(0, 8));
    texts_[reference] = license.words;
    return reference;
  }

  Json to_json() const {
    Json infos = Json::array();
    for (const auto& [reference, words] : texts_) {
      Json info{{"licenseId", reference},
                {"extractedText",
                 words.empty() ? "The package's metadata only names this license." : words}};
      if (!words.empty()) info["name"] = words;
      infos.push_back(std::move(info));
    }
    return infos;
  }

 private:
  std::map<std::string, std::string> texts_;  // by LicenseRef; empty: the name is all there is
};

Json spdx_package(const std::string& id, const std::string& name, const std::string& version,
                  const char* purpose) {
  Json package{{"SPDXID", id},
               {"name", name},
               {"downloadLocation", kNothing},
               {"filesAnalyzed", false},
               {"supplier", kNothing},
               {"licenseConcluded", kNothing},
               {"licenseDeclared", kNothing},
               {"copyrightText", kNothing},
               {"primaryPackagePurpose", purpose}};
  if (!version.empty()) package["versionInfo"] = version;
  return package;
}

Json image_package(const StoredImage& image) {
  Json package = spdx_package(kImageId, sbom_title(image), sbom_version(image), "CONTAINER");
  package["checksums"] =
      Json::array({{{"algorithm", "SHA256"}, {"checksumValue", sbom_digest(image).hex()}}});
  package["comment"] = "image for " + image.config.platform.to_string();
  return package;
}

std::string source_of(const Package& package, const ImageSubject& image) {
  std::string source = fmt::format("'{}' in layer {}, {}", package.path, package.layer + 1,
                                   image.image.layers[package.layer].diff_id.digest.to_string());
  if (package.record) {
    source +=
        fmt::format("; RECORD, {}, has hashes of {} files: {} are in the image as recorded",
                    package.record->to_string(), package.recorded_files, package.genuine_files);
  }
  return source;
}

Json installed_package(const SbomPackage& one, const std::string& id, const ImageSubject& image,
                       SpdxLicenses& licenses) {
  Json package = spdx_package(id, one.package->name, one.package->version, "LIBRARY");
  package["licenseDeclared"] = licenses.declare(one.license);
  package["sourceInfo"] = source_of(*one.package, image);
  package["externalRefs"] = Json::array({{{"referenceCategory", "PACKAGE-MANAGER"},
                                          {"referenceType", "purl"},
                                          {"referenceLocator", one.url}}});
  return package;
}

Json relationship(const std::string& from, const char* type, const std::string& to) {
  return {{"spdxElementId", from}, {"relationshipType", type}, {"relatedSpdxElement", to}};
}

}  // namespace

Json spdx_sbom(const SbomRequest& request) {
  const ImageFacts& facts = request.image.facts;
  const StoredImage& image = request.image.image;
  SpdxLicenses licenses;
  UniqueNames ids;
  Json packages = Json::array({image_package(image)});
  if (!facts.distribution.id.empty()) {
    packages.push_back(spdx_package(ids.take("SPDXRef-Distribution"), facts.distribution.id,
                                    facts.distribution.version, "OPERATING_SYSTEM"));
  }
  for (const SbomPackage& one : sbom_packages(facts)) {
    const std::string name =
        fmt::format("SPDXRef-{}-{}", package_kind_name(one.package->kind), one.package->name);
    packages.push_back(
        installed_package(one, ids.take(as_identifier(name)), request.image, licenses));
  }
  Json relationships = Json::array({relationship(kDocumentId, "DESCRIBES", kImageId)});
  for (size_t i = 1; i < packages.size(); ++i) {
    relationships.push_back(relationship(kImageId, "CONTAINS", packages[i]["SPDXID"]));
  }
  Json document{{"spdxVersion", "SPDX-2.3"},
                {"dataLicense", "CC0-1.0"},
                {"SPDXID", kDocumentId},
                {"name", sbom_title(image)},
                {"documentNamespace", "urn:uuid:" + sbom_uuid(request)},
                {"creationInfo",
                 {{"created", request.created},
                  {"creators", Json::array({"Tool: veneer-" + request.version})}}},
                {"packages", std::move(packages)},
                {"relationships", std::move(relationships)}};
  Json infos = licenses.to_json();
  if (!infos.empty()) document["hasExtractedLicensingInfos"] = std::move(infos);
  return document;
}

}  // namespace oci
