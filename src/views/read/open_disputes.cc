#include "views/read/open_disputes.h"

#include <string>

namespace bashu::views {

std::vector<core::CaseId> open_with(Session& session, std::string_view finding) {
  std::vector<core::CaseId> ids;
  Statement& query = session.db.prepared(kOpenWith);
  query.bind(0, std::string_view{"%." + std::string{finding}});
  while (query.step()) ids.emplace_back(query.text(0));
  return ids;
}

}  // namespace bashu::views
