// Declares the options with their help; layer/python/ reads what they name.
#include "cmd/options/venv_options.h"

#include <map>
#include <string>

namespace cmd {

void add_venv_options(CLI::App& command, layer::InputRequest& inputs, VenvVariables& variables) {
  const std::map<std::string, layer::PythonSource> sources{
      {"include", layer::PythonSource::kInclude}, {"base", layer::PythonSource::kBase}};
  command
      .add_option("--venv", inputs.venv.argument,
                  "A virtual environment of `python -m venv`, virtualenv or uv, instead of BINARY; "
                  "DEST is its place in the image (default: /app/.venv)")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)  // a second one: see below
      ->type_name("DIR[:DEST]")
      ->group("Inputs");
  command
      .add_option(
          "--app", inputs.apps,
          "First-party files that go with --venv: a file or directory SRC, to be put at DEST "
          "in the image (default: /app/src); repeatable")
      ->allow_extra_args(false)
      ->type_name("SRC[:DEST]")
      ->group("Inputs");
  command
      .add_option("--python", inputs.venv.python,
                  "Where the interpreter of --venv comes from. include: it is packed, into a layer "
                  "of its own; base: the base image has it (default: include if it can be moved)")
      ->transform(CLI::CheckedTransformer(sources).description(""))
      ->type_name("include|base")
      ->group("Inputs");
  const std::map<std::string, layer::PycFiles> pyc{{"drop", layer::PycFiles::kDrop},
                                                   {"compile", layer::PycFiles::kCompile}};
  command
      .add_option("--pyc", inputs.venv.pyc,
                  "Compiled Python files of --venv and --app. drop: the image has none (default); "
                  "compile: the environment's interpreter makes them, so that the program starts "
                  "sooner")
      ->transform(CLI::CheckedTransformer(pyc).description(""))
      ->type_name("drop|compile")
      ->group("Inputs");
  const std::map<std::string, VenvVariables> choices{{"on", VenvVariables::kSet},
                                                     {"off", VenvVariables::kNone}};
  command
      .add_option(
          "--venv-variables", variables,
          "Whether the image of a --venv has PATH, VIRTUAL_ENV, PYTHONUNBUFFERED and, if an "
          "--app has modules, PYTHONPATH set for it (default: on)")
      ->transform(CLI::CheckedTransformer(choices).description(""))
      ->type_name("on|off")
      ->group("Inputs");
}

void check_venv_options(const CLI::App& command) {
  const size_t given = command.count("--venv");
  if (given > 1) {
    throw CLI::ValidationError(
        "--venv",
        "given twice: an image has one virtual environment; install the packages of both "
        "into one, or make two images");
  }
  for (const char* name : {"--app", "--python", "--pyc", "--venv-variables"}) {
    if (given == 0 && command.count(name) > 0) throw CLI::RequiresError(name, "--venv");
  }
}

}  // namespace cmd
