// Prints explanations as text and as JSON.
#include <fmt/core.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "layer/base/json.h"
#include "layer/base/utf8.h"
#include "layer/plan/explain.h"

namespace layer {
namespace {

constexpr size_t kAboutWidth = 10;  // "instead of"

nlohmann::json to_json(const Explanation& explanation) {
  nlohmann::json statements = nlohmann::json::array();
  for (const Statement& statement : explanation.statements) {
    statements.push_back({{"about", statement.about}, {"text", statement.text}});
  }
  nlohmann::json json{{"path", explanation.path},
                      {"type", explanation.type},
                      {"size", explanation.size},
                      {"statements", std::move(statements)}};
  const auto add = [&json](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  add("layer", explanation.layer);
  add("link", explanation.link);
  add("leadsTo", explanation.leads_to);
  add("owner", explanation.owner);
  if (!explanation.origin.file.empty()) {
    json["declared"] = {{"file", explanation.origin.file},
                        {"line", explanation.origin.line},
                        {"column", explanation.origin.column}};
  }
  return json;
}

}  // namespace

std::string explanation_to_text(const Explanation& explanation) {
  std::string out = with_escaped_bytes(explanation.path) + "\n";
  for (const Statement& statement : explanation.statements) {
    fmt::format_to(std::back_inserter(out), "  {:{}}  {}\n", statement.about, kAboutWidth,
                   with_escaped_bytes(statement.text));
  }
  return out;
}

std::string explanations_to_json(const std::vector<Explanation>& explanations) {
  nlohmann::json list = nlohmann::json::array();
  for (const Explanation& explanation : explanations) list.push_back(to_json(explanation));
  const nlohmann::json json{{"format", 1}, {"explanations", std::move(list)}};
  return dump_report(json);
}

}  // namespace layer
