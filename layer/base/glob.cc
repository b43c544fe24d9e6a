// Glob matching with two positions to backtrack to: the last '*', and before it the last "**".
#include "layer/base/glob.h"

namespace layer {
namespace {

// A star that was passed: what follows it in the pattern, and how far it reaches in the path.
struct Star {
  size_t glob = std::string_view::npos;  // npos: none passed
  size_t path = 0;

  bool is_set() const { return glob != std::string_view::npos; }
};

}  // namespace

bool glob_matches(std::string_view glob, std::string_view path) {
  Star single;
  Star twin;
  size_t g = 0;
  size_t p = 0;
  while (true) {
    if (glob.substr(g).starts_with("**")) {
      g += 2;
      twin = {g, p};
      single = {};
    } else if (g < glob.size() && glob[g] == '*') {
      single = {++g, p};
    } else if (g == glob.size() && (p == path.size() || path[p] == '/')) {
      return true;
    } else if (g < glob.size() && p < path.size() &&
               (glob[g] == path[p] || (glob[g] == '?' && path[p] != '/'))) {
      ++g;
      ++p;
    } else if (single.is_set() && single.path < path.size() && path[single.path] != '/') {
      g = single.glob;
      p = ++single.path;
    } else if (twin.is_set() && twin.path < path.size()) {
      g = twin.glob;
      p = ++twin.path;
      single = {};
    } else {
      return false;
    }
  }
}

}  // namespace layer
