// Looks up the config's variables, and finds the part of a path that names a package.
#include "layer/check/subject.h"

#include "layer/model/runfiles_path.h"

namespace layer {

std::optional<std::string_view> RunConfig::variable(std::string_view name) const {
  for (const std::string& each : env) {
    if (each.size() > name.size() && each[name.size()] == '=' && each.starts_with(name)) {
      return std::string_view(each).substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

bool Subject::is_base(const Node& node) const {
  if (base_layers) return node.layer < *base_layers;
  return split_runfiles_path(node.path).root.empty();
}

std::string_view package_of(std::string_view path) {
  const RunfilesPath parts = split_runfiles_path(path);
  if (!parts.repository.empty()) {
    return path.substr(0, path.size() - parts.rest.size() - (parts.rest.empty() ? 0 : 1));
  }
  const size_t first = path.find('/');
  return first == std::string_view::npos ? path : path.substr(0, path.find('/', first + 1));
}

}  // namespace layer
