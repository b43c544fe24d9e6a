// Members as the plan of one archive: links resolved, each real file once.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/bsdtar/members.h"
#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

// An entry for each member and no others: of directories only those that are members, for a layer's
// directory would replace what the image below has stated of it. Listed members follow
// link_same_files() and then the rules of links.h and content_links.h; followed ones only the latter;
// copied ones stay what they
// were, the first of several hardlinks in path order being the file. What a member does not state
// follows veneer's fixed policy. Every link made here leads to a member.
//
// Throws Error for a file that cannot be read, and for each Member::is_kept_link that leads to no
// member: such a link was not meant to be one.
LayerPlan plan_members(const std::vector<Member>& members, unsigned jobs, StringArena& arena);

}  // namespace layer
