// Owners and modes by options, and the accounts that an image has.
#include "layer/plan/access.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/accounts.h"
#include "layer/base/error.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/created_user.h"
#include "layer/place/image_accounts.h"
#include "tests/unit/temporary_directory.h"

namespace layer::access_test {
namespace {

TEST_CASE("accounts: lines with too few fields are none, and a number is all digits") {
  const std::vector<AccountFields> lines = account_lines("a:x:1:2:::\n\n#b\nc:x:3\nd::4:5", 4);
  CHECK(account_names(lines) == std::vector<std::string_view>{"a", "d"});
  CHECK(lines[1] == AccountFields{"d", "", "4", "5"});
  CHECK(account_number("0") == 0U);
  CHECK(account_number("4294967295") == 4294967295U);
  for (const std::string_view text : {"", "-1", "1x", "4294967296", " 1"}) {
    CAPTURE(text);
    CHECK(account_number(text) == std::nullopt);
  }
}

TEST_CASE("accounts: an owner is looked up in what the inputs bring") {
  StringArena arena;
  FileTree tree;
  tree.entries = {{.path = "etc/group", .content = "g:x:7:\n", .kind = EntryKind::kInlineFile},
                  {.path = "etc/passwd",
                   .content = "bad:x:one:2::/:\na:x:5:6::/:\na:x:8:9::/:\n",
                   .kind = EntryKind::kInlineFile}};
  const auto ids = [&](std::string_view owner) {
    const OwnerIds found = find_owner(owner, tree, {}, arena);
    return std::vector<uint32_t>{found.uid, found.gid};
  };
  CHECK(ids("a") == std::vector<uint32_t>{5, 6});
  CHECK(ids("a:g") == std::vector<uint32_t>{5, 7});
  CHECK(ids("5") == std::vector<uint32_t>{5, 5});
  CHECK(ids("5:0") == std::vector<uint32_t>{5, 0});
  CHECK_THROWS_AS(ids("bad"), Error);
  CHECK_THROWS_AS(ids("a:a"), Error);
  for (const std::string_view text :
       {"", ":", ":g", "a:", "a:b:c", "4294967295", "a:99999999999"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(check_owner_text(text), Error);
  }
}

TEST_CASE("chmod: a rule is a glob and an octal mode behind the last '='") {
  CHECK(parse_mode_rule("/a/b/=755").glob == "a/b");
  CHECK(parse_mode_rule("a=b=04755").mode == 04755U);
  for (const std::string_view text :
       {"", "=1", "/=1", "a", "a=", "a=8", "a=10000", "a=+x", "a=000644"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_mode_rule(text), Error);
  }
}

TEST_CASE("created user: a name and a number") {
  CHECK(parse_new_user("app").id == 1000);
  CHECK(parse_new_user("_a-B.2:65532").id == 65532);
  for (const std::string_view text : {"", ":1", "1a", "a b", "a:0", "a:", "a:b", "a:4294967295",
                                      "a/b", "abcdefghijklmnopqrstuvwxyz0123456"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_new_user(text), Error);
  }
}

}  // namespace
}  // namespace layer::access_test
