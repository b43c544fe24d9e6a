// Prints what is in an image for programs: docs/inspect.schema.json.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/inspect/inspection.h"
#include "cmd/inspect/listing.h"

namespace cmd {

// What is listed beside the report.
struct ListedPart {
  std::optional<uint32_t> layer;  // only of this one, from 0
  bool entries = false;           // every path
};

// The report without entries.
nlohmann::json image_report(const Inspection& inspection, const std::vector<Excess>& excess,
                            const std::optional<uint32_t>& layer = std::nullopt);

void print_image_json(const Inspection& inspection, const std::vector<Excess>& excess,
                      const ListedPart& part);

// "image", "manifest", "platform", "created": what names an image in a report.
nlohmann::json image_json(const oci::StoredImage& image);
nlohmann::json package_json(const oci::Package& package);

// Prints `report`, an object, with one more member, an array that is not held in memory: `fill` calls
// its argument for each item.
using TakeJson = std::function<void(const nlohmann::json&)>;
void print_with_list(const nlohmann::json& report, const std::string& name,
                     const std::function<void(const TakeJson&)>& fill);

}  // namespace cmd
