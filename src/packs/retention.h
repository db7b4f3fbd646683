// How long after a case or a record has ended a pack keeps its sealed values, by their class;
// docs/formats/pack.md, section 18. Read from the pack when a day begins: nothing else asks for it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
// Of a register: the same, and which of its fields tells the day on which a record ends. nullopt:
// its records are kept.
struct RegisterRetention {
  std::string ends;
  std::map<Class, Retention> classes;
};
[[nodiscard]] std::optional<RegisterRetention> retention_of(const Pack& pack, std::string_view reg);
// A line for each class of which its services ask for values: how long they are kept and by what
// rule, or that no time is named. Also for those named whose values nothing asks for. Then those of
// its registers.
[[nodiscard]] std::vector<std::string> retention_in_words(const Pack& pack,
                                                          const std::string& language);

}  // namespace bashu::packs
