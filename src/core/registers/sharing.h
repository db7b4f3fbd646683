// Shared registers: what this node keeps or speaks for is told to all who adopted the pack. Items
// are collected while deciding and travel together at its end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/deciding.h"
#include "packs/pack.h"

namespace bashu::core {

// What apply() adds to the fields of a record.
inline constexpr std::string_view kEditionField = "edition";
inline constexpr std::string_view kKeyField = "key";

// Of the circle; this node alone, if there is none yet.
[[nodiscard]] std::vector<PartyId> members(const Deciding& d);
// Who adopted a pack of this name, but for us and those told otherwise.
[[nodiscard]] std::vector<PartyId> adopters(const Deciding& d, const packs::Pack& pack,
                                            const std::vector<PartyId>& told);
// All among whom the pack is in force: whose values a record that names no sides waits for.
[[nodiscard]] std::vector<PartyId> sides_of(const Deciding& d, const packs::Pack& pack);

// What another says of a record that is known here as somebody else's.
struct Claimed {
  const RegisterId& reg;
  const std::string& key;
  const PartyId& by;
  const Value& fields;  // as told; sided ones are left out
  Date on;
};
// `by` claims to keep it: the record stands, and the claim beside it. False: it was known, with
// what it says.
bool claim(Deciding& d, const packs::Register& reg, const Claimed& claimed);
// The same by a step of a case: two sides made one record at the same time, and both must hear of
// it.
void claim_by_step(Deciding& d, const CaseId& id, const packs::Register& reg,
                   const Claimed& claimed);

void share_record(Deciding& d, const packs::Pack& pack, const RecordPut& put,
                  const std::vector<PartyId>& told);
void share_edition(Deciding& d, const packs::Pack& pack, const EditionPublished& edition,
                   const std::vector<PartyId>& told);
// To a party that adopted the pack: all that this node keeps, or speaks for, in its shared
// registers. Nothing if it has not adopted it, or we have not.
void share_registers_with(Deciding& d, const PartyId& party, std::string_view pack_name);

// Sends what was shared in this decision. Last of all, once.
Result flush_shared(Deciding& d);

// Their items of a message.
Result take_shared(Deciding& d, const TakeMessage& message);

}  // namespace bashu::core
