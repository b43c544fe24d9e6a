// Turns a function that parses a value, or throws layer::Error, into a validator for CLI11.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "layer/base/error.h"

namespace cmd {

// The validator returns the Error as text, because CLI11 wants a text and an Error must not pass
// through it.
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
