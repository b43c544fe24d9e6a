// Bills of materials: names of packages, licenses, times and documents.
#include "oci/sbom/sbom.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "oci/sbom/license.h"
#include "oci/sbom/license_names.h"
#include "oci/sbom/package_url.h"
#include "oci/sbom/sbom_parts.h"

namespace oci::sbom_test {
namespace {

Package package_of(PackageKind kind, const std::string& name, const std::string& version,
                   const std::string& architecture = "") {
  Package package;
  package.kind = kind;
  package.name = name;
  package.version = version;
  package.architecture = architecture;
  return package;
}

License license_of_words_alone(const std::string& words,
                               const std::vector<std::string>& classifiers = {}) {
  Package package;
  package.license = words;
  package.license_classifiers = classifiers;
  return license_of(package);
}

StoredImage image_of(const std::string& created) {
  StoredImage image;
  image.config_bytes = "{}";
  image.config.created = created;
  image.layers.push_back({{}, {}, Blob(nullptr, 0, 0, "layer")});
  return image;
}

}  // namespace

TEST_CASE("sbom: package URLs follow the purl specification") {
  const Distribution debian{"debian", "12"};
  struct Case {
    Package package;
    Distribution distribution;
    std::string url;
  };
  for (const Case& one : std::vector<Case>{
           {package_of(PackageKind::kPython, "Typing_Extensions", "4.9"), debian,
            "pkg:pypi/typing-extensions@4.9"},
           {package_of(PackageKind::kPython, "zope.interface", "5.4+a/b"),
            {},
            "pkg:pypi/zope.interface@5.4%2Ba%2Fb"},
           {package_of(PackageKind::kPython, "\xff \n", ""), {}, "pkg:pypi/%FF%20%0A"},
           {package_of(PackageKind::kDebian, "libstdc++6", "1:12.2~rc-1+b1", "amd64"), debian,
            "pkg:deb/debian/libstdc%2B%2B6@1:12.2~rc-1%2Bb1?arch=amd64&distro=debian-12"},
           {package_of(PackageKind::kDebian, "a", "1"), {}, "pkg:deb/debian/a@1"},
           {package_of(PackageKind::kDebian, "a", "1", "all"),
            {"Ubuntu", "24.04"},
            "pkg:deb/ubuntu/a@1?arch=all&distro=Ubuntu-24.04"},
           {package_of(PackageKind::kAlpine, "musl", "1.2.5-r0", "x86_64"),
            {"alpine", "3.20.1"},
            "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.1"},
           {package_of(PackageKind::kAlpine, "musl", "", "x86"),
            {"wolfi", ""},
            "pkg:apk/wolfi/musl?arch=x86"},
       }) {
    CHECK(package_url(one.package, one.distribution) == one.url);
  }
}

TEST_CASE("sbom: what is an expression of SPDX is taken as one, anything else stays words") {
  for (const auto& [stated, expression] : std::vector<std::pair<std::string, std::string>>{
           {"MIT", "MIT"},
           {"mit or apache-2.0", "MIT OR Apache-2.0"},
           {" ( MIT  AND (BSD-3-Clause OR GPL-2.0+)) ", "(MIT AND (BSD-3-Clause OR GPL-2.0+))"},
           {"Apache-2.0+", "Apache-2.0+"},
           {"GPL-2.0-only WITH Classpath-exception-2.0 AND MIT",
            "GPL-2.0-only WITH Classpath-exception-2.0 AND MIT"},
           {"LicenseRef-Own.1 AND MIT", "LicenseRef-Own.1 AND MIT"},
           {"Apache License, Version 2.0", "Apache-2.0"},
           {"bsd 3-clause", "BSD-3-Clause"},
       }) {
    const License license = license_of_words_alone(stated);
    CHECK(license.expression == expression);
    CHECK(license.words.empty());
  }
  for (const std::string stated :
       {"BSD", "MIT AND", "AND MIT", "MIT MIT", "(MIT", "MIT)", "MIT WITH MIT", "MIT WITH",
        "MIT WITH Classpath-exception-2.0 WITH Classpath-exception-2.0", "()", "(MIT AND ()",
        "LicenseRef-", "LicenseRef-a_b", "MIT,BSD-3-Clause", "MIT/X11", "+", "DocumentRef-a:MIT"}) {
    const License license = license_of_words_alone(stated);
    CHECK(license.expression.empty());
    CHECK(license.words == stated);
  }
  const License deep = license_of_words_alone(std::string(3000, '('));
  CHECK((deep.expression.empty() && deep.words.empty()));
  CHECK(is_one_identifier("MIT"));
  CHECK_FALSE(is_one_identifier("MIT OR 0BSD"));
  CHECK_FALSE(is_one_identifier(""));
  CHECK(license_references("(LicenseRef-b OR LicenseRef-a) AND MIT AND LicenseRef-b") ==
        std::vector<std::string>{"LicenseRef-a", "LicenseRef-b"});
}

TEST_CASE("sbom: one classifier that leaves nothing open is a license, several are words") {
  const std::string mit = "OSI Approved :: MIT License";
  CHECK(license_of_words_alone("", {mit}).expression == "MIT");
  CHECK(license_of_words_alone("some words", {mit}).expression == "MIT");
  CHECK(license_of_words_alone("", {"OSI Approved :: BSD License"}).words == "BSD License");
  CHECK(license_of_words_alone("", {"OSI Approved", mit, "Other/Proprietary License"}).words ==
        "MIT License, Other/Proprietary License");
  CHECK(license_of_words_alone("BSD", {"OSI Approved :: BSD License"}).words == "BSD");
  CHECK(license_of_words_alone("", {"OSI Approved"}).words == "");
  CHECK(license_of_words_alone(std::string(257, 'x'), {mit, mit}).words ==
        "MIT License, MIT License");
  for (const char* name : {"MIT License", "zlib/libpng License"}) {
    CHECK(is_one_identifier(license_of_classifier(name)));
  }
}

TEST_CASE("sbom: the time is the image's, in UTC and whole seconds") {
  for (const auto& [created, time] : std::vector<std::pair<std::string, std::string>>{
           {"2024-02-29T23:59:58Z", "2024-02-29T23:59:58Z"},
           {"2024-03-01T01:30:00.123456789+02:00", "2024-02-29T23:30:00Z"},
           {"2023-12-31T23:00:00-01:30", "2024-01-01T00:30:00Z"},
           {"9999-12-31T23:59:59-01:00", "2001-02-03T04:05:06Z"},
           {"", "2001-02-03T04:05:06Z"},
           {"yesterday", "2001-02-03T04:05:06Z"},
           {"2024-02-29T23:59:5", "2001-02-03T04:05:06Z"},
       }) {
    CHECK(sbom_time(image_of(created).config, "2001-02-03T04:05:06Z") == time);
  }
  CHECK(sbom_time(image_of("").config, "") == "1970-01-01T00:00:00Z");
}

TEST_CASE("sbom: documents of one image are the same, and name each thing once") {
  const StoredImage image = image_of("");
  ImageFacts facts;
  for (const char* path : {"a", "b", "c"}) {
    Package package = package_of(PackageKind::kPython, "X Y", "1");
    package.path = path;
    package.license = std::string(path) == "c" ? "MIT" : "Own words";
    facts.packages.push_back(package);
  }
  SbomRequest request{{image, facts}, SbomFormat::kCycloneDx, "1970-01-01T00:00:00Z", "1.0", false};
  const layer::Json cyclonedx = make_sbom(request);
  CHECK(cyclonedx == make_sbom(request));
  std::vector<std::string> references;
  for (const layer::Json& component : cyclonedx["components"]) {
    references.push_back(component["bom-ref"]);
  }
  CHECK(references ==
        std::vector<std::string>{"pkg:pypi/x%20y@1", "pkg:pypi/x%20y@1-2", "pkg:pypi/x%20y@1-3"});
  CHECK(cyclonedx["dependencies"][0]["dependsOn"] == references);
  CHECK(cyclonedx["components"][0]["licenses"].dump() == R"([{"license":{"name":"Own words"}}])");
  CHECK(cyclonedx["components"][2]["licenses"].dump() == R"([{"license":{"id":"MIT"}}])");
  facts.packages[0].version = std::string(1025, '1');
  CHECK_FALSE(make_sbom(request)["components"][0].contains("version"));
  facts.packages[0].version = "1";
  request.format = SbomFormat::kSpdx;
  const layer::Json spdx = make_sbom(request);
  CHECK(spdx["packages"][1]["SPDXID"] == "SPDXRef-Python-X-Y");
  CHECK(spdx["packages"][3]["SPDXID"] == "SPDXRef-Python-X-Y-3");
  CHECK(spdx["packages"][1]["licenseDeclared"] ==
        spdx["hasExtractedLicensingInfos"][0]["licenseId"]);
  CHECK(spdx["hasExtractedLicensingInfos"].size() == 1);
  CHECK(spdx["packages"][3]["licenseDeclared"] == "MIT");
  CHECK(spdx["relationships"].size() == 4);
  CHECK(spdx["documentNamespace"] != cyclonedx["serialNumber"]);
  request.created = "1970-01-01T00:00:01Z";
  CHECK(make_sbom(request)["documentNamespace"] != spdx["documentNamespace"]);
}

}  // namespace oci::sbom_test
