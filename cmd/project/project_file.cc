// Parses by toml++, which keeps the place of every value, and looks each key up among the options.
#include "cmd/project/project_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "cmd/project/project_value.h"
#include "cmd/project/toml.h"
#include "layer/base/nearest_names.h"

namespace cmd {
namespace {

// In an image's name, which is also a word of the command line.
constexpr std::string_view kNameBytes =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

bool is_image_name(std::string_view name) {
  return !name.empty() && name.front() != '-' && name.front() != '.' &&
         name.find_first_not_of(kNameBytes) == std::string_view::npos;
}

class ProjectReader {
 public:
  ProjectReader(const std::string& file, CLI::App& command)
      : file_(file), keys_(option_keys(command)) {}

  ProjectFile read(const toml::table& document) {
    ProjectFile project;
    project.path = file_;
    for (const auto& [key, value] : document) {
      if (key.str() == kImageTable) {
        read_images(value, project.images);
      } else {
        read_option(key, value, kImageTable, project.common);
      }
    }
    std::ranges::sort(project.images, {}, [](const ProjectImage& image) {
      return std::pair(image.position.line, image.position.column);
    });
    throw_faults();
    return project;
  }

 private:
  void read_images(const toml::node& value, std::vector<ProjectImage>& images) {
    const toml::table* const table = value.as_table();
    if (table == nullptr) {
      return refuse(
          value.source(),
          "'image': expected a table [image.NAME] for each image, found " + name_of_type(value));
    }
    for (const auto& [name, options] : *table) read_image(name, options, images);
  }

  void read_image(const toml::key& name, const toml::node& options,
                  std::vector<ProjectImage>& images) {
    if (!is_image_name(name.str())) {
      return refuse(name.source(),
                    fmt::format("'{}' is no name of an image: expected letters, digits, '-', '_' "
                                "and '.', and neither '-' nor '.' at its beginning",
                                name.str()));
    }
    const toml::table* const table = options.as_table();
    if (table == nullptr) {
      return refuse(name.source(),
                    fmt::format("'image.{0}': expected a table [image.{0}] of options, found {1}",
                                name.str(), name_of_type(options)));
    }
    ProjectImage& image = images.emplace_back();
    image.name = name.str();
    image.position = position_of(file_, name.source());
    for (const auto& [key, value] : *table) read_option(key, value, {}, image.options);
  }

  // `other_key` may stand there, too; empty: none.
  void read_option(const toml::key& key, const toml::node& value, std::string_view other_key,
                   std::vector<ProjectOption>& options) {
    const auto known = std::ranges::find(keys_, key.str(), &OptionKey::key);
    if (known == keys_.end()) return refuse_key(key, other_key);
    ProjectOption option{*known, {}};
    if (std::optional<layer::Diagnostic> fault = read_value(value, file_, option)) {
      faults_.push_back(std::move(*fault));
    } else {
      options.push_back(std::move(option));
    }
  }

  void refuse_key(const toml::key& key, std::string_view other_key) {
    std::vector<std::string_view> names;
    if (!other_key.empty()) names.push_back(other_key);
    for (const OptionKey& known : keys_) names.push_back(known.key);
    const std::vector<std::string_view> nearest = layer::nearest_names(key.str(), names);
    refuse(key.source(), fmt::format("`veneer build` has no option '{}'", key.str()),
           nearest.empty() ? "`veneer build --help` lists all; a key is a name without its '--'"
                           : fmt::format("did you mean {}?", layer::quoted_names(nearest)));
  }

  void refuse(const toml::source_region& place, std::string message, std::string help = {}) {
    faults_.push_back({position_of(file_, place), std::move(message), {}, std::move(help)});
  }

  // In the order of the file.
  void throw_faults() {
    std::ranges::stable_sort(faults_, {}, [](const layer::Diagnostic& fault) {
      return std::pair(fault.position.line, fault.position.column);
    });
    layer::Diagnostics found;
    for (layer::Diagnostic& fault : faults_) found.error(std::move(fault));
    found.throw_if_errors();
  }

  const std::string& file_;
  const std::vector<OptionKey> keys_;
  std::vector<layer::Diagnostic> faults_;
};

toml::table parse_document(std::string_view text, const std::string& file) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw layer::Error(position_of(file, error.source()),
                       fmt::format("this is no TOML: {}", error.description()));
  }
}

}  // namespace

ProjectFile parse_project(std::string_view text, const std::string& file, CLI::App& command) {
  return ProjectReader(file, command).read(parse_document(text, file));
}

}  // namespace cmd
