// One rule for each check that found something, one result for each finding.
#include "cmd/steps/sarif.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "layer/base/ascii.h"
#include "layer/base/json.h"

namespace cmd {
namespace {

using Json = nlohmann::json;

// RFC 3986: what is neither unreserved nor a '/' of a path.
std::string uri_of(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    const bool is_plain =
        layer::is_alphanumeric(c) || std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json location_json(const layer::Position& position) {
  Json place{{"artifactLocation", {{"uri", uri_of(position.file)}}}};
  if (position.line > 0) place["region"]["startLine"] = position.line;
  if (position.column > 0) place["region"]["startColumn"] = position.column;
  return {{"physicalLocation", place}};
}

Json related_json(const layer::Position& position, std::string_view message) {
  Json location = location_json(position);
  location["message"] = {{"text", message}};
  return location;
}

Json result_json(const layer::Finding& finding, size_t rule) {
  const layer::Diagnostic diagnostic = layer::to_diagnostic(finding);
  std::string text = diagnostic.message;
  if (!finding.help.empty()) text += "; " + finding.help;
  Json related = Json::array();
  for (const std::string& other : finding.others) {
    related.push_back(related_json({other}, "likewise"));
  }
  for (const layer::Note& note : finding.notes) {
    if (!note.position.file.empty()) related.push_back(related_json(note.position, note.message));
  }
  if (!finding.origin.file.empty()) {
    related.push_back(related_json(finding.origin, "comes from here"));
  }
  return {{"ruleId", finding.check},
          {"ruleIndex", rule},
          {"level", layer::severity_name(finding.severity)},
          {"message", {{"text", text}}},
          {"locations", Json::array({location_json(diagnostic.position)})},
          {"relatedLocations", related},
          {"occurrenceCount", finding.count}};
}

}  // namespace

std::string sarif_text(const std::vector<layer::Finding>& findings) {
  std::set<std::string_view> checks;
  for (const layer::Finding& finding : findings) checks.insert(finding.check);
  Json rules = Json::array();
  for (const std::string_view check : checks) rules.push_back({{"id", check}});
  Json results = Json::array();
  for (const layer::Finding& finding : findings) {
    const auto rule = std::distance(checks.begin(), checks.find(finding.check));
    results.push_back(result_json(finding, static_cast<size_t>(rule)));
  }
  const Json driver{{"name", "veneer"}, {"version", VENEER_VERSION}, {"rules", rules}};
  const Json run{{"tool", {{"driver", driver}}}, {"results", results}};
  return layer::dump_report({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                             {"version", "2.1.0"},
                             {"runs", Json::array({run})}});
}

}  // namespace cmd
