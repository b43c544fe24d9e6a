// What package managers record, and what bills of materials make of it.
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/json.h"
#include "oci/inspect/package_records.h"
#include "oci/sbom/sbom.h"
#include "tests/fuzz/readers.h"

namespace fuzz {
namespace {

// Others read the document: it has to be JSON, whatever is in the records.
void check_sbom(const oci::SbomRequest& request) {
  const std::string text = layer::dump_report(oci::make_sbom(request));
  try {
    layer::parse_json(text, "the document", text.size());
  } catch (const layer::Error& fault) {
    throw std::logic_error(fault.what());
  }
}

}  // namespace

void read_package_records(std::string_view bytes) {
  oci::ImageFacts facts;
  facts.distribution = oci::parse_os_release(bytes);
  const auto take = [&facts](oci::Package package) {
    facts.packages.push_back(std::move(package));
  };
  if (std::optional<oci::Package> package = oci::parse_python_metadata(bytes)) {
    take(std::move(*package));
  }
  oci::read_dpkg_status(bytes, take);
  oci::read_apk_packages(bytes, take);
  oci::read_apk_paths(bytes, [](size_t, std::string_view) {});
  oci::read_python_record(bytes, [](const oci::RecordRow&) {});
  oci::read_dpkg_md5sums(bytes, [](std::string_view) {});
  oci::StoredImage image;
  image.config_bytes = bytes;
  image.config.created = bytes.substr(0, 25);
  image.layers.push_back({{}, {}, oci::Blob(nullptr, 0, 0, "layer")});
  const std::string time = oci::sbom_time(image.config, "");
  check_sbom({{image, facts}, oci::SbomFormat::kSpdx, time, "1", false});
  check_sbom({{image, facts}, oci::SbomFormat::kCycloneDx, time, "1", true});
}

}  // namespace fuzz
