#include "core/told/as_said.h"

#include <string>
#include <string_view>

#include "core/told/members.h"

namespace bashu::core::told {

Value as_said(Value body) {
  Value::Record* members = body.as_record();
  if (!members) return body;
  for (const std::string_view beside : {std::string_view{"$keys"}, kVoucher, kOfficer}) {
    members->erase(std::string{beside});
  }
  return body;
}

}  // namespace bashu::core::told
