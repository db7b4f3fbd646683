// bashu circle: card, second, rotate, invite, accept, adopt.

#include <unistd.h>

#include <algorithm>
#include <expected>
#include <iostream>
#include <optional>
#include <ostream>
#include <utility>

#include "base/bytes.h"
#include "exchange/circle.h"
#include "exchange/signed_editions.h"
#include "exchange/succession.h"
#include "main/circle_shown.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/offline.h"
#include "main/pin.h"
#include "main/withdraw_command.h"
#include "node/files.h"
#include "node/in_token.h"
#include "node/system_environment.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

void show_adopted(const Console& console, const exchange::CircleSummary& summary,
                  std::int64_t edition_before) {
  show(console, summary);
  const evidence::Agreement& agreement = summary.agreement;
  node::SystemClock clock{0};
  const bool now = agreement.effective <= clock.now().unix_ms / 1'000;
  console.err
      << texts::text(
             console.language,
             edition_before >= agreement.edition ? "circle.held_already"
             : now                               ? "circle.in_force"
                                                 : "circle.in_force_later",
             {{"edition", std::to_string(agreement.edition)},
              {"day",
               Date::from_days(static_cast<std::int32_t>(agreement.effective / 86'400)).text()}})
      << '\n';
}

// What the edition requires twice; nullopt: as before.
std::expected<std::optional<evidence::SecondPolicy>, Exit> policy_of(const Console& console,
                                                                     const CircleInvite& what,
                                                                     std::int64_t now) {
  if (what.second.empty()) return std::nullopt;
  std::int64_t from = now;
  if (!what.second_from.empty()) {
    const auto day = Date::parse(what.second_from);
    if (!day) {
      return std::unexpected{console.fail("--second-from: not a day like 2027-01-31",
                                          "--second-from：不是形如 2027-01-31 的日期")};
    }
    from = std::int64_t{day->days()} * 86'400;
  }
  evidence::SecondPolicy policy;
  for (const std::string& one : what.second) policy[one] = from;
  return policy;
}

bool confirmed(const Console& console) {
  if (::isatty(STDIN_FILENO) == 0) return false;
  console.err << console.say("Sign this agreement? [y/N] ", "是否签署此协议？[y/N] ") << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

Exit circle_card(const Console& console, const CircleCard& what) {
  const auto identity = node::load_identity(what.dir);
  if (!identity) return console.fail(identity.error());
  const auto card = exchange::party_card(*identity);
  if (!card) return console.fail(card.error());
  const auto written = write_output(console, what.out, *card);
  return written ? Exit::done : console.fail(written.error());
}

Exit circle_second(const Console& console, const std::string& dir) {
  {
    const auto node = open_at_rest(console, dir);
    if (!node) return node.error();
    if (!(*node)->identity().second) {
      const auto made = node::make_second_keys((*node)->storage().files());
      if (!made) return console.fail(made.error());
    }
  }
  const auto node = open_at_rest(console, dir);  // with them
  if (!node) return node.error();
  const auto pin = pin_of_root(console, (*node)->identity());
  if (!pin) return pin.error();
  if (auto told = exchange::announce_second(**node, *pin); !told) return console.fail(told.error());
  const node::SecondKeys& keys = *(*node)->identity().second;
  for (const evidence::SecondSigner* one : {&keys.envelope, &keys.log}) {
    console.out << one->kid << "  " << evidence::kSm2Algorithm << "  " << hex(one->key.public_key())
                << '\n';
  }
  return Exit::done;
}

// The agreement's next edition says it, and its check is the last word on it.
Exit circle_node(const Console& console, const CircleNode& what) {
  evidence::NodeRecord node{.of = what.of, .divisions = what.divisions, .site = what.site};
  std::ranges::sort(node.divisions);
  const auto held = open_at_rest(console, what.dir);
  if (!held) return held.error();
  if (auto set = node::set_node((*held)->storage().files(), node); !set) {
    return console.fail(set.error());
  }
  std::string divisions;
  for (const std::string& one : node.divisions) divisions += (divisions.empty() ? "" : ", ") + one;
  const std::string& party = what.of.empty() ? (*held)->identity().party : what.of;
  console.out << texts::text(console.language, "circle.node_set",
                             {{"divisions", divisions}, {"party", party}})
              << '\n';
  return Exit::done;
}

Exit circle_rotate(const Console& console, const std::string& dir) {
  const auto node = open_at_rest(console, dir);
  if (!node) return node.error();
  const auto pin = pin_of_root(console, (*node)->identity());
  if (!pin) return pin.error();
  if (auto done = exchange::rotate_keys(**node, *pin); !done) return console.fail(done.error());
  console.out << texts::text(console.language, "circle.rotated") << '\n';
  return Exit::done;
}

Exit circle_invite(const Console& console, const CircleInvite& what) {
  if (!what.lost.empty() && what.reason.empty()) {
    return console.fail("--root-lost needs a --reason", "--root-lost 须附 --reason");
  }
  std::vector<std::string> cards;
  for (const std::string& file : what.cards) {
    auto card = node::read_file(file);
    if (!card) return console.fail(card.error());
    cards.push_back(std::move(*card));
  }
  const auto node = open_at_rest(console, what.dir);
  if (!node) return node.error();
  const exchange::CircleHeld held = exchange::circle_held(**node);
  if (const auto refused = not_signed(
          console,
          exchange::cannot_compose((*node)->storage().files(), std::ssize(held.editions) + 1))) {
    return *refused;
  }
  const std::int64_t now = (*node)->clock().now().unix_ms / 1'000;
  const auto policy = policy_of(console, what, now);
  if (!policy) return policy.error();
  const auto pin = pin_of_root(console, (*node)->identity());
  if (!pin) return pin.error();
  exchange::Composed how{.name = what.name,
                         .effective = now,
                         .second = *policy,
                         .new_pseudonyms = what.new_pseudonyms || held.editions.empty(),
                         .pin = *pin};
  for (const std::string& party : what.lost) how.lost[party] = what.reason;
  const auto file = exchange::compose_edition(held, cards, (*node)->identity(), how);
  if (!file) return console.fail(file.error());
  if (const auto summary = exchange::circle_summary(*file)) show(console, *summary);
  const auto written = write_output(console, what.out, *file);
  return written ? Exit::done : console.fail(written.error());
}

Exit circle_accept(const Console& console, const CircleAccept& what) {
  const auto identity = node::load_identity(what.dir);
  if (!identity) return console.fail(identity.error());
  const auto file = node::read_file(what.file);
  if (!file) return console.fail(file.error());
  const auto summary = exchange::circle_summary(*file);
  if (!summary) {
    console.fail(summary.error());
    return Exit::refused;
  }
  show(console, *summary);
  if (const auto good = exchange::fits_what_was_seen(what.dir, *identity, *file); !good) {
    console.fail(good.error());
    return Exit::refused;
  }
  if (const auto refused = not_signed(console, exchange::signed_otherwise(*file, what.dir))) {
    return *refused;
  }
  if (!what.yes && !confirmed(console)) {
    console.err << console.say("not signed (--yes signs without asking)\n",
                               "未签署（--yes 可不经询问直接签署）\n");
    return Exit::refused;
  }
  node::SystemClock clock{identity->offset_minutes};
  const auto pin = pin_of_root(console, *identity);
  if (!pin) return pin.error();
  const auto next_pin = pin_of_next_root(console, *identity);
  if (!next_pin) return next_pin.error();
  const auto signed_file =
      exchange::co_sign(*file, *identity, clock.now().unix_ms / 1'000, *pin, *next_pin);
  if (!signed_file) {
    console.fail(signed_file.error());
    return Exit::refused;
  }
  const auto written = write_output(console, what.out, *signed_file);
  return written ? Exit::done : console.fail(written.error());
}

Exit circle_adopt(const Console& console, const CircleAdopt& what) {
  const bool remote = !what.remote.api.empty();
  if (what.files.size() != (remote ? 1U : 2U)) {
    return console.fail("DIR and FILE are needed, or --api URL and FILE",
                        "需要 DIR 和 FILE，或 --api URL 和 FILE");
  }
  const auto file = node::read_file(what.files.back());
  if (!file) return console.fail(file.error());
  const auto summary = exchange::circle_summary(*file);
  if (!summary) {
    console.fail(summary.error());
    return Exit::refused;
  }
  std::int64_t before = 0;
  std::string own;
  bool begins_successor = false;
  if (remote) {
    const auto circle = call(console, what.remote, {.path = "/circle"});
    if (!circle) return circle.error();
    if (const Value* held = circle->find("agreement")) before = held->int_at("edition");
    own = circle->text_at("own");
    const std::string pin = what.pinned.empty() ? "" : "?pinned=" + what.pinned;
    const auto done = call(console, what.remote,
                           {.method = "POST", .path = "/circle/editions" + pin, .body = *file});
    if (!done) return done.error();
    if (waits_for_second(console, what.remote, *done)) return Exit::done;
    if (what.remote.json) print_json(console, *done);
  } else {
    const auto taken = exchange::take_up_successor(what.files.front(), *file);
    if (!taken) {
      console.fail(taken.error());
      return Exit::refused;
    }
    begins_successor = *taken;
    const auto node = open_at_rest(console, what.files.front());
    if (!node) return node.error();
    before = (*node)->directory()->agreement.edition;
    own = (*node)->identity().party;
    const exchange::Adopter who{.by = local_officer(), .approval = 0};
    if (auto adopted = exchange::adopt(**node, *file, what.pinned, who); !adopted) {
      console.fail(adopted.error());
      return Exit::refused;
    }
  }
  show_adopted(console, *summary, before);
  if (!summary->agreement.party(own)) {
    console.err << texts::text(console.language, "circle.left.here") << '\n';
  }
  if (begins_successor) {
    console.err << texts::text(console.language, "circle.recall.next") << '\n';
  }
  return Exit::done;
}

}  // namespace bashu::cli
