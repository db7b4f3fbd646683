// What the handlers of the API share. The node, its views and its exchange outlive it.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/access_log.h"
#include "api/bell.h"
#include "api/call.h"
#include "api/clearing_kept.h"
#include "api/deposits.h"
#include "api/downloads.h"
#include "api/log_lines.h"
#include "api/privacy.h"
#include "api/shelf.h"
#include "api/uploads.h"
#include "api/verification.h"
#include "base/date.h"
#include "base/shipped.h"
#include "desk/authority.h"
#include "desk/cursors.h"
#include "exchange/blobs.h"
#include "exchange/exchange.h"
#include "exchange/outside.h"
#include "figures/published.h"
#include "node/node.h"
#include "papers/codes.h"
#include "people/entrance.h"

namespace bashu::exchange {
class TimeStamps;
}
namespace bashu::notices {
class Notices;
}
namespace bashu::travel {
class Computed;
}
namespace bashu::views {
class Follower;
}

namespace bashu::api {

using desk::Sight;

// What never changes of a case.
struct CaseRoot {
  packs::PackPtr pack;
  const packs::Service* service = nullptr;  // of the pack
  std::string service_name;
  core::Parties parties;
};

struct Context {
  node::Node& node;
  views::Follower& follower;
  exchange::Exchange* exchange = nullptr;  // null: the node runs alone
  people::Entrance& entrance;
  std::function<std::expected<void, Fault>(Date)> set_today;  // of a rehearsal; else empty
  std::function<std::vector<Finding>(const packs::PackPtr&)> try_pack;  // may be empty
  std::function<void(std::string_view what, const std::string& error)> note =
      [](std::string_view, const std::string&) {};
  std::function<void(const SignIn&)> signed_in = [](const SignIn&) {};
  std::filesystem::path dir;
  std::shared_ptr<const figures::Published> published = std::make_shared<figures::Published>();
  const Divisions* divisions = &shipped_divisions();
  std::map<std::string, Title, std::less<>> party_names;  // of governments, by party
  std::shared_ptr<const papers::Codes> codes;
  std::shared_ptr<travel::Computed> computed;        // null: the circle's network is not known here
  notices::Notices* notices = nullptr;               // null: this node sends no mail
  const exchange::TimeStamps* timestamps = nullptr;  // null: nobody stamps
  const exchange::OutsideWitnesses* witnesses = nullptr;  // null: nobody outside cosigns
  Shelves shelves;
  desk::Cursors cursors;
  AccessLog access;
  Deposits deposits;
  Uploads uploads;
  exchange::Blobs own_blobs;  // of a node without exchange
  exchange::Blobs& blobs;
  exchange::Alarms own_alarms;  // the same
  exchange::Shares own_shares;
  exchange::Pseudonyms own_pseudonyms;
  exchange::Pseudonyms& pseudonyms;
  Bell bell;
  Verification verification;
  KeptBooks books;      // of clearing
  Downloads downloads;  // last: they read blobs

  std::mutex mutex;  // of what follows
  std::map<std::string, CaseRoot, std::less<>> roots;
  std::string idle_key;             // of the vault; seals nothing
  std::string openapi_of, openapi;  // the document made last, and what it was made of

  Context(node::Node& n, views::Follower& v, exchange::Exchange* e, people::Entrance& door,
          std::function<std::expected<void, Fault>(Date)> today)
      : node{n},
        follower{v},
        exchange{e},
        entrance{door},
        set_today{std::move(today)},
        dir{n.identity().dir},
        shelves{n},
        cursors{dir / "keys" / "cursors.key"},
        access{dir},
        deposits{dir / "deposits"},
        uploads{dir / "deposits" / "uploads"},
        own_blobs{n.storage().files()},
        blobs{e ? e->blobs() : own_blobs},
        own_alarms{n.storage().files()},
        own_shares{n},
        own_pseudonyms{n, own_shares, own_alarms, {}},
        pseudonyms{e ? e->pseudonyms() : own_pseudonyms},
        bell{v, door},
        verification{dir} {}
};

// Where our pages are, as the browser knows it.
[[nodiscard]] std::string origin_of(Context& context, const Call& call);

// A case as the core holds it now, if the key may see it; else 404, as if there were none.
struct SeenCase {
  CaseRoot root;
  Sight sight = Sight::none;
  std::string sealing_key;  // of values sealed before by this party; empty: none
};
// `state_needed`: also when the key's roles alone would do (to learn `sealing_key`).
[[nodiscard]] std::expected<SeenCase, Problem> see_case(Context& context, const Call& call,
                                                        std::string_view id, bool state_needed);
// The pack a request names, or a problem `unknown_pack`.
[[nodiscard]] std::expected<HeldPack, Problem> see_pack(Context& context,
                                                        std::string_view name_or_digest);

// Checks the private members of `given`, a record of `fields`, normalised, and seals them under
// `key_id`, or under a new key noted in `write`. Warnings go to `write` too. `path` leads to the
// form.
[[nodiscard]] std::expected<Value, Problem> seal_form(Context& context, const Call& call,
                                                      const std::vector<packs::Member>& fields,
                                                      const Value& given, const std::string& path,
                                                      std::string_view key_id, Write& write);

// The pseudonyms of `numbers`; a problem of its own (503) if nobody helps to make them.
[[nodiscard]] std::expected<node::Vault::Named, Problem> name_persons(
    Context& context, const std::vector<std::string>& numbers);
// Whatever the person of `number` may have been recorded under, the newest first.
[[nodiscard]] std::expected<std::vector<std::string>, Problem> names_of_person(
    Context& context, const std::string& number);

// When this node recorded the entry at a position, milliseconds of its clock; nullopt: it has none.
[[nodiscard]] std::optional<std::int64_t> recorded_ms(const Context& context,
                                                      std::uint64_t position);

// The evidence of a command: its canonical record.
[[nodiscard]] std::string command_record(const Call& call, const core::Command& command,
                                         Value request);

}  // namespace bashu::api
