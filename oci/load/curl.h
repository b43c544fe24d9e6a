// libcurl's functions, as far as they are used.
#pragma once

#include <curl/curl.h>

namespace oci {

// Like the functions of these names behind "curl_".
struct Curl {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_reset) easy_reset;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
};

// Loads libcurl at the first call, unless it is linked in statically. It comes with 25 other
// libraries, which take longer to load than many a run of veneer, and only engines need it. Throws
// Error if it is not there.
const Curl& curl_library();

}  // namespace oci
