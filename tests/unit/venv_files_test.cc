// The reader of --venv: whose file is whose, what moves, what is left out.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "layer/python/find_venv.h"
#include "layer/python/read_venv.h"
#include "tests/unit/entry_text.h"
#include "tests/unit/temporary_directory.h"

namespace layer::venv_files_test {
namespace {

constexpr std::string_view kSite = "v/lib/python3.11/site-packages/";

std::string site(std::string_view name) {
  return std::string(kSite) + std::string(name);
}

// An environment as its tools leave it, with two packages.
void make_venv(const TemporaryDirectory& temporary) {
  temporary.write("v/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
  temporary.link("v/bin/python", "/usr/bin/env");
  temporary.link("v/bin/python3", "python");
  temporary.link("v/lib64", "lib");
  temporary.write("v/bin/activate", "VIRTUAL_ENV='" + temporary / "v" + "'\n");
  temporary.write("v/bin/a", "#!" + temporary / "v" + "/bin/python\n");
  temporary.write("v/bin/own", "#!/bin/sh\n");
  temporary.write(site("a/__init__.py"), "");
  temporary.write(site("a/__pycache__/__init__.cpython-311.pyc"), "pyc");
  temporary.write(site("A.Long_Name-1.dist-info/METADATA"), "Name: a\n");
  temporary.write(site("A.Long_Name-1.dist-info/RECORD"),
                  "a/__init__.py,,\n../../../bin/a,sha256=x,1\n"
                  "a/__pycache__/__init__.cpython-311.pyc,,\nA.Long_Name-1.dist-info/RECORD,,\n");
  temporary.write(site("b.py"), "");
  temporary.write(site("b-2.dist-info/RECORD"), "b.py,,\n");
  temporary.write(site("loose.py"), "");
}

// The entries with their packages, then errors, notes and warnings.
std::string read_text(const TemporaryDirectory& temporary, const std::string& argument) {
  StringArena arena;
  Diagnostics found;
  const VenvInput input = read_venv({argument}, PycFiles::kDefault, {}, arena, found, nullptr);
  std::string text;
  for (const Entry& entry : input.files) {
    text += std::string(entry.repository()) + " " + to_text(entry);
  }
  for (const Diagnostic& note : input.notes) text += note.to_string("note");
  for (const Diagnostic& warning : found.warnings()) text += warning.to_string("warning");
  return temporary.strip(text);
}

TEST_CASE("venv: files are their packages', and what names its place names the new one") {
  const TemporaryDirectory temporary;
  make_venv(temporary);
  CHECK(read_text(temporary, temporary / "v" + ":/srv/env") ==
        "package:a_long_name inline srv/env/bin/a -> #!/srv/env/bin/python\n\n"
        " inline srv/env/bin/activate -> VIRTUAL_ENV=/srv/env\n\n"
        " file srv/env/bin/own -> $/v/bin/own\n"
        " link srv/env/bin/python -> /usr/bin/env\n"
        " link srv/env/bin/python3 -> python\n"
        "package:a_long_name file "
        "srv/env/lib/python3.11/site-packages/A.Long_Name-1.dist-info/METADATA -> "
        "$/v/lib/python3.11/site-packages/A.Long_Name-1.dist-info/METADATA\n"
        "package:a_long_name inline "
        "srv/env/lib/python3.11/site-packages/A.Long_Name-1.dist-info/RECORD -> "
        "a/__init__.py,,\n../../../bin/"
        "a,sha256=wJVeE9l1-AZpQU4TwdXeii8oJJVRtxCF4IYNrLt5xys,22\nA.Long_Name-1.dist-info/"
        "RECORD,,\n\n"
        "package:a_long_name file srv/env/lib/python3.11/site-packages/a/__init__.py -> "
        "$/v/lib/python3.11/site-packages/a/__init__.py\n"
        "package:b file srv/env/lib/python3.11/site-packages/b-2.dist-info/RECORD -> "
        "$/v/lib/python3.11/site-packages/b-2.dist-info/RECORD\n"
        "package:b file srv/env/lib/python3.11/site-packages/b.py -> "
        "$/v/lib/python3.11/site-packages/b.py\n"
        " file srv/env/lib/python3.11/site-packages/loose.py -> "
        "$/v/lib/python3.11/site-packages/loose.py\n"
        " link srv/env/lib64 -> lib\n"
        " inline srv/env/pyvenv.cfg -> home = /usr/bin\nversion = 3.11.2\n\n"
        "$/v: note: 'lib/python3.11/site-packages/loose.py' is in no package's RECORD, and so in "
        "the layer of the app\n");
}

TEST_CASE("venv: what is not one is told with what it is") {
  const TemporaryDirectory temporary;
  temporary.make_directory("empty");
  temporary.make_directory("conda/conda-meta");
  temporary.write("windows/pyvenv.cfg", "home = C:\\Python\n");
  temporary.make_directory("windows/Scripts");
  temporary.write("packages/pyvenv.cfg", "");
  temporary.make_directory("packages/lib/pypy3.10/site-packages");
  temporary.write("two/pyvenv.cfg", "");
  temporary.make_directory("two/lib/python3.11/site-packages");
  temporary.make_directory("two/lib/python3.12/site-packages");
  temporary.write("broken/pyvenv.cfg", "");
  temporary.make_directory("broken/lib/python3.11/site-packages");
  temporary.link("broken/bin/python", "/gone/python3.11");
  StringArena arena;
  const auto message = [&](std::string_view name) {
    const std::string text =
        temporary.error_of([&] { find_venv(temporary / std::string(name), arena); });
    return text.substr(0, text.find('\n'));
  };
  CHECK(message("absent") == "$/absent: error: no such directory");
  CHECK(message("empty") == "$/empty: error: is not a virtual environment: it has no pyvenv.cfg");
  CHECK(message("conda") ==
        "$/conda: error: is a conda environment, not a virtual environment of Python");
  CHECK(message("windows") ==
        "$/windows: error: has the layout of Windows: Scripts in place of bin");
  CHECK(message("packages") == "$/packages: error: has no lib/python3.X/site-packages");
  CHECK(message("two") ==
        "$/two: error: has packages for two versions of Python: lib/python3.11 and lib/python3.12");
  CHECK(message("broken") ==
        "$/broken/bin/python: error: leads to '/gone/python3.11', which does not exist");
}

TEST_CASE("venv: a link out of it becomes the file, and a folder behind one is an error") {
  const TemporaryDirectory temporary;
  make_venv(temporary);
  temporary.write("cache/c.py", "c");
  temporary.link(site("c.py"), temporary / "cache/c.py");
  temporary.link(site("same.py"), temporary / "v/lib/python3.11/site-packages/b.py");
  const std::string text = read_text(temporary, temporary / "v");
  CHECK(text.find(" file app/.venv/lib/python3.11/site-packages/c.py -> $/cache/c.py\n") !=
        std::string::npos);
  CHECK(text.find(" link app/.venv/lib/python3.11/site-packages/same.py -> b.py\n") !=
        std::string::npos);
  temporary.link(site("cache"), temporary / "cache");
  const std::string error = temporary.error_of([&] { read_text(temporary, temporary / "v"); });
  CHECK(
      error.substr(0, error.find('\n')) ==
      "$/v/lib/python3.11/site-packages/cache: error: leads to '$/cache', a folder outside of the "
      "virtual environment");
}

TEST_CASE("venv: packages of the system are not packed") {
  const TemporaryDirectory temporary;
  make_venv(temporary);
  temporary.write("v/pyvenv.cfg", "include-system-site-packages = true\n");
  CHECK(read_text(temporary, temporary / "v")
            .find("$/v/pyvenv.cfg: warning: the environment also uses packages of the system, "
                  "which are "
                  "not packed\n") != std::string::npos);
}

}  // namespace
}  // namespace layer::venv_files_test
