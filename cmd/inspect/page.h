// Makes the page of `inspect --html`: one file, which asks for no other.
#pragma once

#include <string>

#include "cmd/inspect/page_data.h"
#include "cmd/inspect/page_source.h"

namespace cmd {

// Throws layer::Error, with what to do, if this program was built without the page.
PageSource need_page_source();

// The same subject gives the same bytes.
std::string page_html(const PageSource& source, const PageSubject& subject);

}  // namespace cmd
