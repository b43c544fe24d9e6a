// Translates options in messages into attributes of Bazel's rules, when those run veneer.
#pragma once

#include <string>

namespace cmd {

// Whether VENEER_CALLER=bazel, which Bazel's rules set.
bool is_called_by_bazel();

// The text of a message in the caller's words. If Bazel's rules call, an option that is made from
// one of their attributes is named as that attribute: "--check=warn" becomes "`check = "warn"`".
// Text in single quotes is not veneer's own, and stays.
std::string in_words_of_caller(const std::string& text);

}  // namespace cmd
