// Finds libcurl's functions when they are needed.
#include "oci/load/curl.h"

#ifndef CURL_STATICLIB
#include <dlfcn.h>
#include <fmt/core.h>

#include "layer/base/error.h"
#endif

namespace oci {
namespace {

#ifdef CURL_STATICLIB

Curl load_curl() {
  return {curl_global_init,  curl_easy_init,     curl_easy_cleanup, curl_easy_reset,
          curl_easy_setopt,  curl_easy_getinfo,  curl_easy_perform, curl_easy_strerror,
          curl_slist_append, curl_slist_free_all};
}

#else

// The library's binary interface: libcurl has kept it since 2006.
constexpr const char* kCurlFile = "libcurl.so.4";

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw layer::Error(fmt::format("{} has no {}", kCurlFile, name));
}

Curl load_curl() {
  void* const library = dlopen(kCurlFile, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc has one a thread
    throw layer::Error(fmt::format("libcurl cannot be loaded: {}", reason))
        .with_help("install it (on Debian: libcurl4), or use the static veneer, which has it");
  }
  Curl functions{};
  find(library, "curl_global_init", functions.global_init);
  find(library, "curl_easy_init", functions.easy_init);
  find(library, "curl_easy_cleanup", functions.easy_cleanup);
  find(library, "curl_easy_reset", functions.easy_reset);
  find(library, "curl_easy_setopt", functions.easy_setopt);
  find(library, "curl_easy_getinfo", functions.easy_getinfo);
  find(library, "curl_easy_perform", functions.easy_perform);
  find(library, "curl_easy_strerror", functions.easy_strerror);
  find(library, "curl_slist_append", functions.slist_append);
  find(library, "curl_slist_free_all", functions.slist_free_all);
  return functions;
}

#endif

}  // namespace

const Curl& curl_library() {
  static const Curl functions = load_curl();
  return functions;
}

}  // namespace oci
