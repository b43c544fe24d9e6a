#include <doctest/doctest.h>
#include <elf.h>

#include <functional>
#include <string>
#include <vector>

#include "checked_image.h"

namespace layer::check_program_test {
namespace {

struct Case {
  const char* name;
  std::function<void(CheckedImage&)> make;
  const char* messages;
};

void check_cases(const std::vector<Case>& cases, const std::function<void(CheckedImage&)>& begin) {
  for (const Case& each : cases) {
    CAPTURE(each.name);
    CheckedImage image;
    begin(image);
    each.make(image);
    CHECK(image.messages() == each.messages);
  }
}

constexpr const char* kStage1 =
    "#!/usr/bin/env bash\nSTAGE2_BOOTSTRAP=\"_main/stage2.py\"\nRECREATE_VENV_AT_RUNTIME=\"0\"\n";
constexpr const char* kPythonStage1 =
    "#!/usr/bin/env python3\nSTAGE2_BOOTSTRAP = '_main/stage2.py'\n";

// The measured ways to start rules_python's first stage.
TEST_CASE("the launcher finds its runfiles from where it is started") {
  check_cases(
      {
          {"beside it", [](CheckedImage& i) { i.config.command = {"/app/x"}; }, ""},
          {"by a relative path, from the working directory",
           [](CheckedImage& i) {
             i.config.command = {"app/x", "--flag"};
           },
           ""},
          {"by a bare name on the PATH",
           [](CheckedImage& i) {
             i.config.command = {"x"};
             i.config.env = {"PATH=/usr/bin:/app"};
           },
           ""},
          {"through an absolute link",
           [](CheckedImage& i) {
             i.link("usr/bin/start", "/app/x");
             i.config.command = {"start"};
           },
           ""},
          {"through a relative link, with runfiles beside the link",
           [](CheckedImage& i) {
             i.link("srv/x", "../app/x");
             i.link("srv/x.runfiles", "../app/x.runfiles");
             i.config.command = {"/srv/x"};
           },
           ""},
          {"inside the runfiles",
           [](CheckedImage& i) {
             i.file("app/x.runfiles/_main/x", kStage1, 0755);
             i.config.command = {"/app/x.runfiles/_main/x"};
           },
           ""},
          {"by RUNFILES_DIR",
           [](CheckedImage& i) {
             i.file("srv/y", kStage1, 0755);
             i.config.command = {"/srv/y"};
             i.config.env.emplace_back("RUNFILES_DIR=/app/x.runfiles");
           },
           ""},
          {"given to an interpreter",
           [](CheckedImage& i) {
             i.file("srv/y", kStage1, 0644);
             i.config.command = {"/usr/bin/bash", "/srv/y"};
           },
           "srv/y: error: does not find its runfiles: there is no '/srv/y.runfiles' "
           "[launcher-runfiles]\n"
           "srv/y: help: start it by the path beside its runfiles, or set --env "
           "RUNFILES_DIR=...\n"},
          {"a relative link, which a shell takes from the working directory",
           [](CheckedImage& i) {
             i.link("srv/start", "../app/x");
             i.config.command = {"/srv/start"};
             i.config.working_directory = "/srv/deep/er";
           },
           "srv/start: error: does not find its runfiles: there is no '/srv/deep/er/../app/x"
           ".runfiles' [launcher-runfiles]\n"
           "srv/start: help: start it by the path beside its runfiles, or set --env "
           "RUNFILES_DIR=...\n"},
          {"a relative link, which Python takes from the link",
           [](CheckedImage& i) {
             i.program("usr/bin/python3");
             i.file("app/x", kPythonStage1, 0755);
             i.link("srv/start", "../app/x");
             i.config.command = {"/srv/start"};
             i.config.working_directory = "/srv/deep/er";
           },
           ""},
          {"runfiles that are called otherwise",
           [](CheckedImage& i) {
             i.file("srv/y", kStage1, 0755);
             i.file("srv/y_files/_main/stage2.py");
             i.config.command = {"/srv/y"};
           },
           "srv/y: error: does not find its runfiles: there is no '/srv/y.runfiles' "
           "[launcher-runfiles]\n"
           "srv/y: help: start it by the path beside its runfiles, or set --env "
           "RUNFILES_DIR=...\n"},
      },
      [](CheckedImage& image) {
        image.program("usr/bin/env");
        image.program("usr/bin/bash");
        image.file("app/x", kStage1, 0755);
        image.file("app/x.runfiles/_main/stage2.py");
      });
}

TEST_CASE("a command that cannot run is told with what to do about it") {
  const std::vector<Case> cases{
      {"a name that nothing has", [](CheckedImage& i) { i.config.command = {"zzzzzzzzzz"}; },
       "zzzzzzzzzz: error: is the command of the image, but is not on its PATH, "
       "'/usr/bin:/bin' [launcher]\n"
       "zzzzzzzzzz: help: name a program of the image with --entrypoint, or choose a --base that "
       "has it\n"},
      {"a directory",
       [](CheckedImage& i) {
         i.directory("app/x");
         i.config.command = {"/app/x"};
       },
       "app/x: error: the image's command is '/app/x', which is not an executable file "
       "[launcher]\n"
       "app/x: help: name a file with --entrypoint\n"},
      {"a script without an interpreter",
       [](CheckedImage& i) {
         i.file("app/x", "#! \n", 0755);
         i.config.command = {"/app/x"};
       },
       "app/x: error: has no interpreter in its first line, '#!' [launcher]\n"},
  };
  check_cases(cases, [](CheckedImage& image) {
    image.base_layers = 1;
    image.program("usr/bin/env");
  });
}

TEST_CASE("a venv's Python is what rules_python makes of it") {
  check_cases(
      {
          {"a link to the interpreter by a chain of names",
           [](CheckedImage& i) {
             i.link("v/bin/python3", "../../python/bin/python3");
             i.link("python/bin/python3", "python3.13");
           },
           ""},
          {"an absolute link",
           [](CheckedImage& i) { i.link("v/bin/python", "/python/bin/python3.13"); }, ""},
          {"none: the launcher makes a venv", [](CheckedImage&) {}, ""},
          {"a text that names one",
           [](CheckedImage& i) { i.file("v/bin/python3", "actual:/python/bin/python3.13"); }, ""},
          {"a whole Python is no venv",
           [](CheckedImage& i) {
             i.program("whole/bin/python3");
             i.file("whole/lib/python3.13/os.py");
             i.file("whole/lib/python3.13/site-packages/x.py");
           },
           ""},
          {"a copy that names its home",
           [](CheckedImage& i) {
             i.program("w/bin/python3");
             i.file("w/pyvenv.cfg", "Home = /python/bin\nversion = 3\n");
             i.directory("w/lib/python3.13/site-packages");
           },
           ""},
          {"a standard library in a zip",
           [](CheckedImage& i) {
             i.program("zipped/bin/python3.12");
             i.file("zipped/lib/python312.zip");
             i.link("w/bin/python3", "../../zipped/bin/python3.12");
             i.file("w/pyvenv.cfg");
             i.directory("w/lib/python3.12/site-packages");
           },
           ""},
          {"the version of an interpreter that its name does not say",
           [](CheckedImage& i) {
             i.elf("other/bin/python3", {"libpython3.12.so.1.0"}, "$ORIGIN").is_program = true;
             i.elf("other/bin/libpython3.12.so.1.0", {});
             i.file("other/lib/python3.12/os.py");
             i.link("v/bin/python3", "../../other/bin/python3");
           },
           "v/bin/python3: error: leads to Python 3.12, which looks for packages in "
           "'/v/lib/python3.12'; this venv has '/v/lib/python3.13' [interpreter-version]\n"
           "v/bin/python3: help: use one version for the venv and its interpreter\n"},
      },
      [](CheckedImage& image) {
        image.program("python/bin/python3.13");
        image.file("python/lib/python3.13/os.py");
        image.file("v/pyvenv.cfg");
        image.directory("v/lib/python3.13/site-packages");
      });
}

TEST_CASE("a library in two files is told when both are the same") {
  CheckedImage image;
  image.elf("x.runfiles/a/site-packages/p/l.so", {}).print = 7;
  image.elf("x.runfiles/b/site-packages/p/l.so", {}).print = 7;
  image.elf("x.runfiles/c/site-packages/p/l.so", {}).print = 8;
  image.elf("y.runfiles/a/site-packages/p/l.so", {}).print = 7;
  CHECK(image.findings() == "warning library-twice x.runfiles/b/site-packages/p/l.so\n");
}

}  // namespace
}  // namespace layer::check_program_test
