// One box over all cases and records, by their public texts; and cases by their persons.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "views/find/blind.h"
#include "views/session.h"

namespace bashu::views {

struct SearchAsk {
  std::string text;
  std::vector<std::string> things;  // `pack/service` or `pack/register`; empty: everywhere
  std::string after;                // `next` of the page before
  int limit = 20;                   // at most 1,000
};
// A person: pseudonyms of the number, if it is one, and the name it may be.
struct PersonAsk {
  std::string text;
  std::vector<std::string> pseudonyms;  // whoever asks makes them: the circle takes part in it
};
// A case of a person who was asked for by the whole number or name.
struct PersonHit {
  std::string thing;
  std::string name;  // case id
  std::string key;   // of the vault, of the value that was found; empty: a pseudonym
};
inline constexpr std::int64_t kPersonHits = 200;
struct Hit {
  std::string thing;
  bool record = false;  // otherwise a case
  std::string name;     // case id or record key
};
struct ThingCount {
  std::string thing;
  std::int64_t count = 0;
};
struct Found {
  std::vector<Hit> hits;  // the newest first
  std::string next;       // empty: that was all
  // How many there are by thing, of the newest kCounted; of the first page only.
  std::vector<ThingCount> counts;
  bool all_counted = true;  // false: there are more than that
  bool tolerant = false;    // nothing was written so; these are written nearly so
};
inline constexpr std::int64_t kCounted = 10'000;

// In an index made by feed.h.
[[nodiscard]] Found search(Database& index, const Session& session, const SearchAsk& ask);
// The newest kPersonHits, the newest first.
[[nodiscard]] std::vector<PersonHit> search_persons(Database& index, const Session& session,
                                                    const PersonAsk& ask, Blind& blind);

}  // namespace bashu::views
