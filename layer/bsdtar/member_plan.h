// Plans one archive from its members: resolves links and stores each real file once.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/bsdtar/members.h"
#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

// One entry for each member and no others. Parent directories are not added, because a layer's
// directory entry would replace what the image below states about it. How a member becomes an entry
// depends on its source:
// - listed members follow link_same_files(), then the rules of links.h and content_links.h;
// - followed members follow only the rules of content_links.h;
// - copied members stay what they were; of several hardlinks the first in path order is the file.
// What a member does not state follows veneer's fixed policy. Every link made here leads to a
// member.
//
// Throws Error for a file that cannot be read, and for each Member::is_kept_link that leads to no
// member: such a link was most likely meant to be a file.
LayerPlan plan_members(const std::vector<Member>& members, unsigned jobs, StringArena& arena);

}  // namespace layer
