// What package managers record: packages, and the paths of their files.
#include "oci/inspect/package_records.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

#include "oci/inspect/package_files.h"

namespace oci::package_records_test {
namespace {

std::string paths_of(void (*read)(std::string_view, const TextTaker&), std::string_view text) {
  std::string paths;
  read(text, [&](std::string_view path) { paths += fmt::format("[{}]", path); });
  return paths;
}

std::string packages_of(void (*read)(std::string_view, const PackageTaker&),
                        std::string_view text) {
  std::string packages;
  read(text, [&](const Package& package) {
    packages += fmt::format("[{} {} {} {}]", package.name, package.version, package.architecture,
                            package.stated_size ? fmt::to_string(*package.stated_size) : "-");
  });
  return packages;
}

std::string kept_of(std::string_view path, const std::vector<std::string_view>& pieces) {
  PackageFile file(path);
  for (const std::string_view piece : pieces) file.take(std::as_bytes(std::span(piece)));
  return file.is_kept() ? file.text() : "(nothing)";
}

}  // namespace

TEST_CASE("package records: RECORD is CSV whose first field is the path") {
  struct Case {
    std::string_view text;
    std::string_view paths;
  };
  for (const Case& one : std::vector<Case>{
           {"a.py,sha256=x,1\n", "[a.py]"},
           {"a.py", "[a.py]"},
           {"\"a,b.py\",,\r\nc.py,,\r\n", "[a,b.py][c.py]"},
           {"\"say \"\"hi\"\".py\",,\n", "[say \"hi\".py]"},
           {"\"unfinished.py\n", "[unfinished.py]"},
           {"\n,,\n\"\",,\n", ""},
       }) {
    std::string paths;
    read_python_record(one.text, [&](const RecordRow& row) {
      paths += fmt::format("[{}]", row.path);
      CHECK_FALSE(row.content);
    });
    CHECK(paths == one.paths);
  }
}

TEST_CASE("package records: a row of RECORD may have a SHA-256") {
  const std::string empty = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
  const std::string hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  for (const std::string& row :
       {"a.py,sha256=" + empty + ",0", "\"a.py\",sha256=" + empty + "=,0\r"}) {
    read_python_record(row, [&](const RecordRow& read) {
      CHECK(read.path == "a.py");
      REQUIRE(read.content);
      CHECK(read.content->hex() == hex);
    });
  }
  for (const std::string& hash :
       {"sha512=" + empty, "sha256=" + empty.substr(1), "sha256=" + empty + "A",
        "sha256=+" + empty.substr(1), std::string("sha256="), std::string(",")}) {
    read_python_record("a.py," + hash, [&](const RecordRow& read) { CHECK_FALSE(read.content); });
  }
}

TEST_CASE("package records: the head of METADATA names the package, its description does not") {
  const auto package = parse_python_metadata(
      "Metadata-Version: 2.1\nname:  Some-Pkg \nVersion: 1.0\nSummary: Name: no\n Name: folded\n\n"
      "Name: other\nVersion: 2\n");
  REQUIRE(package);
  CHECK(package->name == "Some-Pkg");
  CHECK(package->version == "1.0");
  CHECK_FALSE(parse_python_metadata("Version: 1\n\nName: late\n"));
  CHECK_FALSE(parse_python_metadata(""));
}

TEST_CASE("package records: a license is an expression, words or classifiers, never a whole text") {
  struct Case {
    std::string_view fields;
    std::string_view license;
    std::vector<std::string> classifiers;
  };
  for (const Case& one : std::vector<Case>{
           {"License: MIT\n", "MIT", {}},
           {"License: MIT\nLicense-Expression: MIT OR X\n", "MIT OR X", {}},
           {"License-File: LICENSE\nLicense: UNKNOWN\n", "", {}},
           {"License: A\n        \nSummary: s\n  t\n", "A", {}},
           {"License: Copyright\n        Permission is granted:\nClassifier: License :: OSI :: B\n"
            "Classifier: Topic :: C\n",
            "",
            {"OSI :: B"}},
       }) {
    const auto package =
        parse_python_metadata(fmt::format("Name: a\n{}\nLicense: no\n", one.fields));
    REQUIRE(package);
    CHECK(package->license == one.license);
    CHECK(package->license_classifiers == one.classifiers);
  }
}

TEST_CASE("package records: os-release names the distribution") {
  const Distribution debian = parse_os_release("NAME=\"Debian\"\nID=debian\nVERSION_ID=\"12\"\n");
  CHECK(debian.id == "debian");
  CHECK(debian.version == "12");
  const Distribution alpine = parse_os_release("ID='alpine'\r\nVERSION_ID=3.20.1\nVERSION_ID");
  CHECK(alpine.id == "alpine");
  CHECK(alpine.version == "3.20.1");
  CHECK(parse_os_release("\"\n=\nID=\"\n").id == "\"");
  const std::string longest(64, 'x');
  CHECK(parse_os_release("ID=" + longest + "\nID=x" + longest + "\n").id == longest);
}

TEST_CASE("package records: a dpkg status lists what is installed") {
  CHECK(packages_of(
            read_dpkg_status,
            "Package: a\nStatus: install ok installed\nVersion: 1:2-3\nArchitecture: amd64\n"
            "Installed-Size: 7\nDescription: x\n Version: folded\n .\n\n\n"
            "Package: b\nStatus: deinstall ok config-files\nVersion: 1\n\n"
            "Package: c\nStatus: install ok half-installed\n\n"
            "Version: nameless\n\n"
            "package: d\nversion: 2\nInstalled-Size: many") == "[a 1:2-3 amd64 7168][d 2  -]");
  CHECK(paths_of(read_dpkg_md5sums, "0123  usr/a b\nno sum\n4567  ./c\n") == "[usr/a b][./c]");
}

TEST_CASE("package records: Alpine's database has packages with folders and files") {
  constexpr std::string_view kText =
      "C:Q1x\nP:a\nV:1-r0\nA:x86_64\nI:12\nF:\nR:top\nF:etc\nR:conf\nZ:Q1y\n\n"
      "V:nameless\nF:bin\nR:nobody\n\n"
      "P:b\nV:2\nR:before-any-folder\nF:usr/bin\nM:0:0:755\nR:b";
  CHECK(packages_of(read_apk_packages, kText) == "[a 1-r0 x86_64 12][b 2  -]");
  std::string paths;
  read_apk_paths(kText, [&](size_t package, std::string_view path) {
    paths += fmt::format("[{} {}]", package, path);
  });
  CHECK(paths == "[0 /top][0 etc/conf][1 /before-any-folder][1 usr/bin/b]");
}

TEST_CASE("package files: what is kept of a file is decided by its path") {
  CHECK(kept_of("etc/status", {"text"}) == "(nothing)");
  CHECK(kept_of("var/lib/dpkg/status", {"one ", "two"}) == "one two");
  CHECK(kept_of("var/lib/dpkg/info/a.list", {"/a"}) == "/a");
  CHECK(kept_of("var/lib/dpkg/info/a.postinst", {"#!/bin/sh"}) == "(nothing)");
  CHECK(kept_of("var/lib/dpkg/status.d/a", {"Package: a"}) == "Package: a");
  CHECK(kept_of("lib/apk/db/installed", {"P:a"}) == "P:a");
  CHECK(kept_of("x/y-1.dist-info/RECORD", {"a,,"}) == "a,,");
  CHECK(kept_of("usr/lib/os-release", {"ID=a"}) == "ID=a");
  CHECK(kept_of("a/dist-packages/y.egg-info", {"Name: y\n\nx"}) == "Name: y\n");
  CHECK(kept_of("a/site-packages/y.egg-info/PKG-INFO", {"Name: y"}) == "Name: y");
  CHECK(kept_of("a/site-packages/y.egg-info/top_level.txt", {"y"}) == "y");
  CHECK(kept_of("src/y.egg-info/PKG-INFO", {"Name: y"}) == "(nothing)");
  CHECK(kept_of("x/y-1.dist-info/direct_url.json", {"{}"}) == "(nothing)");
}

TEST_CASE("package files: of METADATA the head is kept, wherever pieces are cut") {
  constexpr std::string_view kPath = "x/y-1.dist-info/METADATA";
  CHECK(kept_of(kPath, {"Name: y\n\nlong text"}) == "Name: y\n");
  CHECK(kept_of(kPath, {"Name: y\n", "\nlong", " text"}) == "Name: y\n");
  CHECK(kept_of(kPath, {"Name: y\r\n\r", "\nlong"}) == "Name: y\r");
  const std::string endless(100'000, 'x');
  CHECK(kept_of(kPath, {endless, endless}).size() == 65'536);
}

}  // namespace oci::package_records_test
