// Expands $NAME in the value of an environment variable.
#pragma once

#include <string>
#include <vector>

namespace oci {

// value := (text | '$' NAME | '${' NAME '}' | '$$')*      NAME := [A-Za-z_][A-Za-z0-9_]*
//
// Returns `value`, the value of the variable `key`, with each name replaced by its value in `env`
// ("NAME=VALUE", the variables that are set before it) and "$$" by one '$'. Throws Error for a name
// that is not in `env`, for a '$' before anything else (no other expansion of a shell is done), and
// for a variable that is longer than Linux takes it.
std::string expand_variables(const std::string& key, const std::string& value,
                             const std::vector<std::string>& env);

}  // namespace oci
