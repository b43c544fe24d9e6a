// Adds up sizes, and compares them with limits.
#include "cmd/inspect/inspection.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "cmd/options/number_values.h"
#include "cmd/report/messages.h"

namespace cmd {
namespace {

std::optional<double> parse_percent(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  double percent = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool is_number = fault == std::errc() && end == text.data() + text.size();
  return is_number && percent >= 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

uint64_t allowed_waste(const Inspection& inspection, const std::string& limit) {
  if (const std::optional<double> percent = parse_percent(limit)) {
    return static_cast<uint64_t>(static_cast<double>(inspection.waste.content_bytes) * *percent /
                                 100);
  }
  return std::stoull(limit);
}

}  // namespace

Inspection inspect_image(const oci::ImageSubject& subject) {
  Inspection inspection{subject, oci::summarize_layers(subject.image, subject.facts),
                        oci::find_waste(subject.facts), 0, 0};
  for (const oci::ImageLayer& layer : subject.image.layers) {
    inspection.stored += layer.descriptor.size;
  }
  for (const oci::FactsPointer& layer : subject.facts.layers) {
    inspection.unpacked += layer->tar_size;
  }
  return inspection;
}

std::string parse_waste_limit(const std::string& text) {
  if (parse_percent(text)) return text;
  std::string bytes = text;
  if (size_in_bytes(CLI::AsSizeValue(true))(bytes).empty()) return bytes;
  throw layer::Error(
      fmt::format("'{}' is neither a size, such as 10MB, nor a share, such as 5%", text));
}

std::vector<Excess> find_excess(const Inspection& inspection, const InspectLimits& limits) {
  std::vector<Excess> excess;
  const auto check = [&](const char* limit, uint64_t allowed, uint64_t found) {
    if (found > allowed) excess.push_back({limit, allowed, found});
  };
  if (limits.size) check("max-size", *limits.size, inspection.stored);
  if (!limits.waste.empty()) {
    check("max-waste", allowed_waste(inspection, limits.waste), inspection.waste.total());
  }
  if (limits.layers) check("max-layers", *limits.layers, inspection.layers.size());
  return excess;
}

std::vector<layer::Diagnostic> excess_faults(const Inspection& inspection,
                                             const std::vector<Excess>& excess) {
  std::vector<layer::Diagnostic> faults;
  for (const Excess& one : excess) {
    layer::Diagnostic& fault = faults.emplace_back();
    fault.position.file = inspection.subject.image.name;
    if (one.limit == "max-layers") {
      fault.message = fmt::format("has {} layers; --max-layers allows {}", one.found, one.allowed);
      continue;
    }
    fault.message =
        fmt::format("{} {} ({} bytes); --{} allows {} ({} bytes)",
                    one.limit == "max-size" ? "has layers of" : "wastes", human_size(one.found),
                    one.found, one.limit, human_size(one.allowed), one.allowed);
    if (one.limit == "max-waste") fault.help = "`veneer inspect --json` lists what is stored twice";
  }
  return faults;
}

}  // namespace cmd
