// How long after a case has ended a pack keeps its sealed values, by their class; docs/formats/
// pack.md, section 18. Read from the pack when a day begins: nothing else asks for it.
#pragma once

#include <cstdint>
#include <map>

#include "base/title.h"
#include "packs/pack.h"

namespace bashu::packs {

struct Retention {
  std::int64_t months = 0;
  Title source;  // the rule of law that says so
};
// Of a pack that was loaded, and so holds only what is right. A class that it does not name is
// kept.
[[nodiscard]] std::map<Class, Retention> retention_of(const Pack& pack);

}  // namespace bashu::packs
