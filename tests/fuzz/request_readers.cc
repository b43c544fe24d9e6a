// Command lines and project files, which are parsed and not run, and the worker's requests.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/command_line.h"
#include "cmd/project/project_arguments.h"
#include "cmd/project/project_file.h"
#include "cmd/tar/tar_options.h"
#include "cmd/words/known_words.h"
#include "cmd/worker/work_request.h"
#include "layer/base/error.h"
#include "layer/bsdtar/archive_form.h"
#include "layer/bsdtar/substitution.h"
#include "tests/fuzz/readers.h"
#include "tests/fuzz/support.h"

namespace fuzz {
namespace {

// Thrown once all is parsed and checked, before the sub-command runs.
struct Parsed {};

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// The messages of a stream that comes in two pieces, of which the first has `cut` bytes.
std::vector<std::string> split_messages(std::string_view stream, size_t cut) {
  cmd::MessageSplitter splitter;
  std::vector<std::string> messages;
  for (const std::string_view piece : {stream.substr(0, cut), stream.substr(cut)}) {
    splitter.add(piece);
    while (std::optional<std::string> message = splitter.next()) {
      messages.push_back(std::move(*message));
    }
  }
  splitter.finish();
  return messages;
}

// Parses the command line that is made of an image of a project, each word of which has to be known.
void parse_image(CLI::App& app, const cmd::ProjectFile& project, const cmd::ProjectImage* image) {
  std::vector<cmd::Argument> arguments = cmd::project_arguments(project, image, {});
  arguments.insert(arguments.begin(), {"build"});
  std::vector<std::string> texts;
  for (const cmd::Argument& argument : arguments) texts.insert(texts.begin(), argument.text);
  try {
    cmd::read_words(app, arguments);
    app.parse(texts);
  } catch (const Parsed&) {
    // nothing more: the image is not built
  } catch (const CLI::ExtrasError& error) {
    throw std::logic_error(std::string("a project file makes an unknown word: ") + error.what());
  } catch (const CLI::ParseError& error) {
    throw layer::Error(error.what());
  }
}

}  // namespace

void read_project_file(std::string_view bytes) {
  CLI::App app("", "veneer");
  cmd::add_commands(app, nullptr);
  app.parse_complete_callback([] { throw Parsed(); });
  const cmd::ProjectFile project =
      cmd::parse_project(bytes, "folder/veneer.toml", *app.get_subcommand("build"));
  parse_image(app, project, project.images.empty() ? nullptr : &project.images.front());
}

void read_flag_file(std::string_view bytes) {
  CLI::App app("", "veneer");
  cmd::add_commands(app, nullptr);
  app.parse_complete_callback([] { throw Parsed(); });
  const MemoryFile file(bytes);
  try {
    cmd::parse_arguments(app, {"@" + file.path()});
  } catch (const Parsed&) {
    // nothing more: what it asks for is not done
  } catch (const CLI::ParseError& error) {
    throw layer::Error(error.what());
  }
}

void read_tar_command(std::string_view bytes) {
  const cmd::TarCommand command = cmd::parse_tar(split_lines(bytes), false);
  layer::choose_form(command.compression);
  for (const std::string& name : command.names.includes) {
    layer::substitute(command.names.substitutions, layer::SubstitutedText::kName, name);
  }
}

void read_work_requests(std::string_view bytes) {
  const std::vector<std::string> messages = split_messages(bytes, bytes.size() / 2);
  if (messages != split_messages(bytes, bytes.size())) {
    throw std::logic_error("a stream of requests depends on how it is cut");
  }
  for (const std::string& message : messages) {
    const cmd::WorkRequest request = cmd::parse_work_request(message, "request");
    cmd::encode_response({request.id, 0, message, request.is_cancel});
  }
}

}  // namespace fuzz
