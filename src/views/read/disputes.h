// Disputes of a case, and who signed for their end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "views/session.h"

namespace bashu::views {

struct DisputeRow {
  core::CaseId id;
  core::PartyId by;
  std::string reason, detail, content;
  std::uint64_t raised = 0;
  At ended;
  struct Signed {
    core::PartyId by;
    std::string content, note;
    std::string officer;  // of another party: whom it vouches for; empty: nobody
    std::uint64_t position = 0;
  };
  std::vector<Signed> signatures;
};

[[nodiscard]] std::vector<DisputeRow> disputes(Session& session, std::string_view id);

}  // namespace bashu::views
