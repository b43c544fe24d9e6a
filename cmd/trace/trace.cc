// Runs the command, writes the list, and ends as the command did.
#include "cmd/trace/trace.h"

#include <memory>
#include <string>
#include <vector>

#include "cmd/report/results.h"
#include "cmd/trace/file_tracer.h"

namespace cmd {
namespace {

struct TraceArguments {
  std::string output;
  std::vector<std::string> command;
};

std::string lines_of_paths(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text += path + '\n';
  return text;
}

void run_trace(const TraceArguments& options) {
  check_outputs({{"--output", options.output}});
  const TracedRun run = trace_files(options.command);
  std::vector<layer::ResultFile> files;
  files.push_back(text_result(options.output, lines_of_paths(run.paths)));
  show_results(nullptr, files);
  if (run.exit_code != 0) throw CLI::RuntimeError(run.exit_code);
}

}  // namespace

void add_trace_command(CLI::App& app) {
  const auto options = std::make_shared<TraceArguments>();
  CLI::App* command = app.add_subcommand(
      "trace",
      "Run a command, and list which files it and its children open and execute, in the order of "
      "their first use. The exit code is that of the command");
  command
      ->add_option("-o,--output", options->output,
                   "Write the list to this file: one absolute path a line; of a link that was "
                   "followed, the path that was used and the file's own")
      ->type_name("FILE")
      ->required();
  command->add_option("COMMAND", options->command, "The command and its arguments, after a --")
      ->required();
  command->callback([options] { run_trace(*options); });
}

}  // namespace cmd
