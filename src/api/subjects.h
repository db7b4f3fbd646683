// Where personal values of a subject stand at this node: cases and records that name a person by
// the pseudonym of his number, or one case; and the keys their sealed values are under, those too
// that stand only in earlier steps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/context.h"
#include "base/value.h"

namespace bashu::api {

struct SealedAt {
  std::string path;  // `data.name`, `3.name`: as step 3 wrote it
  std::string key;
};
struct SubjectPlace {
  std::string case_id;  // or
  std::string record;   // `pack/register/key`
  std::string pack, service;
  std::vector<std::string> parties;
  std::vector<SealedAt> values;
};
struct Subject {
  std::string name;  // the pseudonym, or the case
  std::vector<SubjectPlace> places;

  [[nodiscard]] std::vector<core::CaseId> cases() const;
  [[nodiscard]] std::vector<std::string> records() const;
  // Of values that can be opened here, each once.
  [[nodiscard]] std::vector<std::string> keys(node::Vault& vault) const;
};
// `told`: a case, a pseudonym `t:...`, or the number of a person or firm. Walks every row.
[[nodiscard]] std::expected<Subject, Problem> find_subject(Context& context, const Call& call,
                                                           std::string_view told);

// An order as the API shows it.
[[nodiscard]] Value order_value(const core::Order& order, Date today);
[[nodiscard]] core::Orders orders_of(node::Node& node);

}  // namespace bashu::api
