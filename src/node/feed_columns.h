// A batch of a feed as columns: what repeats is listed once, numbers stand beside numbers.
#pragma once

#include "core/event.h"
#include "node/codec_parts.h"

namespace bashu::formats {
class FeedTaken;
}

namespace bashu::node {

void put_feed(const core::FeedTaken& event, formats::FeedTaken* out);
// Columns that do not agree set the reader's error.
[[nodiscard]] core::FeedTaken read_feed(parts::Reader& reader, const formats::FeedTaken& in);

}  // namespace bashu::node
