// Parses and prints Linux file capabilities: setcap's text, and the "security.capability" bytes.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// The value of "security.capability" for a text in the language of cap_from_text(3), which
// setcap(8) takes too:
//
//   text   := clause { space clause }
//   clause := [ names ] action { action }     without names the first action is '=', for all
//   names  := name { "," name }               "cap_chown" in either case, a number, or "all"
//   action := "=" { flag } | ("+" | "-") flag { flag }
//   flag   := "e" | "i" | "p"
//
// "all" means the capabilities of Linux 5.9 to 6.x, whichever ones this machine's kernel has.
// Throws Error, also if only some of the capabilities are effective: a file has one effective flag
// for all of them.
std::string parse_capability(std::string_view text);

// The value as container engines expect it in a layer: version 2 of the structure, without the user
// namespace that version 3 names. A value of unknown form is returned unchanged.
std::string capability_of_layer(std::string_view value);

// The text of a value, as getcap(8) prints it: "cap_net_bind_service=ep". Capabilities with the
// same flags are listed together. For a value of unknown form the text gives its size.
std::string capability_text(std::string_view value);

}  // namespace layer
