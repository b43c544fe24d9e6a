// What names the place of a virtual environment: scripts, settings, RECORD, installs in place.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/python/editable.h"
#include "layer/python/moved_paths.h"
#include "layer/python/record.h"
#include "layer/python/script.h"
#include "layer/python/venv_config.h"
#include "tests/unit/temporary_directory.h"

namespace layer::python_texts_test {
namespace {

const MovedPaths kMoves({{"/home/u/shop", "/app/src"}, {"/home/u/shop/.venv", "/app/.venv"}});

TEST_CASE("moved paths: the innermost directory counts, and names end where they end") {
  CHECK(kMoves.find("/home/u/shop/.venv/bin/x") == "/app/.venv/bin/x");
  CHECK(kMoves.find("/home/u/shop") == "/app/src");
  CHECK(kMoves.find("/home/u/shopping") == std::nullopt);
  CHECK(kMoves.replace_in("A='/home/u/shop/.venv' B=/home/u/shop/a:/home/u/shop") ==
        "A='/app/.venv' B=/app/src/a:/app/src");
  for (const std::string_view other : {"/srv/home/u/shop", "/home/u/shop.old", "/home/u/shop-2",
                                       "/home/u/shop_", "x/home/u/shop"}) {
    CAPTURE(other);
    CHECK(!kMoves.are_in(other));
    CHECK(kMoves.replace_in(other) == other);
  }
  CHECK(kMoves.replace_in("file:///home/u/shop/a") == "file:///app/src/a");
  CHECK(kMoves.first_in("ab /home/u/shop.old /home/u/shop") == 20);
}

TEST_CASE("moved paths: without directories nothing is found") {
  CHECK(!MovedPaths(std::vector<MovedPath>{}).are_in("/a"));
  CHECK(MovedPaths(std::vector<MovedPath>{{"/", "/x"}, {"", "/y"}}).replace_in("/a") == "/a");
}

TEST_CASE("script: each form of an installer's first lines is that of the new place") {
  const std::string_view cases[][2] = {
      {"#!/home/u/shop/.venv/bin/python\nx\n", "#!/app/.venv/bin/python\nx\n"},
      {"#!/home/u/shop/.venv/bin/python3.11 -E\r\nx", "#!/app/.venv/bin/python3.11 -E\nx"},
      {"#!/bin/sh\n'''exec' \"/home/u/shop/.venv/bin/python\" \"$0\" \"$@\"\n' '''\nx\n",
       "#!/app/.venv/bin/python\nx\n"},
      {"#!/bin/sh\n'''exec' '/home/u/shop/.venv/bin/python3' \"$0\" \"$@\"\n' '''\nx\n",
       "#!/app/.venv/bin/python3\nx\n"},
      {"#!/bin/sh\n'''exec' /home/u/shop/.venv/bin/python \"$0\" \"$@\"\n' '''\nx\n",
       "#!/app/.venv/bin/python\nx\n"},
      {"#!/usr/bin/python3\nx\n", ""},
      {"#!/usr/bin/env python3\nx\n", ""},
      {"#!/home/u/shop/.venv/bin/perl\nx\n", ""},
      {"#!/bin/sh\nexec /home/u/shop/.venv/bin/python x\n", ""},
      {"#!/bin/sh\n'''exec' \"$(dirname -- \"$0\")\"/'python' \"$0\" \"$@\"\n' '''\nx\n", ""},
      {"#!/bin/sh\n'''exec' \"/home/u/shop/.venv/bin/python", ""},
      {"/home/u/shop/.venv/bin/python\n", ""},
      {"#!", ""},
      {"", ""},
  };
  for (const auto& [before, after] : cases) {
    CAPTURE(before);
    const std::optional<std::string> moved = moved_script(before, kMoves);
    CHECK(moved.value_or("") == after);
  }
}

TEST_CASE("script: a place that the kernel does not take is run by the shell") {
  const std::string deep = "/opt/" + std::string(120, 'd');
  const std::string_view script = "#!/v/bin/python\nx\n";
  CHECK(moved_script(script, MovedPaths(std::vector<MovedPath>{{"/v", deep}})) ==
        "#!/bin/sh\n'''exec' \"" + deep + "/bin/python\" \"$0\" \"$@\"\n' '''\nx\n");
  CHECK(moved_script(script, MovedPaths(std::vector<MovedPath>{{"/v", "/a b"}})) ==
        "#!/bin/sh\n'''exec' \"/a b/bin/python\" \"$0\" \"$@\"\n' '''\nx\n");
  // 127 bytes with "#!" are taken whole.
  const std::string just = "/" + std::string(113, 'd');
  CHECK(moved_script(script, MovedPaths(std::vector<MovedPath>{{"/v", just}})) ==
        "#!" + just + "/bin/python\nx\n");
}

TEST_CASE("activation: a place is quoted as it needs, in the form of each shell and version") {
  struct Case {
    std::string_view before;
    std::string_view after;
    std::string_view after_quoted;
  };
  constexpr Case kCases[] = {
      {"VIRTUAL_ENV='/v'\n", "VIRTUAL_ENV=/e\n", "VIRTUAL_ENV='/e f'\n"},
      {"        VIRTUAL_ENV=$(cygpath /v)\n", "        VIRTUAL_ENV=$(cygpath /e)\n",
       "        VIRTUAL_ENV=$(cygpath '/e f')\n"},
      {"    export VIRTUAL_ENV=/v\n", "    export VIRTUAL_ENV=/e\n",
       "    export VIRTUAL_ENV='/e f'\n"},
      {"setenv VIRTUAL_ENV '/v'", "setenv VIRTUAL_ENV /e", "setenv VIRTUAL_ENV '/e f'"},
      {"set -gx VIRTUAL_ENV /v\n", "set -gx VIRTUAL_ENV /e\n", "set -gx VIRTUAL_ENV '/e f'\n"},
      {"VIRTUAL_ENV=$(pwd)\n", "VIRTUAL_ENV=$(pwd)\n", "VIRTUAL_ENV=$(pwd)\n"},
  };
  const MovedPaths plain(std::vector<MovedPath>{{"/v", "/e"}});
  const MovedPaths with_space(std::vector<MovedPath>{{"/v", "/e f"}});
  for (const auto& [before, after, after_quoted] : kCases) {
    CAPTURE(before);
    CHECK(moved_activation(before, plain) == after);
    CHECK(moved_activation(before, with_space) == after_quoted);
  }
}

TEST_CASE("script: another interpreter runs it, if a Python by an absolute path did") {
  const std::string_view cases[][2] = {
      {"#!/usr/bin/python3\nx\n", "#!/d/bin/python\nx\n"},
      {"#!/home/me/.pyenv/versions/3.11.7/bin/python -E\nx", "#!/d/bin/python -E\nx"},
      {"#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\nx\n", "#!/d/bin/python\nx\n"},
      {"#!/usr/bin/env python3\nx\n", ""},
      {"#!python\nx\n", ""},
      {"#!/bin/bash\nx\n", ""},
      {"x", ""},
  };
  for (const auto& [text, run] : cases) {
    CAPTURE(text);
    CHECK(script_run_by(text, "/d/bin/python").value_or("") == run);
  }
}

TEST_CASE("script: which scripts are Python's") {
  for (const std::string_view text :
       {"#!/x/python\n", "#!/usr/bin/env python3\n", "#!/usr/bin/env   python3.11 \n",
        "#!/bin/sh\n'''exec' /v/bin/python3 \"$0\" \"$@\"\n' '''\n"}) {
    CAPTURE(text);
    CHECK(is_python_script(text));
  }
  for (const std::string_view text :
       {"#!/bin/sh\n", "#!/usr/bin/env bash\n", "python\n", "", "#!/bin/sh\n'''exec' perl\n"}) {
    CAPTURE(text);
    CHECK(!is_python_script(text));
  }
}

TEST_CASE("venv config: what names the machine is what it is in the image") {
  const std::string_view config =
      "home = /usr/bin\n"
      "include-system-site-packages = false\n"
      "Version=3.11.2\n"
      "executable = /usr/bin/python3.11\n"
      "command = /usr/bin/python3 -m virtualenv --clear /home/u/shop/.venv\n"
      "base-prefix = /usr\n"
      "base-executable = /usr/bin/python3\n"
      "prompt = shop\n"
      "no setting";
  CHECK(venv_setting(config, "version") == "3.11.2");
  CHECK(venv_setting(config, "prompt") == "shop");
  CHECK(venv_setting(config, "uv") == "");
  CHECK(moved_config(config, {"/app/.venv", "/opt/python/3.11.2/bin/python3.11"}) ==
        "home = /opt/python/3.11.2/bin\n"
        "include-system-site-packages = false\n"
        "Version=3.11.2\n"
        "executable = /opt/python/3.11.2/bin/python3.11\n"
        "command = /opt/python/3.11.2/bin/python3.11 -m virtualenv /app/.venv\n"
        "base-prefix = /opt/python/3.11.2\n"
        "base-executable = /opt/python/3.11.2/bin/python3.11\n"
        "prompt = shop\n"
        "no setting\n");
}

TEST_CASE("record: rows of changed files are as they are now, others keep their bytes") {
  const std::string_view text =
      "a/__init__.py,sha256=AAAA,5\n"
      "../../../bin/a,sha256=BBBB,7\r\n"
      "\"a/x,\"\"y\"\".py\",sha256=CCCC,9\n"
      "a/__pycache__/__init__.cpython-311.pyc,,\n"
      "\n"
      "a-1.dist-info/RECORD,,";
  std::vector<std::string> paths;
  for (const RecordRow& row : record_rows(text)) paths.push_back(row.path);
  CHECK(paths == std::vector<std::string>{"a/__init__.py", "../../../bin/a", "a/x,\"y\".py",
                                          "a/__pycache__/__init__.cpython-311.pyc",
                                          "a-1.dist-info/RECORD"});
  const std::string_view now = "#!/app/.venv/bin/python\n";
  const std::string rewritten = rewrite_record(text, [&](std::string_view path) {
    RecordedFile file{path.find("__pycache__") != std::string_view::npos};
    if (path.ends_with("bin/a") || path.ends_with("y\".py")) file.bytes = now;
    return file;
  });
  // echo '#!/app/.venv/bin/python' | openssl sha256 -binary | base64
  const std::string digest = "sha256=-n-GBdUAuVxuZF8LMjWmiF9Gy5_7I4F5e8VhUcbntnA";
  CHECK(rewritten ==
        "a/__init__.py,sha256=AAAA,5\n"
        "../../../bin/a," +
            digest +
            ",24\r\n"
            "\"a/x,\"\"y\"\".py\"," +
            digest +
            ",24\n"
            "a-1.dist-info/RECORD,,");
}

TEST_CASE("record: paths are found from site-packages") {
  const std::string_view site = "lib/python3.11/site-packages";
  CHECK(record_path(site, "a/b.py") == "lib/python3.11/site-packages/a/b.py");
  CHECK(record_path(site, "../../../bin/a") == "bin/a");
  CHECK(record_path(site, "./a.py") == "lib/python3.11/site-packages/a.py");
  CHECK(record_path(site, "../../../../etc/passwd") == "");
  CHECK(record_path(site, "/etc/passwd") == "");
}

TEST_CASE("record: paths of a folder of packages are below it, as uv and as pip write them") {
  CHECK(record_path("", "a/b.py") == "a/b.py");
  CHECK(record_path("", "./a.py") == "a.py");
  CHECK(record_path("", "bin/a") == "bin/a");
  CHECK(record_path("", "../../bin/a") == "bin/a");
  CHECK(record_path("", "x/../../bin/a") == "bin/a");
  CHECK(record_path("", "..") == "");
  CHECK(record_path("", "/etc/passwd") == "");
}

std::string messages(const Diagnostics& found) {
  try {
    found.throw_if_errors();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("installed in place: directories of a .pth file are moved, and code is kept") {
  Diagnostics found;
  const NamingFile file{"p.pth",
                        "import a; a.b('x')\n"
                        "# /home/u/shop\n"
                        "/home/u/shop/lib \n"
                        "below\n"
                        "../../../../lib\n"
                        "/nowhere/at/all\n"
                        "\n",
                        "shop"};
  CHECK(moved_pth(file, "/home/u/shop/.venv/lib/python3.11/site-packages", kMoves, found) ==
        "import a; a.b('x')\n"
        "# /home/u/shop\n"
        "/app/src/lib\n"
        "below\n"
        "/app/src/lib\n"
        "/nowhere/at/all\n"
        "\n");
  CHECK(messages(found) == "");
}

TEST_CASE("installed in place: sources that no --app has are an error with project and remedy") {
  const TemporaryDirectory temporary;
  const std::string sources = temporary.make_directory("other");
  Diagnostics found;
  const std::string text = "x\n" + sources + "\n";
  moved_pth({"p.pth", text, "shop"}, "/v/site-packages", kMoves, found);
  const std::string finder = "MAPPING: dict[str, str] = {'a': '/home/u/shop/a', 'b': '/other/b'}\n";
  moved_finder({"f.py", finder, "tool"}, kMoves, found);
  CHECK(
      temporary.strip(messages(found)) ==
      "p.pth:2: error: 'shop' is installed in place: its sources are in '$/other', which is in no "
      "--app\n"
      "p.pth:2: help: add --app '$/other', or install it as a package: `uv sync --no-editable`, "
      "`pip install` without -e\n"
      "f.py:1: error: 'tool' is installed in place: its sources are in '/other/b', which is in no "
      "--app\n"
      "f.py:1: help: add --app '/other/b', or install it as a package: `uv sync --no-editable`, "
      "`pip install` without -e\n");
}

TEST_CASE("installed in place: literals of a finder are moved where it has paths") {
  Diagnostics found;
  const NamingFile file{
      "f.py",
      "import sys\n"
      "MAPPING: dict[str, str] = {'a': '/home/u/shop/a', 'b': \"/home/u/shop/b\"}\n"
      "NAMESPACES: dict[str, list[str]] = {'n': ['/home/u/shop/n']}\n"
      "PATH_PLACEHOLDER = '__editable__.shop-1.finder' + '/x'\n",
      "shop"};
  CHECK(moved_finder(file, kMoves, found) ==
        "import sys\n"
        "MAPPING: dict[str, str] = {'a': '/app/src/a', 'b': \"/app/src/b\"}\n"
        "NAMESPACES: dict[str, list[str]] = {'n': ['/app/src/n']}\n"
        "PATH_PLACEHOLDER = '__editable__.shop-1.finder' + '/x'\n");
  CHECK(messages(found) == "");
}

TEST_CASE("installed in place: direct_url.json is moved, and only then") {
  CHECK(moved_direct_url(R"({"dir_info": {"editable": true}, "url": "file:///home/u/shop/lib"})",
                         kMoves) ==
        R"({"dir_info": {"editable": true}, "url": "file:///app/src/lib"})");
  CHECK(moved_direct_url(R"({"dir_info": {"editable": true}, "url": "file:///home/u"})", kMoves) ==
        R"({"dir_info": {"editable": true}, "url": "file:///app/src"})");
  for (const std::string_view text :
       {R"({"dir_info": {}, "url": "file:///home/u/shop"})",
        R"({"dir_info": {"editable": true}, "url": "file:///elsewhere"})",
        R"({"dir_info": {"editable": true}, "url": "https://home/u/shop"})",
        R"({"dir_info": {"editable": true}, "url": 5})", R"({"dir_info": [], "url": 5})", "[1]",
        "{", ""}) {
    CAPTURE(text);
    CHECK(moved_direct_url(text, kMoves) == text);
  }
}

}  // namespace
}  // namespace layer::python_texts_test
