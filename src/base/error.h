// The two ways in which something can fail without being a bug.
//
//   Reject   a rule said no; the asker can read why and do otherwise. Part of the API.
//   Fault    the outside failed: a disk, a peer, a file. Nothing was decided.
//
// A bug is neither: BASHU_ASSERT ends the process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/title.h"

namespace bashu {

// Numbers are on the wire: append, never reuse. Names: reject_name().
enum class RejectCode : std::uint16_t {
  unknown_case = 1,
  exists = 2,         // a case, key or idempotency key of other content is there already
  not_owner = 3,      // this node does not hold the baton
  state = 4,          // the event is not taken in the present state
  role = 5,           // the principal has not this role
  form = 6,           // a field is missing, unexpected or invalid; `where` is its path
  guard = 7,          // no branch passed; `why` has the reasons
  holds = 8,          // an invariant would break
  floor = 9,          // an account would fall below its floor
  not_keeper = 10,    // a shared record of another keeper
  error = 11,         // an expression failed: overflow, missing value, cost
  conflict = 12,      // the case changed since the form was opened
  disputed = 13,      // the case waits for a joint act
  unknown_pack = 14,  // not adopted here
  unknown_service = 15,
  unknown_register = 16,
  unknown_feed = 17,
  channel_full = 18,  // the peer has been away too long for more messages to wait
  too_large = 19,     // the message would exceed what a channel carries
  jurisdiction = 20,  // outside the principal's divisions
  not_ready = 21,     // no circle, or the restore guard has not passed
  malformed = 22,     // the request itself cannot be read
  not_found = 23,
  chain = 24,  // an agreement or key list that does not continue what is held
  signature = 25,
  elsewhere = 26,  // another node of the same party decides it
};
[[nodiscard]] const char* reject_name(RejectCode code);

struct Reject {
  RejectCode code{};
  std::string where;       // path to what is wrong, e.g. `with.loads[2].mass`; may be empty
  std::vector<Title> why;  // reasons for people, most telling first; may be empty
  friend bool operator==(const Reject&, const Reject&) = default;
};
// A Reject with one reason.
[[nodiscard]] Reject reject(RejectCode code, std::string where = {}, std::string en = {},
                            std::string zh = {});

struct Fault {
  std::string what;              // for the engineer, with the path or address concerned
  bool unknown_outcome = false;  // it may have happened all the same
};

// A finding in a file: FILE:LINE:COLUMN: text. line and column count from 1; 0 means unknown.
struct Finding {
  int line = 0;
  int column = 0;
  std::string path;  // e.g. services.permit.states.review
  std::string text;
  bool note = false;  // worth saying, no reason to refuse
};

}  // namespace bashu
