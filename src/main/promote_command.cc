// bashu promote: the machine that stands by writes from now on.

#include "base/json.h"
#include "main/client.h"
#include "main/commands.h"

namespace bashu::cli {

Exit promote(const Console& console, const Promote& what) {
  return call_and_print(
      console, what.remote,
      {.method = "POST", .path = "/promote", .body = canonical_json(Value::Record{})});
}

}  // namespace bashu::cli
