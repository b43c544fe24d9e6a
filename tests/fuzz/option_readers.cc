// The values of options: each parser gets the same text. What is put into one form must keep it.
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "layer/base/error.h"
#include "layer/base/glob.h"
#include "layer/place/created_user.h"
#include "layer/place/image_accounts.h"
#include "layer/place/shared_root.h"
#include "layer/plan/access.h"
#include "layer/plan/capabilities.h"
#include "layer/plan/layer_rules.h"
#include "oci/model/config_changes.h"
#include "oci/model/docker_name.h"
#include "oci/model/known_platform.h"
#include "oci/model/reference.h"
#include "tests/fuzz/readers.h"
#include "tests/fuzz/support.h"

namespace fuzz {
namespace {

using Text = std::string_view;

// Claims that a value, parsed again, is the same.
template <typename Parse>
void parse_twice(Text text, Parse parse) {
  const std::string once = parse(text);
  std::string again;
  try {
    again = parse(once);
  } catch (const layer::Error& error) {
    throw std::logic_error(std::string("a value that was put into form is refused: ") +
                           error.what());
  }
  require_same(once, again, "a value changes when it is parsed again");
}

void match(const std::string& glob, Text text) {
  constexpr size_t kMostBytes = 100;  // the work grows with their number squared
  layer::glob_matches(glob, text.substr(0, kMostBytes));
}

constexpr auto kParsers = std::to_array<void (*)(Text text)>({
    [](Text text) { parse_twice(text, oci::parse_created); },
    [](Text text) { parse_twice(text, oci::parse_stop_signal); },
    [](Text text) { parse_twice(text, oci::parse_user); },
    [](Text text) { parse_twice(text, oci::parse_volume); },
    [](Text text) { parse_twice(text, oci::parse_working_dir); },
    [](Text text) {
      parse_twice(text, [](Text name) { return oci::parse_docker_name(name).to_string(); });
    },
    [](Text text) {
      parse_twice(text, [](Text name) { return oci::parse_known_platform(name).to_string(); });
    },
    [](Text text) {
      parse_twice(text, [](Text name) { return oci::parse_image_reference(name).to_string(); });
    },
    [](Text text) { oci::written_name(oci::parse_destination(text)); },
    [](Text text) { oci::parse_annotation(text); },
    [](Text text) { oci::parse_arguments({std::string(text)}); },
    [](Text text) { oci::parse_env(text); },
    [](Text text) { oci::parse_label(text); },
    [](Text text) { oci::parse_ports(text); },
    [](Text text) { match(layer::parse_capability_rule(text).glob, text); },
    [](Text text) { match(layer::parse_layer_rule(text).glob, text); },
    [](Text text) { match(layer::parse_mode_rule(text).glob, text); },
    [](Text text) { layer::parse_new_user(text); },
    [](Text text) { layer::check_owner_text(text); },
    [](Text text) { layer::parse_shared_root(text); },
});

}  // namespace

// Refused only if no option takes it.
void read_option_value(std::string_view bytes) {
  bool is_taken = false;
  for (const auto& parse : kParsers) {
    try {
      parse(bytes);
      is_taken = true;
    } catch (const layer::Error&) {
      // as another option's value it may be right
    }
  }
  if (!is_taken) throw layer::Error("no option takes this value");
}

}  // namespace fuzz
