// Decides whether a project file counts and which of its images is meant, and merges the options.
#include "cmd/project/project_arguments.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "cmd/options/planning_options.h"
#include "cmd/report/messages.h"
#include "cmd/words/known_words.h"
#include "layer/base/nearest_names.h"
#include "layer/disk/look_at.h"
#include "layer/model/string_arena.h"
#include "layer/read/input_file.h"

namespace cmd {
namespace {

constexpr const char* kProjectCommand = "build";

// A command line of `build`, before a project file adds to it.
struct BuildLine {
  size_t command = 0;  // the index of its word
  GivenOptions given;
  std::vector<size_t> plain;  // indexes of words that are no option's
  std::string project;        // --project; empty: not given
  bool names_input = false;   // by an option
  bool asks_for_help = false;
};

bool is_input(const CLI::Option& option) {
  return std::ranges::find(kInputOptions, option.get_name()) != kInputOptions.end();
}

void add_word(const Word& word, size_t index, const std::string& text, BuildLine& line) {
  if (word.kind == WordKind::kPlain) line.plain.push_back(index);
  if (word.option == nullptr) return;
  if (word.kind == WordKind::kOption) line.given.push_back(word.option);
  if (is_input(*word.option)) line.names_input = true;
  if (word.option == word.command->get_help_ptr()) line.asks_for_help = true;
  if (word.option->get_name() != kProjectOption) return;
  line.project = word.kind == WordKind::kValue ? text : word.value;
}

// Nothing if it is not `build` that runs.
std::optional<BuildLine> read_build_line(const CLI::App& app,
                                         const std::vector<Argument>& arguments) {
  const std::vector<Word> words = read_words(app, arguments);
  const auto command = std::ranges::find(words, WordKind::kCommand, &Word::kind);
  if (command == words.end() || command->command->get_name() != kProjectCommand)
    return std::nullopt;
  BuildLine line;
  line.command = static_cast<size_t>(command - words.begin());
  for (size_t i = line.command + 1; i < words.size(); ++i) {
    add_word(words[i], i, arguments[i].text, line);
  }
  return line;
}

const ProjectImage* image_of_project(const ProjectFile& project, std::string_view name) {
  const auto found = std::ranges::find(project.images, name, &ProjectImage::name);
  return found == project.images.end() ? nullptr : &*found;
}

std::vector<std::string_view> image_names(const ProjectFile& project) {
  std::vector<std::string_view> names;
  for (const ProjectImage& image : project.images) names.push_back(image.name);
  return names;
}

// Neither an image nor a file.
layer::Error unknown_image(const ProjectFile& project, const std::string& name) {
  return layer::Error({project.path},
                      fmt::format("has no image '{}', and there is no such file; {}", name,
                                  layer::names_to_choose(name, image_names(project))));
}

// The image of a command line that names none; null: what the file says at its top is all.
const ProjectImage* only_image(const ProjectFile& project) {
  if (project.images.empty()) return nullptr;
  if (project.images.size() == 1) return &project.images.front();
  throw layer::Error({project.path}, fmt::format("describes {} images: {}", project.images.size(),
                                                 layer::quoted_names(image_names(project))))
      .with_help(fmt::format("name one: `veneer build {}`", project.images.front().name));
}

ProjectFile read_project(const std::string& file, CLI::App& command) {
  layer::StringArena arena;
  return parse_project(layer::read_found_file(file, arena), file, command);
}

void print_use(const ProjectFile& project, const ProjectImage* image) {
  if (image == nullptr) {
    print_note({{project.path}, "describes the image that is built", {}, {}});
  } else {
    print_note({image->position,
                fmt::format("describes the image that is built, '{}'", image->name),
                {},
                {}});
  }
}

// Whether the command line has the last word on it.
bool is_settled(const CLI::Option& option, const GivenOptions& given) {
  return std::ranges::any_of(given, [&option](const CLI::Option* other) {
    const std::set<CLI::Option*> excluded = other->get_excludes();
    return other == &option || std::ranges::find(excluded, &option) != excluded.end();
  });
}

void append_option(const ProjectOption& option, std::vector<Argument>& arguments) {
  const std::string& name = option.key.option->get_name();
  for (const Argument& value : option.values) {
    if (option.key.option->nonpositional()) arguments.push_back({name, value.origin});
    if (option.key.form == ValueForm::kFlag) continue;
    arguments.push_back(value);
    std::string& text = arguments.back().text;
    if (!option.key.option->nonpositional() && text.starts_with('-')) text.insert(0, "./");
  }
}

// Several images of the project are no BINARY and its arguments.
void refuse_several_images(const BuildLine& line, const std::vector<Argument>& arguments,
                           const std::string& file, CLI::App& command) {
  std::vector<std::string_view> names;
  for (const size_t at : line.plain) names.push_back(arguments[at].text);
  const auto is_path = [](std::string_view name) { return name.find('/') != name.npos; };
  if (std::ranges::any_of(names, is_path)) return;
  const ProjectFile project = read_project(file, command);
  const auto is_image = [&](std::string_view name) {
    return image_of_project(project, std::string(name)) != nullptr;
  };
  if (!std::ranges::all_of(names, is_image)) return;
  throw layer::Error({file}, fmt::format("describes {}, and `veneer build` makes one image",
                                         layer::quoted_names(names)))
      .with_help(fmt::format("run it once for each: `veneer build {}`", names.front()));
}

}  // namespace

std::vector<Argument> project_arguments(const ProjectFile& project, const ProjectImage* image,
                                        const GivenOptions& given) {
  static const std::vector<ProjectOption> kNone;
  const std::vector<ProjectOption>& own = image == nullptr ? kNone : image->options;
  const auto is_replaced = [&own](const ProjectOption& option) {
    return std::ranges::any_of(own, [&option](const ProjectOption& other) {
      return other.key.option == option.key.option;
    });
  };
  std::vector<Argument> arguments;
  for (const std::vector<ProjectOption>* options : {&project.common, &own}) {
    for (const ProjectOption& option : *options) {
      if (option.key.merging == Merging::kReplaced) {
        if (is_settled(*option.key.option, given)) continue;
        if (options == &project.common && is_replaced(option)) continue;
      }
      append_option(option, arguments);
    }
  }
  return arguments;
}

void add_project_option(CLI::App& command) {
  command
      .add_option(kProjectOption,
                  "Project file to take options and images from (default: veneer.toml, if the "
                  "command line names nothing to pack, or an image of that file instead of BINARY)")
      ->type_name("FILE")
      ->configurable(false)
      ->group("Inputs");
}

void add_project_arguments(CLI::App& app, std::vector<Argument>& arguments) {
  std::optional<BuildLine> line = read_build_line(app, arguments);
  if (!line || line->asks_for_help) return;
  const bool is_asked = !line->project.empty();
  if (!is_asked && !layer::is_there(kProjectFile)) return;
  if (line->plain.size() > 1) {
    refuse_several_images(*line, arguments, is_asked ? line->project : kProjectFile,
                          *app.get_subcommand(kProjectCommand));
  }
  const std::string word = line->plain.size() == 1 ? arguments[line->plain.front()].text : "";
  const bool may_be_image = !word.empty() && word.find('/') == std::string::npos;
  const bool is_complete = line->names_input || !line->plain.empty();
  if (!is_asked && is_complete && !may_be_image) return;

  CLI::App& command = *app.get_subcommand(kProjectCommand);
  const ProjectFile project = read_project(is_asked ? line->project : kProjectFile, command);
  const ProjectImage* image = may_be_image ? image_of_project(project, word) : nullptr;
  if (image != nullptr) {
    arguments.erase(arguments.begin() + static_cast<ptrdiff_t>(line->plain.front()));
  } else {
    if (may_be_image && !project.images.empty() && !layer::is_there(word)) {
      throw unknown_image(project, word);
    }
    if (!is_asked && is_complete) return;
    image = only_image(project);
    if (!word.empty()) line->given.push_back(command.get_option_no_throw("BINARY"));
  }
  print_use(project, image);
  std::vector<Argument> added = project_arguments(project, image, line->given);
  arguments.insert(arguments.begin() + static_cast<ptrdiff_t>(line->command) + 1,
                   std::move_iterator(added.begin()), std::move_iterator(added.end()));
}

}  // namespace cmd
