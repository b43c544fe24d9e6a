// Makes a JSON schema of the options of `build`.
#include "cmd/project/schema.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/project/option_table.h"
#include "cmd/project/project_file.h"
#include "cmd/report/messages.h"
#include "layer/base/json.h"

namespace cmd {
namespace {

using layer::Json;

Json schema_of_value(const OptionKey& key) {
  switch (key.form) {
    case ValueForm::kFlag:
      return {{"type", "boolean"}};
    case ValueForm::kInteger:
      return {{"type", "integer"}, {"minimum", 0}};
    case ValueForm::kSize:
      return {{"type", {"integer", "string"}}};
    case ValueForm::kText:
      break;
  }
  Json schema{{"type", "string"}};
  const std::string type = key.option->get_type_name();
  const std::vector<std::string_view> words = words_of_type(type);
  if (!words.empty()) schema["enum"] = words;
  return schema;
}

Json schema_of_option(const OptionKey& key) {
  Json schema = schema_of_value(key);
  if (key.is_repeatable) schema = {{"type", "array"}, {"items", std::move(schema)}};
  schema["description"] = key.option->get_description();
  return schema;
}

Json schema_of_options(CLI::App& command) {
  Json schema = Json::object();
  for (const OptionKey& key : option_keys(command)) schema[key.key] = schema_of_option(key);
  return schema;
}

Json schema_of_project(CLI::App& command) {
  const Json options = schema_of_options(command);
  Json references = Json::object();  // of an image: the same options
  for (const auto& [key, option] : options.items()) {
    references[key] = {{"$ref", "#/properties/" + key}};
  }
  const Json image{{"type", "object"}, {"properties", references}, {"additionalProperties", false}};
  Json properties = options;
  properties[kImageTable] = {{"type", "object"},
                             {"description", "Images by name: `veneer build NAME` builds one"},
                             {"propertyNames", {{"pattern", kImageNamePattern}}},
                             {"additionalProperties", {{"$ref", "#/definitions/image"}}}};
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", "veneer.toml: what `veneer build` builds"},
          {"type", "object"},
          {"properties", properties},
          {"additionalProperties", false},
          {"definitions", {{"image", image}}}};
}

}  // namespace

void add_schema_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("schema", "Print the JSON schema of veneer.toml, for editors");
  command->callback([&app] {
    print_to(stdout, layer::dump_report(schema_of_project(*app.get_subcommand("build"))));
  });
}

}  // namespace cmd
