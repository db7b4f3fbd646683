// The reads of views.h but the figures, each on one Session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "views/rows.h"
#include "views/session.h"
#include "views/views.h"

namespace bashu::views {

[[nodiscard]] std::optional<CaseRow> case_at(Session& session, std::string_view id);
[[nodiscard]] Listed<CaseRow> list_cases(Session& session, const CaseFilter& filter);
[[nodiscard]] std::vector<StepRow> history(Session& session, std::string_view id);
[[nodiscard]] Listed<RecordRow> records(Session& session, const RecordFilter& filter);
[[nodiscard]] std::vector<EditionRow> editions(Session& session, std::string_view reg);
[[nodiscard]] Listed<AccountRow> accounts(Session& session, const AccountFilter& filter);
[[nodiscard]] Listed<PostingRow> postings(Session& session, const core::Account& account,
                                          const Page& page);
[[nodiscard]] Listed<TaskRow> tasks(Session& session, const TaskFilter& filter);
[[nodiscard]] Listed<MessageRow> messages(Session& session, const MessageFilter& filter);
[[nodiscard]] std::vector<core::PartyId> members(Session& session);
[[nodiscard]] std::vector<DisputeRow> disputes(Session& session, std::string_view id);
[[nodiscard]] std::vector<std::uint64_t> positions(Session& session, std::string_view id);

[[nodiscard]] std::vector<ToldRow> told(Session& session, std::string_view id,
                                        std::optional<Date> as_of);
[[nodiscard]] std::vector<ChannelRow> channels(Session& session);

// Of a register, with their ids in table `edition`: those in force on `as_of`.
struct EditionInForce {
  std::int64_t id = 0;
  EditionRow edition;
};
[[nodiscard]] std::vector<EditionInForce> editions_in_force(Session& session, const Table& table,
                                                            Date as_of);
// The record of a key as of a day, of an entry listed by two keepers both; nullopt: all records.
[[nodiscard]] std::vector<RecordFacts> records_of_key(Session& session, const Table& table,
                                                      const std::vector<EditionInForce>& editions,
                                                      std::optional<std::string_view> key);
// Where a case is: its table and number.
struct CasePlace {
  TablePtr table;
  std::int64_t no = 0;
};
[[nodiscard]] std::optional<CasePlace> place_of(Session& session, std::string_view id);
[[nodiscard]] std::optional<CaseFacts> case_facts(Session& session, std::string_view id);

[[nodiscard]] int clamped(int limit);
// The least text above every text that begins with `prefix`.
[[nodiscard]] std::string above(std::string_view prefix);

}  // namespace bashu::views
