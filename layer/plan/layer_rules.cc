// Parses rules, and matches their globs against names.
#include "layer/plan/layer_rules.h"

#include <fmt/core.h>

#include "layer/base/error.h"
#include "layer/base/glob.h"
#include "layer/model/layer_name.h"

namespace layer {
namespace {

// PyPA's "Names and normalization": "Google.Cloud-Storage" is "google_cloud_storage" to the rules.
std::string normalized(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c == '-' || c == '.') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

LayerRule parse_layer_rule(std::string_view argument) {
  const size_t equals = argument.find('=');
  if (equals == std::string_view::npos) {
    throw Error(fmt::format("layer rule '{}' has no '=': expected NAME=GLOB", argument))
        .with_help(
            "'ml=*torch*' puts packages into the layer 'ml'; 'data=/srv/data' puts paths of the "
            "image into the layer 'data'");
  }
  LayerRule rule{std::string(argument.substr(0, equals)), std::string(argument.substr(equals + 1))};
  if (const std::string_view why = layer_name_fault(rule.layer); !why.empty()) {
    throw Error(fmt::format("layer rule '{}': layer '{}' {}", argument, rule.layer, why));
  }
  rule.of_path = rule.glob.find('/') != std::string::npos;
  rule.glob.erase(0, rule.glob.find_first_not_of('/'));
  while (rule.glob.ends_with('/')) rule.glob.pop_back();
  if (rule.glob.empty()) {
    throw Error(fmt::format("layer rule '{}' has an empty GLOB: expected NAME=GLOB", argument))
        .with_help("'**/*' matches every path");
  }
  return rule;
}

bool takes_repository(const LayerRule& rule, std::string_view repository,
                      std::string_view package) {
  return glob_matches(rule.glob, repository) ||
         glob_matches(normalized(rule.glob), normalized(package));
}

}  // namespace layer
