// Declares the options with their help.
#include "cmd/options/pyc_options.h"

#include <algorithm>
#include <array>

#include "cmd/options/choice.h"

namespace cmd {

void add_pyc_options(CLI::App& command, layer::PycFiles& pyc, std::string& python,
                     std::vector<std::string>& from) {
  command
      .add_option("--pyc", pyc,
                  "Compiled Python files (__pycache__) of the program. drop: the image has none "
                  "(default of --venv; runfiles are packed as they are); keep: those that fit "
                  "their sources, made independent of the sources' times; compile: the program's "
                  "own interpreter makes them, so that it starts sooner")
      ->transform(one_of<layer::PycFiles>({{"drop", layer::PycFiles::kDrop},
                                           {"keep", layer::PycFiles::kKeep},
                                           {"compile", layer::PycFiles::kCompile}}))
      ->type_name("drop|keep|compile")
      ->group("Inputs");
  command
      .add_option("--pyc-python", python,
                  "The interpreter on this machine that compiles for --pyc=compile, of the version "
                  "that the program runs with (default: the program's own)")
      ->type_name("FILE")
      ->group("Inputs");
  command
      .add_option("--pyc-from", from,
                  "A plan that `veneer plan -o` wrote with --pyc=compile for runfiles: what it has "
                  "compiled, and whose source is as it was, is not compiled again; repeatable")
      ->allow_extra_args(false)
      ->type_name("FILE")
      ->group("Inputs");
}

void check_pyc_options(const layer::InputRequest& inputs, const std::string& python,
                       const std::vector<std::string>& from) {
  const std::array programs{inputs.binary, inputs.runfiles_directory, inputs.runfiles_manifest,
                            inputs.spec, inputs.venv.argument};
  const bool has_program =
      std::ranges::any_of(programs, [](const std::string& value) { return !value.empty(); });
  if (inputs.pyc != layer::PycFiles::kDefault && !has_program) {
    throw CLI::RequiresError("--pyc", "--venv or the runfiles of a program");
  }
  if (!python.empty() && inputs.pyc != layer::PycFiles::kCompile) {
    throw CLI::RequiresError("--pyc-python", "--pyc=compile");
  }
  if (!from.empty() && inputs.pyc != layer::PycFiles::kCompile) {
    throw CLI::RequiresError("--pyc-from", "--pyc=compile");
  }
}

}  // namespace cmd
