// A link with a fixed name to an image's virtual environment: `--venv-link`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/program.h"
#include "layer/model/string_arena.h"

namespace layer {

// The virtual environment of a program among its runfiles: the directory with a pyvenv.cfg and an
// interpreter. Of several it is the one beside the program that has its name. Throws Error if there
// is none, or several and none of that name.
std::string venv_of_program(const FileTree& tree, const std::optional<Program>& program);

// Adds the link PREFIX/venv to the directory `venv`, unless that is its place; returns the link's
// path, or an empty text. Throws Error if an input has something there.
std::string_view add_venv_link(std::string_view prefix, std::string_view venv, FileTree& tree,
                               StringArena& arena);

// Throws Error if the base has something else at the link's path.
void check_venv_link(std::string_view path, const FileTree& tree, const ImageTree& base);

}  // namespace layer
