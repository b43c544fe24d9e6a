// Takes everything from how options are declared, as the help does.
#include "cmd/command_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/options/help_format.h"
#include "cmd/project/option_table.h"
#include "cmd/tar/tar.h"
#include "layer/base/json.h"

namespace cmd {
namespace {

using layer::Json;

// Short names first, as the help has them.
Json names_of(const CLI::Option& option) {
  Json names = Json::array();
  for (const std::string& name : option.get_snames()) names.push_back('-' + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

// What an option and an argument without a name in front of it both have.
Json value_json(const CLI::Option& option) {
  Json json{{"description", option.get_description()},
            {"required", option.get_required()},
            {"repeatable", is_repeatable(option)}};
  const std::string type = option.get_type_name();
  if (option.get_type_size() != 0 && !type.empty()) json["value"] = type;
  const std::vector<std::string_view> words = words_of_type(type);
  if (!words.empty()) json["words"] = words;
  return json;
}

Json argument_json(const CLI::Option& option) {
  Json json = value_json(option);
  json["name"] = option.get_name(true);
  return json;
}

Json option_json(const CLI::Option& option) {
  Json json = value_json(option);
  json["names"] = names_of(option);
  json["group"] = option.get_group();
  return json;
}

}  // namespace

Json command_json(const CLI::App& command) {
  Json json{{"name", command.get_name()},
            {"description", command.get_description()},
            {"arguments", Json::array()},
            {"options", Json::array()},
            {"commands", Json::array()}};
  if (command.get_name() == kTarCommand) {  // whose options are bsdtar's
    json["usage"] = kTarHelp;
    return json;
  }
  for (const std::string& group : groups_of(command)) {
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_group() != group) continue;
      if (option->nonpositional()) json["options"].push_back(option_json(*option));
    }
  }
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) json["arguments"].push_back(argument_json(*option));
  }
  for (const CLI::App* sub : command.get_subcommands(nullptr)) {
    json["commands"].push_back(command_json(*sub));
  }
  return json;
}

}  // namespace cmd
