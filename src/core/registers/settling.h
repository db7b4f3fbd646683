// Two keepers of one record: made on both sides while no message came through. Each side's row
// stands at its own node and is a claim at the others, until one officer of each of the two signs
// which of them is to stand.
//
//     a signs ──► all ──► b signs the same ──► all      every node: the record is the keeper's
//             └─ b signs otherwise: the round is over, and a new one begins
//
// In a round each of the two signs once and takes nothing back, and neither changes its row after
// it has signed. So whoever has heard both comes to the same end, in whatever order he heard them.
#pragma once

#include <string>

#include "core/deciding.h"
#include "packs/pack.h"

namespace bashu::core {

Result settle_record(Deciding& d, const SettleRecord& command);
Result take_record_settlement(Deciding& d, const TakeMessage& message);

// `self` has signed what stands, and the other has not yet.
[[nodiscard]] bool is_being_settled(const Record& record, const PartyId& self);

// Fields of a record that its keeper alone gives, and those of which each side gives its own.
[[nodiscard]] Value plain_fields(const packs::Register& reg, const Value& fields);
[[nodiscard]] Value sided_fields(const packs::Register& reg, const Value& fields);

// The row of `party` as it is known here, without sided fields; null: it has not been told.
[[nodiscard]] Value row_of(const packs::Register& reg, const Record& record, const PartyId& party);
// What is signed: digest of such a row.
[[nodiscard]] std::string digest_of_row(const Value& row);

}  // namespace bashu::core
