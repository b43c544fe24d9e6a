// Follows every link once; then each check looks at the tree in its own way.
#include "layer/check/check_image.h"

#include <set>
#include <vector>

#include "layer/base/threads.h"
#include "layer/check/extended_attributes.h"
#include "layer/check/interpreter.h"
#include "layer/check/launcher.h"
#include "layer/check/libc.h"
#include "layer/check/libraries.h"
#include "layer/check/links.h"
#include "layer/check/machine.h"
#include "layer/check/pyc.h"
#include "layer/check/user.h"
#include "layer/check/venvs.h"

namespace layer {
namespace {

void check_in_arena(const ImageUnderCheck& image, Findings& findings) {
  const TreeView view(image.tree);
  const Subject subject{view, image.probes, image.config, image.input, image.base_layers};
  const std::vector<ImageVenv> venvs = find_venvs(subject);
  const std::vector<OpenedFile> opened = opened_files(subject, venvs);
  const std::vector<OpenedFile> interpreters = interpreters_of(subject, venvs);
  const LibraryLookup lookup(subject);
  std::set<const Node*> run;
  for (const OpenedFile& interpreter : interpreters) run.insert(interpreter.file);
  check_links(subject, findings);
  check_libraries(subject, lookup, opened, interpreters, findings);
  check_libraries_twice(opened, findings);
  check_libc(subject, opened, findings);
  check_interpreters(subject, venvs, findings);
  check_launcher(subject, run, findings);
  check_machines(subject, run, findings);
  check_pyc_files(subject, findings);
  check_extended_attributes(subject, findings);
  check_user(subject, findings);
}

}  // namespace

void check_image(const ImageUnderCheck& image, unsigned jobs, Findings& findings) {
  Threads arena(jobs);
  arena.execute([&] { check_in_arena(image, findings); });
}

}  // namespace layer
