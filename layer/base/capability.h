// Capabilities of files: their text, and the bytes of "security.capability".
#pragma once

#include <string>
#include <string_view>

namespace layer {

// The bytes for a text in the language of cap_from_text(3), as setcap(8) takes it:
//
//   text   := clause { space clause }
//   clause := [ names ] action { action }     without names the first action is '=', for all
//   names  := name { "," name }               "cap_chown" in large or small letters, a number, "all"
//   action := "=" { flag } | ("+" | "-") flag { flag }
//   flag   := "e" | "i" | "p"
//
// A file has its effective flags for all of its capabilities or for none. "all" are those of Linux 5.9
// to 6.x, whatever this machine knows. Throws Error.
std::string parse_capability(std::string_view text);

// What engines want of a value: version 2, without the user namespace that version 3 names. A value of
// no known form stays what it is.
std::string capability_of_layer(std::string_view value);

// "cap_net_bind_service=ep" of a value, as getcap(8) prints it: those with the same flags together. Of no
// known form: its size.
std::string capability_text(std::string_view value);

}  // namespace layer
