// $NAME in the value of an environment variable.
#pragma once

#include <string>
#include <vector>

namespace oci {

// value := (text | '$' NAME | '${' NAME '}' | '$$')*      NAME := [A-Za-z_][A-Za-z0-9_]*
//
// `value` of the variable `key` with the values of `env` ("NAME=VALUE", those that are set before
// it) in the place of names; "$$" is one '$'. Throws Error for a name that is not in `env`, and for
// a '$' before anything else: what a shell would make of it is not what an image says.
std::string expand_variables(const std::string& key, const std::string& value,
                             const std::vector<std::string>& env);

}  // namespace oci
