// Who read what of a person: in cases, in records and by looking for him.
#pragma once

#include "api/call.h"
#include "api/context.h"

namespace bashu::api {

// {"person"}: a number. For administrators; that they asked is written down first, and is among
// what they are told.
Prepared list_person_reads(Context& context, const Call& call);

}  // namespace bashu::api
