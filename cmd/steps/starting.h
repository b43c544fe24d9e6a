// Makes an image start a program of its virtual environment.
#pragma once

#include "cmd/options/venv_options.h"
#include "layer/model/file_tree.h"
#include "layer/model/venv.h"
#include "oci/model/config_changes.h"
#include "oci/read/stored_image.h"

namespace cmd {

// Completes what the user asks for:
// - An entrypoint that begins with the name of a script of the environment, with `-m`, or with a
//   path of the image becomes the command that runs it without a shell: [python, script].
// - The working directory is the first --app, or the directory of that file.
// - PATH begins with the environment's bin/; VIRTUAL_ENV, PYTHONUNBUFFERED and, if an --app has
//   modules, PYTHONPATH are set (unless `variables` is kNone). What the user sets comes after
//   these. `tree` has the environment's files, `base` may be null. Throws Error for a name that no
//   script has.
void start_in_venv(const layer::Venv& venv, const layer::FileTree& tree,
                   const oci::StoredImage* base, VenvVariables variables,
                   oci::ConfigChanges& changes);

}  // namespace cmd
