// What reads have in common: at which position, how many rows, and who may see a case.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/context.h"
#include "views/find/inbox.h"
#include "views/views.h"

namespace bashu::api {

// `at=POSITION` reads as it was then; `at_least=POSITION` waits until the views are there (504 if
// they do not get there in time). Without them it waits a moment for what was durable when it came.
struct Past {
  views::At at;
  std::uint64_t position = 0;  // what is read
};
[[nodiscard]] std::expected<Past, Problem> read_past(Context& context, const Call& call);
// `known_at`: a position, a day, whose last entry is meant, or a time; nullopt without it.
[[nodiscard]] std::expected<views::At, Problem> known_at(Context& context, const Call& call);
// `after`, `limit`.
[[nodiscard]] std::expected<views::Page, Problem> read_page(Context& context, const Call& call);
// `next` of the answer, for `after` of the next request.
[[nodiscard]] std::string next_page(Context& context, const Call& call, std::string_view place);

// Decides who sees which case, from the views, within one request.
class Onlooker {
 public:
  Onlooker(Context& context, const Call& call);

  [[nodiscard]] Sight sight_of(const views::CaseRow& row);
  [[nodiscard]] Sight sight_of(std::string_view case_id);  // none if there is no such case
  // A reader of values seen so.
  [[nodiscard]] Reader reader(Sight sight) const;
  // Writes down what personal values the answer opened; a problem if it cannot.
  [[nodiscard]] std::expected<void, Problem> account_for(const Reader& reader,
                                                         std::string_view resource);
  [[nodiscard]] packs::PackPtr pack(std::string_view digest);

 private:
  Context& context_;
  const Call& call_;
  std::shared_ptr<const Shelf> shelf_;
  std::map<std::string, Sight, std::less<>> seen_;
};

// Writes down that somebody read `resource`, whatever it opened; a problem if it cannot.
[[nodiscard]] std::expected<void, Problem> account_for(Context& context, const Call& call,
                                                       std::string_view resource,
                                                       const std::vector<std::string>& opened = {});

// For what somebody wants to see restricted values, as they say it: percent-encoded, in a header of
// its own. Empty: not said.
inline constexpr std::string_view kPurposeHeader = "Bashu-Purpose";
[[nodiscard]] std::string purpose_of(const Call& call);

// Whether the principal took a step of the case at this node.
[[nodiscard]] bool acted_in(views::Views& views, std::string_view case_id,
                            std::string_view principal);

// The names of the parts of a case in the reader's language, its data as the reader sees it.
[[nodiscard]] Value case_value(const views::CaseRow& row, const packs::Pack* pack, Reader& reader,
                               const std::string& language);
// Who works at it, for an office and for auditors.
void tell_assigned(Value& value, const views::CaseRow& row, const packs::Pack* pack,
                   const Principal& who);
// The persons whose work is the asker's: himself, and whom he stands in for.
[[nodiscard]] std::vector<std::string> persons_of(Context& context, const Call& call);
// `whose` of the query.
[[nodiscard]] std::expected<views::InboxAsk::Whose, Problem> read_whose(const Call& call);
[[nodiscard]] Value optional_position(const views::At& at);

}  // namespace bashu::api
