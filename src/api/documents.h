// Documents: deposited first, named by a form later, read through a case.
//
// A document's bytes are encrypted under a key of their own; its name in the form is sealed under
// the same key, so that whoever holds the case holds the key, and forgetting it erases both.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/context.h"

namespace bashu::api {

// Who hands documents in, and which: they are, when the command that names them takes effect.
struct Handing {
  std::string principal;
  std::vector<std::string> documents{};  // by sha256; grows
};
// Seals every document of `form` under the key of its deposit: `sealed` is the form as Vault::seal
// left it. A document that this principal has not deposited is a form error.
[[nodiscard]] std::optional<packs::FormError> seal_documents(
    Context& context, Handing& handing, const std::vector<packs::Member>& fields, const Value& form,
    const std::string& path, Value& sealed);

}  // namespace bashu::api
