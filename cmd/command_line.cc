// Adds the sub-commands, and is the one place where errors become messages and exit codes.
#include "cmd/command_line.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <memory>
#include <sstream>
#include <utility>

#include "cmd/about.h"
#include "cmd/attach.h"
#include "cmd/build.h"
#include "cmd/convert.h"
#include "cmd/gc.h"
#include "cmd/image.h"
#include "cmd/index.h"
#include "cmd/inspect/diff.h"
#include "cmd/inspect/inspect.h"
#include "cmd/inspect/why.h"
#include "cmd/layer.h"
#include "cmd/load.h"
#include "cmd/options/help_format.h"
#include "cmd/plan.h"
#include "cmd/project/project_arguments.h"
#include "cmd/project/schema.h"
#include "cmd/rebase.h"
#include "cmd/report/caller.h"
#include "cmd/report/exit_code.h"
#include "cmd/report/failure.h"
#include "cmd/report/messages.h"
#include "cmd/report/signals.h"
#include "cmd/sbom.h"
#include "cmd/store.h"
#include "cmd/tar/tar.h"
#include "cmd/trace/trace.h"
#include "cmd/verify.h"
#include "cmd/words/argument_text.h"
#include "cmd/words/flagfile.h"
#include "cmd/words/known_words.h"
#include "cmd/words/manner_options.h"
#include "cmd/words/usage_fault.h"
#include "layer/base/error.h"
#include "layer/base/utf8.h"

namespace cmd {
namespace {

constexpr int kWrongUsage = 2;
constexpr int kBug = 70;  // EX_SOFTWARE of sysexits.h

std::vector<Argument> as_arguments(const std::vector<std::string>& texts) {
  std::vector<Argument> arguments;
  arguments.reserve(texts.size());
  for (const std::string& text : texts) arguments.push_back({text});
  return arguments;
}

// All output is there, or the system has a fault to tell.
void flush_output() {
  if (std::fflush(stdout) != 0) throw layer::system_error("standard output", "cannot write", errno);
}

// Help and version, which are asked for. They go to stdout, as a program's result.
int print_answer(const CLI::App& app, const CLI::ParseError& answer) {
  std::ostringstream text;
  const int status = app.exit(answer, text, text);
  print_to(stdout, text.str());
  return status;
}

// Each on one line, whatever is in the arguments.
int print_usage_error(const CLI::App& app, const CLI::ParseError& error,
                      const std::vector<std::string>& arguments) {
  std::string text = layer::with_escaped_bytes(error.what()) + '\n';
  if (!is_called_by_bazel()) {
    const std::vector<Argument> words = as_arguments(arguments);
    text += fmt::format("veneer: help: see `{}`\n", help_command(app, words));
  }
  print_diagnostics(stderr, text);
  return kWrongUsage;
}

// Whether the arguments run `diff`, as far as they were parsed or can be read.
bool run_diff_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (app.got_subcommand(kDiffCommand)) return true;
  WordReader reader(app);
  try {
    for (const Argument& argument : as_arguments(arguments)) {
      const Word word = reader.read(argument);
      if (word.kind == WordKind::kCommand) return word.command->get_name() == kDiffCommand;
    }
  } catch (const CLI::ParseError&) {
    // Wrong usage, or a flag file.
  }
  return false;
}

int parse_and_run(CLI::App& app, const std::vector<std::string>& arguments) {
  int status = 0;
  try {
    parse_arguments(app, arguments);
  } catch (const CLI::RuntimeError& verdict) {
    status = verdict.get_exit_code();  // all is said
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return print_usage_error(app, error, arguments);
    status = print_answer(app, error);
  }
  flush_output();
  return status;
}

int run_arguments(const std::vector<std::string>& arguments, const Session* session) {
  if (!arguments.empty() && arguments.front() == kTarCommand) {
    run_tar({arguments.begin() + 1, arguments.end()});
    flush_output();
    return 0;
  }
  CLI::App app(
      "Makes OCI image layers and images of Python programs: of the runfiles that Bazel builds, or "
      "of a virtual environment. Each real file is stored once.",
      "veneer");
  add_commands(app, session);
  try {
    return parse_and_run(app, arguments);
  } catch (const std::logic_error&) {
    throw;
  } catch (const std::exception&) {
    if (!run_diff_command(app, arguments)) throw;
    std::throw_with_nested(Trouble());
  }
}

// CLI11 has options that nobody gave a group in one that 2.1 calls Options, and 2.6 OPTIONS.
void name_first_group(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_group() == "OPTIONS") option->group("Options");
  }
  for (CLI::App* command : app.get_subcommands(nullptr)) name_first_group(*command);
}

// CLI11 takes an option that fills a list as one with many values, and its later versions (2.6)
// split such a value if it is in brackets: ["/app/server", "-v"], [a-z]. So each takes one value
// whole, and may be given several times.
void take_values_whole(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option->get_items_expected_max() <= 1) continue;
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  for (CLI::App* command : app.get_subcommands(nullptr)) take_values_whole(*command);
}

// Of a line that asks for help, only that: nothing else of it needs to be right.
void keep_call_for_help(const CLI::App& app, std::vector<Argument>& arguments) {
  const std::vector<Word> words = read_words(app, arguments);
  const auto asks = [](const Word& word) {
    return word.option != nullptr && word.option == word.command->get_help_ptr();
  };
  if (std::ranges::none_of(words, asks)) return;
  std::vector<Argument> kept;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].kind == WordKind::kCommand) kept.push_back(arguments[i]);
  }
  kept.push_back({"--help"});
  arguments = std::move(kept);
}

// Says why the run failed. Returns its exit code: `failed`, unless it was a bug.
int report(const std::exception& error, int failed) {
  wait_if_ending();
  print_error(error);
  return is_bug(error) ? kBug : failed;
}

int report_reason(const Trouble& trouble) {
  try {
    std::rethrow_if_nested(trouble);
  } catch (const std::exception& reason) {
    return report(reason, kTrouble);
  }
  return kTrouble;
}

}  // namespace

void add_commands(CLI::App& app, const Session* session) {
  app.set_version_flag("-V,--version", "veneer " VENEER_VERSION);
  app.formatter(std::make_shared<HelpFormat>());  // of all that are added
  app.require_subcommand(1);
  app.footer(
      "@FILE is replaced by the arguments in FILE, one per line; lines that begin with '#' are "
      "comments. `veneer --persistent_worker` runs a persistent worker for Bazel.");
  add_build_command(app);
  add_plan_command(app, session);
  add_layer_command(app, session);
  add_image_command(app, session);
  add_index_command(app);
  add_convert_command(app);
  add_rebase_command(app);
  add_gc_command(app);
  add_load_command(app);
  add_inspect_command(app);
  add_sbom_command(app);
  add_attach_command(app);
  add_diff_command(app);
  add_why_command(app);
  add_verify_command(app);
  add_store_command(app);
  add_schema_command(app);
  add_trace_command(app);
  add_tar_command(app);
  add_version_command(app);
  add_help_command(app);
  add_manner_options(app);
  take_values_whole(app);
  name_first_group(app);
}

void parse_arguments(CLI::App& app, const std::vector<std::string>& arguments) {
  set_manners(read_manners(app, as_arguments(arguments)));  // for what is told of flag files
  std::vector<Argument> all = expand_flagfiles(arguments, app);
  check_arguments_are_text(all);
  set_manners(read_manners(app, all));
  check_manners(app, all);
  add_project_arguments(app, all);
  keep_call_for_help(app, all);
  std::vector<std::string> texts;  // CLI11 takes a vector's arguments from its end
  for (auto argument = all.rbegin(); argument != all.rend(); ++argument) {
    texts.push_back(argument->text);
  }
  try {
    app.parse(texts);
  } catch (const CLI::ParseError& error) {
    rethrow_at_origin(error, app, all);
  }
}

int failure_code(const std::vector<std::string>& arguments) {
  if (std::ranges::find(arguments, kDiffCommand) == arguments.end()) return kFailed;
  CLI::App app;
  add_commands(app, nullptr);
  return run_diff_command(app, arguments) ? kTrouble : kFailed;
}

int run_command_line(const std::vector<std::string>& arguments, const Session* session) {
  set_manners({});
  try {
    return run_arguments(arguments, session);
  } catch (const Trouble& trouble) {
    return report_reason(trouble);
  } catch (const std::exception& error) {
    return report(error, kFailed);
  }
}

}  // namespace cmd
