// The changes that a user asks for in an image's config, and how they apply to the base's config.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oci/model/config.h"

namespace oci {

// An absent value keeps what the base has. Values are what the parse_ functions below return.
struct ConfigChanges {
  std::optional<Arguments> entrypoint;  // empty: none, whatever the base has
  std::optional<Arguments> cmd;
  std::vector<std::pair<std::string, std::string>> env;  // as given, not expanded; last wins
  StringMap labels;
  std::optional<std::string> user;
  std::optional<std::string> working_dir;  // relative: to the base's
  std::optional<std::string> stop_signal;
  std::optional<std::string> created;
  std::optional<std::string> author;
  std::set<std::string> exposed_ports;
  std::set<std::string> volumes;
};

inline constexpr std::string_view kEpoch = "1970-01-01T00:00:00Z";

// The config that an image without a base starts from. For Linux it has the PATH that Docker gives
// an image built `FROM scratch`, so that `/usr/bin/env python3` finds what the layers bring.
ImageConfig scratch_config(const Platform& platform);

// The config of an image on top of `base`, as `docker build` derives it: a new entrypoint drops the
// base's cmd, env and labels merge by key with the base's order kept, ports and volumes add up; a
// variable's value may name those set before it (expand_variables()). `created` is kEpoch unless
// given, because the base's own time would be untrue of this image. Throws Error for a value that
// cannot be expanded and for a working directory outside of the root.
ImageConfig apply_changes(ImageConfig base, const ConfigChanges& changes);

// Throws Error for what a config or a manifest cannot hold: they are JSON, which is UTF-8, and
// engines read their texts as C strings.
void check_text(std::string_view text);

// Each checks one value of an option and returns it. All throw Error.
using KeyValue = std::pair<std::string, std::string>;
// "KEY=VALUE", or the JSON array ["KEY", "VALUE"], which needs no line break to hold one.
KeyValue parse_env(std::string_view text);
KeyValue parse_label(std::string_view text);
KeyValue parse_annotation(std::string_view text);
// "PORT[-PORT][/tcp|udp|sctp]", each as "PORT/PROTOCOL".
std::set<std::string> parse_ports(std::string_view text);
std::string parse_volume(std::string_view text);       // an absolute path, cleaned
std::string parse_user(std::string_view text);         // "USER[:GROUP]", names or numbers
std::string parse_working_dir(std::string_view text);  // a path
std::string parse_stop_signal(std::string_view text);  // "SIGTERM", "TERM" or a number
std::string parse_created(std::string_view text);      // RFC 3339, or seconds since the epoch

// Makes an argument list of the values of a repeatable option. A value that begins with '[' is a
// JSON array of strings (Dockerfile's exec form). Any other is one argument, taken as it is:
// nothing is split at spaces. A single empty value is the empty list.
Arguments parse_arguments(const std::vector<std::string>& values);

}  // namespace oci
