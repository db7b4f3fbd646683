// Orders about personal values: they are erased by destroying their keys, restricted, or held.
//
//     erase     the keys are destroyed here, and asked for at every party that holds them; each
//               answers with a receipt until a deadline
//     hold      what it names is not erased while it is in force, whoever asks
//     restrict  what it names is not shown unless somebody says for what
//     asked     what a peer wants erased and may not order: two people here decide
//
// A sealed value stays where it is, so that entries, proofs and figures stand; without its key it
// is noise. The node destroys the keys once the order is durable, and says so by FinishErasure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

inline constexpr std::size_t kErasedKeysMax = 5'000;  // of one order
inline constexpr std::size_t kAskedMax = 200;         // open ones of one peer
inline constexpr int kAnswerDays = 15;                // of a peer, unless the order says otherwise

// orders.cc
Result order_privacy(Deciding& d, const OrderPrivacy& command, Decision& decision);
Result end_order(Deciding& d, const EndOrder& command);
Result finish_erasure(Deciding& d, const FinishErasure& command);
// Asks everybody whom `erase` tells to destroy these of its keys.
Result tell_holders(Deciding& d, const PrivacyOrdered& erase, const std::vector<std::string>& keys,
                    const Value& voucher = {});
// Whether it could be carried out now, whoever signs.
Result may_order(const Deciding& d, const PrivacyOrdered& order);
Result may_end(const Deciding& d, std::int64_t number);
// Whether an order stands on `today`: not ended, and a hold not past its last day.
[[nodiscard]] bool in_force(const Order& order, Date today);
// Of an erasure: whether some party still has to say that its keys are gone; and should have by
// `today`.
[[nodiscard]] bool awaits_answer(const Order& order);
[[nodiscard]] bool is_late(const Order& order, Date today);

// places.cc: where values stand.
// The hold in force that an erasure of these keys would break; nullptr: none.
[[nodiscard]] const Order* hold_over(const Deciding& d, const PrivacyOrdered& erase,
                                     std::string_view key);
// Whether a value sealed under `key` stands in one of the cases and records that are named.
[[nodiscard]] bool stands_in(const Deciding& d, const PrivacyOrdered& order, std::string_view key);
// The other parties that were told of values in these places.
[[nodiscard]] std::vector<PartyId> holders(const Deciding& d, const PrivacyOrdered& order);
// Whether some text in `value` is `text`.
[[nodiscard]] bool mentions(const Value& value, std::string_view text);
// Whether something in `value`, a document too, is under `key`.
[[nodiscard]] bool sealed_under(const Value& value, std::string_view key);
// `pack/register/key` apart: register and key.
[[nodiscard]] std::pair<std::string_view, std::string_view> record_of(std::string_view place);

// asked.cc: what peers say.
Result take_erase(Deciding& d, const TakeMessage& message);
Result take_erased(Deciding& d, const TakeMessage& message);
// The receipt for what `from` asked under its number: which keys are not destroyed here.
Result answer_erasure(Deciding& d, const PartyId& from, std::int64_t asked);

}  // namespace bashu::core
