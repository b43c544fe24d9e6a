// Reads a project file: options of `veneer build`, for one image or several, as TOML.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/project/option_table.h"
#include "cmd/words/argument.h"
#include "layer/base/error.h"

namespace cmd {

inline constexpr const char* kProjectFile = "veneer.toml";
inline constexpr const char* kImageTable = "image";
// Of what parse_project() takes as the name of an image.
inline constexpr const char* kImageNamePattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$";

// The values of one option. Of a flag: one if it is true, else none.
struct ProjectOption {
  OptionKey key;
  std::vector<Argument> values;
};

struct ProjectImage {
  std::string name;
  layer::Position position;
  std::vector<ProjectOption> options;
};

struct ProjectFile {
  std::string path;
  std::vector<ProjectOption> common;  // of all images
  std::vector<ProjectImage> images;   // in the order of the file
};

// Parses a project file. Its grammar, over TOML 1.0:
//   file  = *option *image
//   image = "[image." name "]" *option       name: letters, digits, "-", "_", "."; first no "." or "-"
//   option = long name of an option of `command` "=" value
//   value = true | false of a flag; an array of a repeatable option; a string or integer of another
// Every value is one that the command line would take too. Relative paths are below the file's
// folder. Throws layer::Error with all that is wrong.
ProjectFile parse_project(std::string_view text, const std::string& file, CLI::App& command);

}  // namespace cmd
