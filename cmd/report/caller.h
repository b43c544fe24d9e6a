// Who runs veneer, and so in which words a message names an option.
#pragma once

#include <string>

namespace cmd {

// `text` of a message in the caller's words. Bazel's rules set VENEER_CALLER=bazel: then an option
// that one of their attributes stands for is that attribute, "--check=warn" is "`check = "warn"`".
// What is in quotes is somebody else's text, and stays.
std::string in_words_of_caller(const std::string& text);

}  // namespace cmd
