// Adds what a project file says to a command line of `veneer build`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cmd/project/project_file.h"
#include "cmd/words/argument.h"

namespace cmd {

// What the command line says beside the project file.
using GivenOptions = std::vector<const CLI::Option*>;

// The arguments for one image: the options of the file's top, then the image's own (null: none),
// without those that the command line gives or excludes. Values of the form KEY=VALUE add up in
// this order; of all other options the later place counts alone.
std::vector<Argument> project_arguments(const ProjectFile& project, const ProjectImage* image,
                                        const GivenOptions& given);

// Adds --project, which add_project_arguments() reads, to `build`.
void add_project_option(CLI::App& command);

// If `arguments` run `build` and a project file says what to build, puts its arguments behind that
// word, and removes the name of its image. That is so if
// - --project names the file, or
// - veneer.toml is in the working directory, and the command line names one of its images, or
//   nothing to pack at all.
// Throws layer::Error for a file that is wrong, or that has no such image.
void add_project_arguments(CLI::App& app, std::vector<Argument>& arguments);

}  // namespace cmd
