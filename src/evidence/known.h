// Everybody the editions of an agreement ever named. A party that left keeps its keys, for what it
// signed before; a root that another one followed vouches for the key lists it signed, and for no
// more of them (docs/formats/evidence.md 10.2).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/agreement.h"
#include "evidence/bad.h"

namespace bashu::evidence {

class Known {
 public:
  // Each edition once, in order, verified.
  void adopt(const Agreement& edition);
  // As the newest edition that names it does; nullptr: none ever did.
  [[nodiscard]] const PartyRecord* party(std::string_view id) const;
  [[nodiscard]] std::vector<std::string> parties() const;
  // next_keys() of agreement.h, by the root that signs the list of that number.
  [[nodiscard]] Verified<KeysEdition> next_keys(const KeysEdition* last,
                                                std::string_view record) const;
  // One party's lists from edition 1; the last, nullopt if there is none.
  [[nodiscard]] Verified<std::optional<KeysEdition>> open_keys(
      const std::vector<std::string>& lists, std::string_view party) const;

 private:
  struct Root {
    std::string kid, key;
    std::int64_t from = 1;           // the first of the lists it signs
    std::optional<std::int64_t> to;  // the last one; nullopt: no end
    std::string digest;              // of that one, hex
  };
  struct One {
    PartyRecord record;
    std::vector<Root> roots;
  };
  std::string agreement_;  // id
  std::map<std::string, One, std::less<>> all_;
};

}  // namespace bashu::evidence
