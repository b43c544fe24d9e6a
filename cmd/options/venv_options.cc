// Declares the options with their help; layer/python/ reads what they name.
#include "cmd/options/venv_options.h"

#include "cmd/options/choice.h"

namespace cmd {
namespace {

void add_venv_link_option(CLI::App& command, VenvLink& link) {
  command
      .add_option("--venv-link", link,
                  "Whether PREFIX/venv is a link to the virtual environment, wherever that is "
                  "(default: on with --venv, off for runfiles)")
      ->transform(one_of<VenvLink>({{"on", VenvLink::kOn}, {"off", VenvLink::kOff}}))
      ->type_name("on|off")
      ->group("Inputs");
}

}  // namespace

void add_venv_options(CLI::App& command, layer::InputRequest& inputs, VenvOptions& options) {
  command
      .add_option("--venv", inputs.venv.argument,
                  "A virtual environment of `python -m venv`, virtualenv or uv, instead of BINARY; "
                  "DEST is its place in the image (default: /app/.venv)")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)  // a second one: see below
      ->type_name("DIR[:DEST]")
      ->group("Inputs");
  command
      .add_option("--site-packages", inputs.venv.site_packages,
                  "A folder of packages, such as `uv pip install --target DIR` makes for any "
                  "platform, instead of BINARY. The base has the interpreter; DEST is its place in "
                  "the image (default: /app/site-packages)")
      ->type_name("DIR[:DEST]")
      ->group("Inputs");
  command
      .add_option("--app", inputs.apps,
                  "First-party files that go with --venv or --site-packages: a file or directory "
                  "SRC, to be put at DEST "
                  "in the image (default: /app/src); repeatable")
      ->allow_extra_args(false)
      ->type_name("SRC[:DEST]")
      ->group("Inputs");
  command
      .add_option("--python", inputs.venv.python,
                  "Where the interpreter of --venv comes from. include: it is packed, into a layer "
                  "of its own; base: the base image has it (default: include if it can be moved)")
      ->transform(one_of<layer::PythonSource>(
          {{"include", layer::PythonSource::kInclude}, {"base", layer::PythonSource::kBase}}))
      ->type_name("include|base")
      ->group("Inputs");
  command
      .add_option(
          "--venv-variables", options.variables,
          "Whether the image of a --venv has PATH, VIRTUAL_ENV, PYTHONUNBUFFERED and, if an "
          "--app has modules, PYTHONPATH set for it (default: on). That of --site-packages has "
          "PATH, PYTHONUNBUFFERED and PYTHONPATH")
      ->transform(
          one_of<VenvVariables>({{"on", VenvVariables::kSet}, {"off", VenvVariables::kNone}}))
      ->type_name("on|off")
      ->group("Inputs");
  add_venv_link_option(command, options.link);
}

void check_venv_options(const CLI::App& command) {
  const size_t given = command.count("--venv");
  if (given > 1) {
    throw CLI::ValidationError(
        "--venv",
        "given twice: an image has one virtual environment; install the packages of both "
        "into one, or make two images");
  }
  const bool has_packages = command.count("--site-packages") > 0;
  if (given > 0 && has_packages) {
    throw CLI::ExcludesError("--venv", "--site-packages");
  }
  if (has_packages && command.count("--venv-link") > 0) {
    throw CLI::ExcludesError("--site-packages", "--venv-link");
  }
  for (const char* name : {"--app", "--venv-variables"}) {
    if (given == 0 && !has_packages && command.count(name) > 0) {
      throw CLI::RequiresError(name, "--venv or --site-packages");
    }
  }
  if (given == 0 && command.count("--python") > 0) throw CLI::RequiresError("--python", "--venv");
}

}  // namespace cmd
