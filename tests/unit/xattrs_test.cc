// Extended attributes: their text, what disk gives, and capabilities in words and in bytes.
#include "layer/base/xattrs.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/xattr.h>

#include <cerrno>
#include <string>
#include <vector>

#include "layer/base/capability.h"
#include "layer/identify/tree_key.h"
#include "layer/plan/capabilities.h"
#include "tests/unit/entry_text.h"
#include "tests/unit/temporary_directory.h"

namespace layer::xattrs_test {
namespace {

std::string hex_of(const std::string& bytes) {
  const std::vector<unsigned char> numbers(bytes.begin(), bytes.end());
  return fmt::format("{:02x}", fmt::join(numbers, ""));
}

TEST_CASE("xattrs: the text is the same whatever the order, and reads back") {
  const std::vector<Xattr> xattrs{
      {"user.b", ""}, {"user.a,=%\n\xff", std::string("\0\xff", 2)}, {"security.capability", "x"}};
  const std::string text = xattrs_to_text(xattrs);
  CHECK(text == "xattr.security.capability=78,xattr.user.a%2c%3d%25%0a%ff=00ff,xattr.user.b=");
  CHECK(parse_xattrs(text) == std::vector<Xattr>{xattrs[2], xattrs[1], xattrs[0]});
  CHECK(parse_xattrs("") == std::vector<Xattr>{});
  for (const char* broken :
       {"user.a=00", "xattr.=00", "xattr.user.a", "xattr.user.a=0", "xattr.user.a=0g",
        "xattr.user.a=FF", "xattr.user.a=00,", "xattr.user.b=,xattr.user.a=", "xattr.user.%41=",
        "xattr.user.a=,xattr.user.a=", "xattr.user.%2=", "xattr.user.a b=", "mode=0644"}) {
    CAPTURE(broken);
    CHECK_FALSE(parse_xattrs(broken).has_value());
  }
}

TEST_CASE("xattrs: of a file on disk those of the user are read, of any size") {
  const TemporaryDirectory temporary;
  const std::string file = temporary.write("f", "");
  CHECK(read_xattrs(file).empty());
  if (setxattr(file.c_str(), "user.b", "x", 1, 0) != 0) {
    REQUIRE(errno == ENOTSUP);
    MESSAGE("this file system has no extended attributes");
    return;
  }
  const std::string large(1000, 'y');
  REQUIRE(setxattr(file.c_str(), "user.a", large.data(), large.size(), 0) == 0);
  REQUIRE(setxattr(file.c_str(), ("user." + std::string(200, 'n')).c_str(), "", 0, 0) == 0);
  const std::vector<Xattr> read = xattrs_of_text(read_xattrs(file));
  REQUIRE(read.size() == 3);
  CHECK(read[0] == Xattr{"user.a", large});
  CHECK(read[1] == Xattr{"user.b", "x"});
  CHECK(temporary.error_of([&] { read_xattrs(temporary / "gone"); }) ==
        "$/gone: error: cannot read its extended attributes: No such file or directory\n");
  REQUIRE(setxattr(file.c_str(), "user.a=b", "", 0, 0) == 0);
  CHECK(temporary.error_of([&] { read_xattrs(file); }) ==
        "$/f: error: has the extended attribute 'user.a=b', but a tar cannot hold an attribute "
        "name with '='\n");
}

TEST_CASE("capability: texts of cap_from_text(3) become bytes, and bytes texts of getcap(8)") {
  struct Case {
    const char* text;
    const char* bytes;
    const char* printed;
  };
  const Case cases[] = {
      {"cap_net_bind_service+ep", "0100000200040000000000000000000000000000",
       "cap_net_bind_service=ep"},
      {"CAP_NET_RAW,cap_net_admin=p", "0000000200300000000000000000000000000000",
       "cap_net_admin,cap_net_raw=p"},
      {"cap_chown=i cap_bpf=p", "0000000200000000010000008000000000000000",
       "cap_chown=i cap_bpf=p"},
      {"all=ep cap_chown-ep", "01000002feffffff00000000ff01000000000000", nullptr},
      {"=", "0000000200000000000000000000000000000000", "="},
      {"=p cap_chown,cap_kill=\tall-i", "00000002deffffff00000000ff01000000000000", nullptr},
      {"cap_kill+pi-i+e", "0100000220000000000000000000000000000000", "cap_kill=ep"},
      {"63+ip", "0000000200000000000000000000008000000080", "63=ip"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    const std::string bytes = parse_capability(one.text);
    CHECK(hex_of(bytes) == one.bytes);
    if (one.printed != nullptr) CHECK(capability_text(bytes) == one.printed);
    CHECK(capability_of_layer(bytes) == bytes);
    // Version 3: of another revision, with the root user of a namespace at its end.
    std::string third = bytes + std::string("\xe8\x03\0\0", 4);
    third[3] = 3;
    CHECK(capability_of_layer(third) == bytes);
  }
  CHECK(capability_text("abc") == "3 bytes in an unknown form");
  CHECK(capability_of_layer("abc") == "abc");
}

TEST_CASE("capability: a text that is none is an error") {
  struct Case {
    const char* text;
    const char* fault;
  };
  const Case cases[] = {
      {"", "expected at least one clause"},
      {"cap_chown", "expected '=', '+' or '-' after 'cap_chown'"},
      {"cap_chow+ep", "'cap_chow' is not a capability"},
      {"64=p", "'64' is not a capability"},
      {"cap_chown,=p", "'' is not a capability"},
      {"+p", "'+' has no capability before it"},
      {"cap_chown+", "'+' has no flag after it"},
      {"cap_chown+px", "'x' is not a flag: expected e, i or p"},
      {"cap_chown=p cap_kill=ep",
       "the flag 'e' must be set for all capabilities of a file or for none"},
      {"cap_kill=e", "the flag 'e' must be set for all capabilities of a file or for none"},
  };
  for (const Case& one : cases) {
    CHECK(TemporaryDirectory().error_of([&] { parse_capability(one.text); }) ==
          fmt::format("veneer: error: capabilities '{}': {}\n"
                      "veneer: help: for example cap_net_bind_service+ep; setcap(8) and "
                      "cap_from_text(3) describe the form\n",
                      one.text, one.fault));
  }
}

TEST_CASE("capability: rules give files theirs, the first that matches, and must match one") {
  StringArena arena;
  FileTree tree;
  Attributes stated;
  stated.mode = 0755;
  stated.xattrs = arena.intern_at("xattr.security.capability=00,xattr.user.a=");
  tree.entries = {{.path = "app/a", .attributes = arena.intern(stated)},
                  {.path = "app/b"},
                  {.path = "app/link", .content = "b", .kind = EntryKind::kSymlink}};
  const auto rules = [](const std::vector<std::string>& texts) {
    std::vector<CapabilityRule> result;
    for (const std::string& text : texts) result.push_back(parse_capability_rule(text));
    return result;
  };
  set_capabilities(rules({"/app/a=cap_chown=p", "app/*=cap_kill+i"}), tree, arena);
  CHECK(xattrs_text(tree.entries[0].attributes->xattrs) ==
        "xattr.security.capability=0000000201000000000000000000000000000000,xattr.user.a=");
  CHECK(tree.entries[0].attributes->mode == 0755);
  CHECK(xattrs_text(tree.entries[1].attributes->xattrs) ==
        "xattr.security.capability=0000000200000000200000000000000000000000");
  CHECK(tree.entries[2].attributes == nullptr);
  CHECK(TemporaryDirectory().error_of([&] {
    set_capabilities(rules({"app/l*=cap_kill+i", "x=="}), tree, arena);
  }) == "veneer: error: --capability 'app/l*' matches no file of the image\n"
        "veneer: note: the pattern matches 'app/link', which is a link to 'b'\n"
        "veneer: help: a link has the capabilities of the file that it leads to: name that file\n"
        "veneer: error: --capability 'x' matches no file of the image\n"
        "veneer: help: `veneer plan --files` lists the paths; '**' stands for any number of "
        "directories\n");
}

TEST_CASE("tree key: an extended attribute makes another build") {
  StringArena arena;
  FileTree tree;
  tree.entries = {{.path = "a", .kind = EntryKind::kEmptyFile}};
  const auto key_with = [&](const char* text) {
    Attributes attributes;
    attributes.xattrs = arena.intern_at(text);
    tree.entries[0].attributes = arena.intern(attributes);
    return tree_key(tree, 0).value();
  };
  CHECK(key_with("xattr.user.a=00") == key_with("xattr.user.a=00"));
  CHECK(key_with("xattr.user.a=00") != key_with("xattr.user.a=01"));
  CHECK(key_with("xattr.user.a=00") != key_with(""));
}

}  // namespace
}  // namespace layer::xattrs_test
