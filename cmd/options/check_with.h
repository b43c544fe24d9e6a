// Makes a validator for CLI11 of a function that parses a value or throws layer::Error.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "layer/base/error.h"

namespace cmd {

// CLI11 takes a check's complaint as text. An Error must not cross it.
template <typename Parse>
CLI::Validator check_with(Parse parse) {
  return {[parse](std::string& value) {
            try {
              parse(value);
            } catch (const layer::Error& error) {
              const layer::Diagnostic& fault = error.diagnostics().front();
              return fault.help.empty() ? fault.message : fault.message + "; " + fault.help;
            }
            return std::string();
          },
          std::string()};
}

}  // namespace cmd
