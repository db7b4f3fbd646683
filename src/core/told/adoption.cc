#include "core/told/adoption.h"

#include <expected>

#include "core/told/members.h"

namespace bashu::core::told {

Value write(const Adoption& adoption) {
  return Value::Record{{"digest", adoption.digest},
                       {"name", adoption.name},
                       {"version", adoption.version},
                       {"from", adoption.from.text()}};
}

std::expected<Adoption, Reject> read_adoption(const Value& body) {
  const auto from = day_at(body, "from");
  const std::string digest = body.text_at("digest");
  const std::string name = body.text_at("name");
  if (!digest.starts_with("sha256:") || digest.size() != 71 || name.empty() || !from) {
    return hold("shape", "an adoption names digest, name and day");
  }
  return Adoption{.digest = digest, .name = name, .version = body.int_at("version"), .from = *from};
}

}  // namespace bashu::core::told
