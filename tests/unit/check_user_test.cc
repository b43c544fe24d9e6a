// The config's user, as moby/sys/user and containerd read it.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "layer/base/accounts.h"
#include "tests/unit/checked_image.h"

namespace layer::check_user_test {
namespace {

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "  app:x:1000:1001::/:\n"
    "5:x:1005:1005::/:\n"
    "short\n"
    "odd:x:one:-\n"
    "wheel:x:7:0::/:\n";
constexpr std::string_view kGroup = "#off:x:9:\nroot:x:0:\nstaff:x:50:app\n";

struct UserImage : CheckedImage {
  explicit UserImage(std::string_view user) {
    file("etc/passwd", kPasswd);
    file("etc/group", kGroup);
    config.user = user;
  }
};

TEST_CASE("user: what engines take") {
  for (const std::string_view user :
       {"", "app", "app:staff", "app:50", "1000", "1000:1001", ":5", ":staff", ":",
        "0:", "wheel:", "+5", "007", "2147483647:2147483647", "short", "odd", "5", "4"}) {
    CAPTURE(user);
    CHECK(UserImage(user).findings().find(" user ") == std::string::npos);
  }
}

TEST_CASE("user: what engines refuse, or read in two ways") {
  const struct {
    std::string_view user;
    std::string_view message;
  } cases[] = {
      {"2147483648", "is to run as '2147483648': engines refuse the user 2147483648"},
      {"-1", "is to run as '-1': engines refuse the user -1"},
      {"app:4294967296", "is to run as 'app:4294967296': engines refuse the group 4294967296"},
      {"1:-5", "is to run as '1:-5': engines refuse the group -5"},
      {"1:2:3", "is to run as '1:2:3': containerd refuses a second ':'"},
      {"app:",
       "is to run as 'app:', with an empty group: the group is 0 in containerd, and 1001 "
       "in Docker and podman"},
      {" app", "has no user ' app'"},
      {"99999999999999999999", "has no user '99999999999999999999'"},
      {"app:#off", "has no group '#off'"},
      {std::string_view("app\0", 4), "has no user 'app"},
      {"app:off", "has no group 'off'"},
  };
  for (const auto& [user, message] : cases) {
    CAPTURE(user);
    CHECK(UserImage(user).messages().find(message) != std::string::npos);
  }
}

TEST_CASE("user: a number is never a name") {
  UserImage image("5");
  image.file("a", "text", 0600);
  CHECK(image.messages().find("the image's user '5' cannot read it") != std::string::npos);
}

TEST_CASE("user: numbers that need no account") {
  for (const std::string_view user : {"", "1", "1:2", ":1", "+1", "0:5", ":"}) {
    CAPTURE(user);
    CHECK(is_numeric_user(user));
  }
  for (const std::string_view user : {"a", "1:a", "1:", "1:2:3", "2147483648", "-1", "1: 2"}) {
    CAPTURE(user);
    CHECK(!is_numeric_user(user));
  }
}

}  // namespace
}  // namespace layer::check_user_test
