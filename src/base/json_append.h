// Canonical JSON piece by piece, into a text that goes on.
#pragma once

#include <string>

#include "base/value.h"

namespace bashu {

// What canonical_json() gives, at the end of `text`.
void append_canonical_json(std::string& text, const Value& value);

}  // namespace bashu
