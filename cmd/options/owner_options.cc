// Declares the options with their help; layer/ parses the values.
#include "cmd/options/owner_options.h"

#include "cmd/options/check_with.h"
#include "layer/place/created_user.h"
#include "layer/place/image_accounts.h"
#include "layer/plan/access.h"

namespace cmd {

void add_owner_options(CLI::App& command, OwnerOptions& options) {
  command
      .add_option("--chown", options.chown,
                  "Owner of all that is added to the base. Names are looked up in the base; a "
                  "number without GROUP is the group, too (default: 0:0, or what an mtree states)")
      ->check(check_with(layer::check_owner_text))
      ->type_name("USER[:GROUP]")
      ->group("Inputs");
  command
      .add_option("--chmod", options.chmod,
                  "Octal mode of the files and directories that are added to the base and match "
                  "GLOB: 'app/bin/*=0755'; repeatable, the first GLOB that matches a path applies")
      ->allow_extra_args(false)
      ->check(check_with(layer::parse_mode_rule))
      ->type_name("GLOB=MODE")
      ->group("Inputs");
  command
      .add_option("--create-user", options.create_user,
                  "Add a user with a group of the same name and number (default: 1000) and a home "
                  "/home/NAME; --user=NAME makes the image run as it")
      ->check(check_with(layer::parse_new_user))
      ->type_name("NAME[:UID]")
      ->group("Inputs");
}

}  // namespace cmd
