// The fields of layer::Diagnostic by their names.
#include "cmd/report/diagnostic_json.h"

#include "cmd/report/caller.h"

namespace cmd {
namespace {

nlohmann::json diagnostic_json(const layer::Diagnostic& fault) {
  nlohmann::json json{{"message", in_words_of_caller(fault.message)}};
  if (!fault.position.file.empty()) json["at"] = position_json(fault.position);
  for (const layer::Note& note : fault.notes) {
    json["notes"].push_back({{"at", position_json(note.position)}, {"message", note.message}});
  }
  if (!fault.help.empty()) json["help"] = in_words_of_caller(fault.help);
  return json;
}

}  // namespace

nlohmann::json position_json(const layer::Position& position) {
  nlohmann::json json{{"file", position.file}};
  if (position.line > 0) json["line"] = position.line;
  if (position.column > 0) json["column"] = position.column;
  return json;
}

nlohmann::json error_json(const layer::Error& error) {
  nlohmann::json errors = nlohmann::json::array();
  for (const layer::Diagnostic& fault : error.diagnostics())
    errors.push_back(diagnostic_json(fault));
  return {{"errors", errors}};
}

}  // namespace cmd
