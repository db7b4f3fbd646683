#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/circle/adoption.h"
#include "core/circle/circle.h"
#include "core/circle/leaving.h"
#include "core/circle/succession.h"
#include "core/people/people.h"
#include "core/registers/sharing.h"

namespace bashu::core {

namespace {

// A newcomer hears what is in force here; who is back, what this node keeps too.
Result welcome(Deciding& d, const std::vector<PartyId>& newcomers) {
  std::vector<std::pair<packs::PackPtr, Date>> adopted;
  for (const auto& [digest, row] : d.circle().packs) {
    const auto own = row.adopted.find(d.self());
    if (row.pack && own != row.adopted.end()) adopted.emplace_back(row.pack, own->second);
  }
  for (const PartyId& party : newcomers) {
    for (const auto& [pack, from] : adopted) {
      BASHU_TRY_OK(tell_adoption(d, party, *pack, from));
      share_registers_with(d, party, pack->name);
    }
  }
  return {};
}

}  // namespace

Result adopt_record(Deciding& d, const AdoptRecord& command) {
  const RecordSigned& record = command.record;
  const std::string name = record.party.empty() ? record.what : record.what + "/" + record.party;
  const auto& records = d.circle().records;
  const auto known = records.find(name + "/" + std::to_string(record.edition));
  if (known != records.end()) {
    if (known->second == record.bytes) return {};
    return refuse(Why::another_record);
  }
  if (record.edition > 1 && !records.contains(name + "/" + std::to_string(record.edition - 1))) {
    return refuse(Why::edition_missing);
  }
  BASHU_TRY_OK(may_adopt_edition(d, command));
  std::vector<PartyId> newcomers;
  d.draft.decide(record);
  for (const PartyJoined& party : command.parties) {
    const bool known_before = d.circle().parties.contains(party.party);
    const bool gone_before = has_left(d, party.party);
    if ((!known_before || gone_before) && party.member && party.party != d.self()) {
      newcomers.push_back(party.party);
    }
    d.draft.decide(party);
    if (party.left != 0 && !gone_before) tell_of_leaving(d, party);
  }
  BASHU_TRY_OK(renew(d, command));
  BASHU_TRY_OK(welcome(d, newcomers));
  close_with_last(d, command);
  return {};
}

}  // namespace bashu::core
