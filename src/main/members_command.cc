// bashu circle: expel, leave, left, root (docs/guide/members.md).

#include <ostream>
#include <utility>

#include "base/bytes.h"
#include "exchange/circle.h"
#include "exchange/signed_editions.h"
#include "main/circle_shown.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/offline.h"
#include "main/pin.h"
#include "main/withdraw_command.h"
#include "node/in_token.h"
#include "node/next_root.h"
#include "node/storage/directory_files.h"
#include "node/system_environment.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// The next edition of the circle this node is of, shown and written.
Exit compose(const Console& console, node::Node& node, exchange::Composed how,
             const std::string& out) {
  if (!node.directory()->formed) {
    const std::string words = texts::text(console.language, "circle.none");
    console.fail(words, words);
    return Exit::refused;
  }
  if (const auto refused =
          not_signed(console, exchange::cannot_compose(node.storage().files(),
                                                       node.directory()->agreement.edition + 1))) {
    return *refused;
  }
  auto pin = pin_of_root(console, node.identity());
  if (!pin) return pin.error();
  auto next_pin = pin_of_next_root(console, node.identity());
  if (!next_pin) return next_pin.error();
  how.effective = node.clock().now().unix_ms / 1'000;
  how.pin = *std::move(pin);
  how.next_pin = *std::move(next_pin);
  const auto file =
      exchange::compose_edition(exchange::circle_held(node), {}, node.identity(), how);
  if (!file) {
    console.fail(file.error());
    return Exit::refused;
  }
  if (const auto summary = exchange::circle_summary(*file)) show(console, *summary);
  const auto written = write_output(console, out, *file);
  return written ? Exit::done : console.fail(written.error());
}

// In the token that was named, or in a file.
std::expected<node::NextRoot, Exit> make_root(const Console& console, node::FileStore& files,
                                              const std::string& uri) {
  if (uri.empty()) {
    node::SystemChance chance;
    auto made = node::make_next_root(files, chance.bytes(32));
    if (!made) return std::unexpected{console.fail(made.error())};
    return *std::move(made);
  }
  const auto place = tokens::Place::read(uri);
  if (!place) return std::unexpected{fail(console, place.error())};
  const auto pin = pin_of(console, *place);
  if (!pin) return std::unexpected{pin.error()};
  auto taken = node::take_next_root_from(files, *place, *pin);
  if (!taken) return std::unexpected{console.fail(taken.error())};
  return *std::move(taken);
}

// The secret of the one there is may be gone, so that no node opens here.
Exit replace_lost(const Console& console, const CircleRoot& what) {
  node::DirectoryFiles files{what.dir};
  const auto made = make_root(console, files, what.uri);
  if (!made) return made.error();
  if (auto put = node::put_next_root_in_place(files); !put) return console.fail(put.error());
  console.out << texts::text(console.language, "circle.root.replaced",
                             {{"kid", made->key.kid}, {"key", hex(made->key.public_key)}})
              << '\n';
  return Exit::done;
}

Exit take_next(const Console& console, const CircleRoot& what) {
  const auto node = open_at_rest(console, what.dir);
  if (!node) return node.error();
  node::FileStore& files = (*node)->storage().files();
  const auto waits = node::next_root(files);
  if (!waits) return console.fail(waits.error());
  // The same command again composes again, with the root that waits.
  if (!*waits || (*waits)->token != what.uri) {
    const auto made = make_root(console, files, what.uri);
    if (!made) return made.error();
  }
  return compose(console, **node, {}, what.out);
}

}  // namespace

Exit circle_root(const Console& console, const CircleRoot& what) {
  if (what.lost) return replace_lost(console, what);
  if (what.next) return take_next(console, what);
  const auto place = tokens::Place::read(what.uri);
  if (!place) return fail(console, place.error());
  const auto node = open_at_rest(console, what.dir);
  if (!node) return node.error();
  if ((*node)->directory()->formed) {
    const std::string words = texts::text(console.language, "circle.root.formed");
    console.fail(words, words);
    return Exit::refused;
  }
  const auto pin = pin_of(console, *place);
  if (!pin) return pin.error();
  const auto taken = node::take_root_from((*node)->storage().files(), *place, *pin);
  if (!taken) return console.fail(taken.error());
  console.out << texts::text(console.language, "circle.root.taken", {{"uri", place->text()}})
              << '\n';
  return Exit::done;
}

Exit circle_expel(const Console& console, const CircleExpel& what) {
  const auto node = open_at_rest(console, what.dir);
  if (!node) return node.error();
  exchange::Composed how;
  for (const std::string& party : what.parties) {
    if (party == (*node)->identity().party) {
      const std::string words = texts::text(console.language, "circle.expels_itself");
      console.fail(words, words);
      return Exit::refused;
    }
    how.expelled.push_back({.party = party, .reason = what.reason});
  }
  return compose(console, **node, std::move(how), what.out);
}

Exit circle_leave(const Console& console, const CircleLeave& what) {
  const auto node = open_at_rest(console, what.dir);
  if (!node) return node.error();
  return compose(console, **node, {.leaves = true}, what.out);
}

Exit circle_left(const Console& console, const Remote& remote) {
  const auto answer = call(console, remote, {.path = "/circle/left"});
  if (!answer) return answer.error();
  if (remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  const Value* all = answer->find("left");
  for (const Value& one : all && all->as_list() ? *all->as_list() : Value::List{}) {
    const texts::Places places{{"party", one.text_at("party")},
                               {"edition", std::to_string(one.int_at("edition"))},
                               {"reason", one.text_at("reason")}};
    console.out << texts::text(
                       console.language,
                       one.bool_at("expelled") ? "circle.left.expelled" : "circle.left.gone",
                       places)
                << '\n'
                << texts::text(console.language, "circle.left.still",
                               {{"cases", std::to_string(one.int_at("open"))},
                                {"messages", std::to_string(one.int_at("unanswered"))},
                                {"held", std::to_string(one.int_at("held"))},
                                {"records", std::to_string(one.int_at("records"))}})
                << '\n';
    const Value* cases = one.find("cases");
    for (const Value& c : cases && cases->as_list() ? *cases->as_list() : Value::List{}) {
      console.out << "  " << c.text_at("case") << "  " << c.text_at("pack") << '/'
                  << c.text_at("service") << "  " << c.text_at("state") << '\n';
    }
    const Value* packs = one.find("packs");
    for (const Value& pack : packs && packs->as_list() ? *packs->as_list() : Value::List{}) {
      if (!pack.as_text()) continue;
      console.out << "  "
                  << texts::text(console.language, "circle.left.pack", {{"pack", *pack.as_text()}})
                  << '\n';
    }
  }
  return Exit::done;
}

}  // namespace bashu::cli
