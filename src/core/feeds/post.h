// Feeds: batches of lines, each for itself; nothing of one stays if it fails.
#pragma once

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

Result post_feed(Deciding& d, const PostFeed& command, Decision& decision);

}  // namespace bashu::core
