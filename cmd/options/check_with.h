// A parser of oci as a check of CLI11's.
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
