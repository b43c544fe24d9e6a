// Translates options in messages into attributes of Bazel's rules, when those run veneer.
#pragma once

#include <string>

namespace cmd {

// The text of a message in the caller's words. Bazel's rules set VENEER_CALLER=bazel. Then an
// option that is made from one of their attributes is named as that attribute: "--check=warn"
// becomes "`check = "warn"`". Text in single quotes is not veneer's own, and stays.
std::string in_words_of_caller(const std::string& text);

}  // namespace cmd
