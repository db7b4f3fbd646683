// A statement apart, as answers say it.
#pragma once

#include "api/call.h"
#include "api/context.h"
#include "windows/due.h"

namespace bashu::api {

// [{debtor, creditor, of, version?, lines, gross, discount, relief, refused, fee, net}], fen.
[[nodiscard]] Value parts_value(const windows::Split& split);
// Of a window that both sides agreed on: `parts`; `refused`, lines given up in it; `taken_back`,
// lines by which it takes back what a window before it had. Not agreed yet: not_agreed.
[[nodiscard]] Result split_window(Context& context, const Call& call);

}  // namespace bashu::api
