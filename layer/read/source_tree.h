// Reads plain files and directories to place in an image: `--tree SRC:DEST`, `--app SRC[:DEST]`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/list_directory.h"
#include "layer/model/entry.h"
#include "layer/model/string_arena.h"
#include "layer/model/venv.h"
#include "layer/read/ignore_rules.h"

namespace layer {

enum class TreeModes : uint8_t {
  kExecutable,  // files 0755 if their owner may execute them, else 0644; directories by policy
  kDisk,        // as on disk, with setuid, setgid and sticky bits
};

// What a tree is packed for, which decides what of it is never meant.
enum class TreePurpose : uint8_t {
  kFiles,  // --tree: all that is not excluded
  kApp,    // --app: sources of a Python program
};

// Whether __pycache__ is among what --app leaves out.
enum class AppPyc : uint8_t { kLeftOut, kTaken };

struct TreeOptions {
  TreeModes modes = TreeModes::kExecutable;
  AppPyc app_pyc = AppPyc::kLeftOut;
  std::vector<std::string> excludes{};  // patterns, applied after those of a tree's ignore file
  std::vector<std::string>
      own_outputs{};  // paths that this run writes to, and stores; may be absent
};

// DEST of an --app that names none.
inline constexpr std::string_view kAppPlace = "/app/src";

// Reads all --tree and --app arguments of a run, and keeps track of what was left out of them.
class SourceTrees {
 public:
  // `options`, `arena` and `found` must outlive this object. `found` gets warnings: of packed files
  // that are probably not meant to be, and of mode bits that are lost. Throws Error for an invalid
  // pattern.
  SourceTrees(const TreeOptions& options, StringArena& arena, Diagnostics& found);

  // The entries of "SRC:DEST", split at the last colon, with paths below the image's root, in tree
  // order.
  // - A directory SRC becomes DEST, and everything in it keeps its place: links with their texts,
  //   empty directories, and the modes of files as Attributes.
  // - A file SRC becomes the file DEST, or DEST/SRC's name if DEST is empty or ends in '/'.
  // - If SRC itself is a link, it is followed.
  //
  // Left out is what the excludes match, and what SRC's ".veneerignore" or, without one, its
  // ".dockerignore" matches; also the files that this run writes to, with an item in notes() for
  // each. Throws Error if `argument` is invalid, or if something in SRC cannot be read or kept.
  std::vector<Entry> read(std::string_view argument);

  // The same for "SRC[:DEST]" of --app, where DEST may be left out (kAppPlace). Unless an exclude
  // with '!' keeps them, these are left out, too: .git, .hg, .svn, __pycache__, virtual
  // environments; and, with a warning, what usually holds secrets. Adds to `apps` where it goes.
  std::vector<Entry> read_app(std::string_view argument, std::vector<AppFiles>& apps);

  // To be called once, at the end: warns of excludes that matched nothing in any tree.
  void finish();

  const std::vector<Diagnostic>& notes() const { return notes_; }

 private:
  std::vector<Entry> read_placed(std::string_view argument, TreePurpose purpose);
  IgnoreRules rules_for(const std::string& source, size_t& from_file);

  const TreeOptions& options_;
  StringArena& arena_;
  Diagnostics& found_;
  std::vector<FileIdentity> own_;
  std::vector<bool> has_matched_;  // by exclude
  bool has_read_directory_ = false;
  std::vector<Diagnostic> notes_;
};

}  // namespace layer
