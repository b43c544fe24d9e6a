// The spec reader: every record, what it needs from disk, every fault.
#include "layer/read/spec.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/entry_text.h"
#include "tests/unit/temporary_directory.h"

namespace layer::spec_test {
namespace {

TEST_CASE("spec: every record goes to its list, in order") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  for (const char* name : {"bin/app", "app.py", "external/r/x.so", "map", "t\tab"}) {
    temporary.write(name, "bytes");
  }
  temporary.link("bin/link", "../../r/x");
  temporary.write("bin/tree/inner", "");
  temporary.write("source_dir/inner", "");
  StringArena arena;
  const Runfiles runfiles =
      read_spec(temporary.write("spec",
                                "V\t1\n"
                                "W\tws\n"
                                "x\tpkg/app\tbin/app\n"
                                "f\tz.py\tapp.py\t@@//:z\n"
                                "f\t../r/x.so\texternal/r/x.so\t@@r//:x\n"
                                "f\ta\\tb\\\\n\\n\tt\\tab\t\n"
                                "f\tsource_dir\tsource_dir\t@@//:s\n"
                                "d\tpkg/tree\tbin/tree\t@@//:tree\n"
                                "l\tpkg/link\tbin/link\t@@//:link\n"
                                "s\ts/f\tf\tapp.py\tz.py\t@@//:z\n"
                                "s\t../o/l\tl\tbin/link\tpkg/link\t@@//:l\n"
                                "r\tr/f\tf\texternal/r/x.so\t../r/x.so\t@@r//:x\n"
                                "r\tr/d\td\tbin/tree\tpkg/tree\t@@//:tree\n"
                                "e\tpkg/__init__.py\n"
                                "e\t../r/__init__.py\n"
                                "m\tmap"),
                arena);
  CHECK(to_text(runfiles) ==
        "workspace ws\n"
        "[symlinks]\n"
        "file s/f -> app.py target=ws/z.py owner=@@//:z\n"
        "link ../o/l -> ../../r/x owner=@@//:l\n"
        "[files]\n"
        "file z.py -> app.py owner=@@//:z\n"
        "file ../r/x.so -> external/r/x.so owner=@@r//:x\n"
        "file a\tb\\n\n -> t\tab\n"
        "tree source_dir -> source_dir owner=@@//:s\n"
        "tree pkg/tree -> bin/tree owner=@@//:tree\n"
        "link pkg/link -> ../../r/x owner=@@//:link\n"
        "[empty_files]\n"
        "empty pkg/__init__.py\n"
        "empty ../r/__init__.py\n"
        "[root_symlinks]\n"
        "file r/f -> external/r/x.so target=r/x.so owner=@@r//:x\n"
        "tree r/d -> bin/tree target=ws/pkg/tree owner=@@//:tree\n"
        "[repo_mapping]\n"
        "file _repo_mapping -> map\n"
        "[executable]\n"
        "file pkg/app -> bin/app\n"
        "[tree bin/tree]\n"
        "file inner -> bin/tree/inner owner=@@//:tree\n"
        "[tree source_dir]\n"
        "file inner -> source_dir/inner owner=@@//:s\n");
  CHECK(temporary.strip(runfiles.root_symlinks[1].origin.position().to_string()) == "$/spec:13:1");
}

TEST_CASE("spec: only an 'l' record has its link read; other links are followed") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("out", "bytes");
  temporary.link("in", "out");
  StringArena arena;
  const Runfiles runfiles = read_spec(
      temporary.write("spec", "V\t1\nW\t_main\nf\tin\tin\t@@//:in\nl\tlink\tin\t@@//:in\n"), arena);
  CHECK(to_text(runfiles.files) == "file in -> in owner=@@//:in\nlink link -> out owner=@@//:in\n");
}

TEST_CASE("spec: a group holds until the next one; an empty one ends it") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("x", "bytes");
  StringArena arena;
  const Runfiles runfiles =
      read_spec(temporary.write("spec",
                                "V\t1\nW\t_main\nf\ta\tx\t\nG\tone\nx\tx\tx\nf\tb\tx\t\n"
                                "s\tc\tf\tx\tb\t\nG\ttwo\\\\\nr\td\tf\tx\tb\t\ne\te\nG\t\n"
                                "f\tf\tx\t\nm\tx\n"),
                arena);
  CHECK(runfiles.executable->group().empty());
  CHECK(runfiles.files[0].group().empty());
  CHECK(runfiles.files[1].group() == "one");
  CHECK(runfiles.symlinks[0].group() == "one");
  CHECK(runfiles.root_symlinks[0].group() == "two\\");
  CHECK(runfiles.empty_files[0].group() == "two\\");
  CHECK(runfiles.files[2].group().empty());
  CHECK(runfiles.repo_mapping->group().empty());
}

TEST_CASE("spec: an 'i' record puts the file of its exec path into the group, and nothing else") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  for (const char* name : {"x", "y", "z"}) temporary.write(name, "bytes");
  StringArena arena;
  const Runfiles runfiles =
      read_spec(temporary.write("spec",
                                "V\t1\nW\t_main\nG\tapp\nf\ta\tx\t\nf\tb\ty\t\nf\tc\tz\t\n"
                                "s\td\tf\tx\ta\t\nG\tone\ni\tx\ni\tno such file\nG\ttwo\n"
                                "i\ty\ni\tx\n"),
                arena);
  REQUIRE(runfiles.files.size() == 3);
  CHECK(runfiles.files[0].group() == "one");  // the first that names it
  CHECK(runfiles.files[1].group() == "two");
  CHECK(runfiles.files[2].group() == "app");
  CHECK(runfiles.symlinks[0].group() == "app");
}

TEST_CASE("spec: a 'u' record is a symlink if its text is relative, a 't' record needs no file") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("file", "bytes");
  temporary.link("staged", temporary.path() + "/file");
  temporary.link("raw", "../../elsewhere");
  StringArena arena;
  const Runfiles runfiles =
      read_spec(temporary.write("spec",
                                "V\t1\nW\t_main\nt\tlink\t../x\t@@//:t\nu\ta\tfile\t\n"
                                "u\tb\tstaged\t\nu\tc\traw\t\n"),
                arena);
  CHECK(to_text(runfiles.files) ==
        "file a -> file\nfile b -> staged\nlink c -> ../../elsewhere\nlink link -> ../x "
        "owner=@@//:t\n");
}

TEST_CASE("spec: a 't' record wins over the executable's") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("bin/app", "bytes");
  StringArena arena;
  const Runfiles runfiles = read_spec(
      temporary.write("spec", "V\t1\nW\t_main\nt\tapp\t../other\t\nx\tapp\tbin/app\n"), arena);
  REQUIRE(runfiles.executable.has_value());
  CHECK(runfiles.executable->kind == EntryKind::kSymlink);
  CHECK(runfiles.executable->path == "app");
  CHECK(runfiles.executable->content == "../other");
}

TEST_CASE("spec: a 'k' record makes a symlink of what has its exec path, whatever the text") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  const std::string file = temporary.write("file", "bytes");
  temporary.link("absolute", "/usr/bin/python3");
  temporary.link("inside", file);  // a link that is declared may lead to an input, too
  StringArena arena;
  const Runfiles runfiles =
      read_spec(temporary.write("spec",
                                "V\t1\nW\t_main\nk\tabsolute\nG\tapp\nu\ta\tabsolute\t\n"
                                "u\tb\tinside\t\nu\tc\tfile\t\ns\td\tf\tabsolute\ta\t\n"
                                "r\te\tf\tabsolute\ta\t\nr\tf\tf\tinside\tb\t\nk\tno such link\n"),
                arena);
  CHECK(to_text(runfiles.files) ==
        "link a -> /usr/bin/python3\nfile b -> inside\nfile c -> file\n");
  CHECK(to_text(runfiles.symlinks) == "link d -> /usr/bin/python3\n");
  CHECK(to_text(runfiles.root_symlinks) ==
        "link e -> /usr/bin/python3\nfile f -> inside target=_main/b\n");
}

TEST_CASE("spec: a tree artifact is the files in it, with or without links on the way to them") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("local/real/one", "1");
  temporary.make_directory("local/empty");
  temporary.link("local/real/link", "one");
  temporary.link("local/linked", "real");
  // As sandboxes stage it: without empty directories, each file and each linked directory a link.
  temporary.make_directory("staged/real");
  temporary.link("staged/real/one", temporary.path() + "/local/real/one");
  temporary.link("staged/real/link", temporary.path() + "/local/real/link");
  temporary.link("staged/linked", temporary.path() + "/local/linked");
  for (const std::string tree : {"local", "staged"}) {
    StringArena arena;
    const Runfiles runfiles =
        read_spec(temporary.write("spec", "V\t1\nW\t_main\nd\ttree\t" + tree + "\t\n"), arena);
    CHECK(to_text(runfiles.tree_artifacts.at(tree)) ==
          "file linked/link -> " + tree + "/linked/link\nfile linked/one -> " + tree +
              "/linked/one\nfile real/link -> " + tree + "/real/link\nfile real/one -> " + tree +
              "/real/one\n");
  }
}

TEST_CASE("spec: a fault is reported where it is") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("file", "bytes");
  temporary.make_directory("dir");
  struct Case {
    std::string input;
    std::string message;
  };
  const std::string help_input =
      "$/spec:3:1: help: declare it as an input of the action; an unresolved symlink needs an 'l' "
      "record, or a 'k' record beside the 'u', and rules recognize such a symlink only with Bazel "
      "6 "
      "and later\n";
  const Case whole[] = {
      {"",
       "$/spec:1:1: error: expected a 'V' record, found an empty file\n"
       "$/spec:1:1: help: a veneer spec begins with the line 'V<TAB>1'\n"},
      {"W\t_main\n",
       "$/spec:1:1: error: expected a 'V' record, found 'W\\t_main'\n"
       "$/spec:1:1: help: a veneer spec begins with the line 'V<TAB>1'\n"},
      {"V\t2\nQ\n",
       "$/spec:1:3: error: spec version '2': this veneer reads version '1'\n"
       "$/spec:1:3: help: use the veneer that belongs to the rules that wrote this spec\n"},
      {std::string("V\t1\0\n", 5), "$/spec:1:4: error: the line holds a NUL byte\n"},
      {"V\t1\n", "$/spec:2:1: error: expected a 'W' record, found the end of the file\n"},
      {"V\t1\ne\ta\nW\t_main\ne\tb\n",
       "$/spec:3:1: error: the 'W' record comes after records that depend on it\n"
       "$/spec:2:1: note: the first of them\n"},
  };
  const Case after_workspace[] = {
      {"Q\ta\n",
       "$/spec:3:1: error: unknown record 'Q': expected one of V W G i x f d l u k t s r e m\n"},
      {"t\tlink\t\t\n", "$/spec:3:8: error: the link is empty\n"},
      {"k\t\n", "$/spec:3:3: error: the exec path is empty\n"},
      {"k\tfile\nu\ta\tfile\t\n",
       "$/spec:4:1: error: 'file' is declared as an unresolved symlink, but is not a symlink on "
       "disk\n"},
      {"i\tfile\n", "$/spec:3:1: error: an 'i' record outside of any group\n"},
      {"G\tg\xff\n", "$/spec:3:3: error: group 'g\\xff' is not UTF-8\n"},
      {"G\tone\ni\t\n", "$/spec:4:3: error: the exec path is empty\n"},
      {"\n",
       "$/spec:3:1: error: unknown record '': expected one of V W G i x f d l u k t s r e m\n"},
      {"file\ta\tb\tc\n",
       "$/spec:3:1: error: unknown record 'file': expected one of V W G i x f d l u k t s r e m\n"},
      {"f\ta\tb\n",
       "$/spec:3:1: error: 'f' has 2 fields: expected 3 (short_path, exec_path, owner)\n"},
      {"e\n", "$/spec:3:1: error: 'e' has 0 fields: expected 1 (path)\n"},
      {"m\tfile\tx\n", "$/spec:3:1: error: 'm' has 2 fields: expected 1 (exec_path)\n"},
      {"s\ta\tf\tfile\ta\tb\tc\td\n",
       "$/spec:3:1: error: 's' has 7 fields: expected 5 (path, type, exec_path, target short_path, "
       "owner)\n"},
      {"e\ta\\xb\n", "$/spec:3:4: error: unknown escape '\\x': expected '\\\\', '\\t' or '\\n'\n"},
      {"e\ta\\\n", "$/spec:3:4: error: unknown escape '\\': expected '\\\\', '\\t' or '\\n'\n"},
      {std::string("e\ta\0b\n", 6), "$/spec:3:4: error: the line holds a NUL byte\n"},
      {"V\t1\n", "$/spec:3:1: error: a second 'V' record\n"},
      {"W\tb\n",
       "$/spec:3:1: error: a second 'W' record: expected at most one\n"
       "$/spec:2:1: note: the first one\n"},
      {"x\ta\tfile\nx\tb\tfile\n",
       "$/spec:4:1: error: a second 'x' record: expected at most one\n"
       "$/spec:3:1: note: the first one\n"},
      {"m\tfile\nm\tfile\n",
       "$/spec:4:1: error: a second 'm' record: expected at most one\n"
       "$/spec:3:1: note: the first one\n"},
      {"e\t\n", "$/spec:3:3: error: path '' is empty\n"},
      {"e\t/a\n", "$/spec:3:3: error: path '/a' is absolute\n"},
      {"e\t../a/../../b\n", "$/spec:3:3: error: path '../a/../../b' has a '..' component\n"},
      {"e\t../../b\n", "$/spec:3:3: error: path '../../b' has a '..' component\n"},
      {"f\ta\t\t@@//:a\n", "$/spec:3:5: error: the exec path is empty\n"},
      {"r\t../r/a\tf\tfile\ta\t@@//:a\n",
       "$/spec:3:3: error: path '../r/a' has a '..' component\n"},
      {"r\ta\tq\tfile\ta\t@@//:a\n",
       "$/spec:3:5: error: unknown type 'q': expected 'f', 'd' or 'l'\n"},
      {"s\ta\tf\tfile\t/a\t@@//:a\n", "$/spec:3:12: error: path '/a' is absolute\n"},
      {"f\ta\tgone\t@@//:a\n", "$/spec:3:1: error: 'gone' does not exist\n" + help_input},
      {"d\ta\tfile\t@@//:a\n",
       "$/spec:3:1: error: 'file' is declared as a tree artifact, but is not a directory\n"},
      {"l\ta\tfile\t@@//:a\n",
       "$/spec:3:1: error: 'file' is declared as an unresolved symlink, but is not a symlink on "
       "disk\n"},
      {"l\ta\tgone\t@@//:a\n",
       "$/spec:3:1: error: 'gone' cannot be read as a link: No such file or directory\n"},
      {"m\tdir\n", "$/spec:3:1: error: 'dir' is a directory: expected a file\n"},
      {"x\ta\tdir\n", "$/spec:3:1: error: 'dir' is a directory: expected a file\n"},
  };
  const auto check = [&](const std::string& input, const std::string& message) {
    const std::string file = temporary.write("spec", input);
    CAPTURE(input);
    CHECK(temporary.error_of([&] {
      StringArena arena;
      read_spec(file, arena);
    }) == message);
  };
  for (const Case& c : whole) check(c.input, c.message);
  for (const Case& c : after_workspace) check("V\t1\nW\t_main\n" + c.input, c.message);
}

}  // namespace
}  // namespace layer::spec_test
