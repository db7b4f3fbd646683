#include "main/successor_command.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "exchange/signed_editions.h"
#include "exchange/succession.h"
#include "main/commands.h"
#include "main/lost_shown.h"
#include "main/offline.h"
#include "main/pin.h"
#include "main/table.h"
#include "main/withdraw_command.h"
#include "node/system_environment.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

void line(const Console& console, const std::string& text, const texts::Places& values) {
  console.err << texts::text(console.language, text, values) << '\n';
}

Value value_of(const exchange::LostMessage& one) {
  return Value::Record{
      {"peer", one.peer},       {"channel", one.channel},    {"seq", one.seq},
      {"sent_by_us", one.ours}, {"forgot_here", one.forgot}, {"kind", one.kind},
      {"case", one.stream},     {"version", one.version},    {"here", one.here},
      {"id", one.id},           {"says", one.says},          {"revoked", one.revoked}};
}

std::string what_happened(const Console& console, const exchange::LostMessage& one) {
  const char* text = !one.forgot ? "circle.lost.there"
                     : one.ours  ? "circle.lost.sent"
                                 : "circle.lost.coming";
  return texts::text(console.language, text, {{"peer", one.peer}});
}

std::string standing(const Console& console, const exchange::LostMessage& one) {
  return one.here.empty() ? "" : texts::text(console.language, "circle.lost.case." + one.here);
}

exchange::Questions told_on(const Console& console) {
  return {.ask = nullptr,
          .progress = [&console](const std::string& party, std::int64_t done, std::int64_t all) {
            console.progress(texts::text(
                console.language, "circle.lost.asking",
                {{"peer", party}, {"done", std::to_string(done)}, {"all", std::to_string(all)}}));
          }};
}

std::expected<exchange::Lost, Fault> ask_for_lost(const Console& console,
                                                  const exchange::JournalHeld& held) {
  auto lost = exchange::lost_messages(held, told_on(console));
  console.progress({});
  if (!lost) return lost;
  for (const auto& [party, count] : lost->more) {
    line(console, "circle.lost.more", {{"peer", party}, {"count", std::to_string(count)}});
  }
  return lost;
}

void show_lost(const Console& console, const std::vector<exchange::LostMessage>& lost) {
  using Align = Table::Align;
  Table table{
      {Align::left, Align::right, Align::left, Align::left, Align::left, Align::left, Align::left}};
  for (const exchange::LostMessage& one : lost) {
    table.add({one.channel, std::to_string(one.seq), what_happened(console, one), one.kind,
               one.version > 0 ? one.stream + " " + std::to_string(one.version) : one.stream,
               standing(console, one), one.id});
    table.add_line("    " + said_by(console, one));
    if (const std::string todo = to_be_done(console, one); !todo.empty()) {
      table.add_line("    " + todo);
    }
  }
  table.print(console.out);
}

// Takes back what follows from what is here, until nothing more does.
class Recalling {
 public:
  Recalling(const Console& console, node::Node& node, std::vector<exchange::LostMessage> lost)
      : console_{console}, node_{node}, left_{std::move(lost)} {}

  bool next() {
    for (auto one = left_.begin(); one != left_.end(); ++one) {
      if (!follows(*one)) continue;
      const exchange::LostMessage message = std::move(*one);
      left_.erase(one);
      if (exchange::can_be_recalled(message)) take(message);
      return true;
    }
    return false;
  }
  [[nodiscard]] const std::vector<exchange::LostMessage>& left() const { return left_; }
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  // Or is here by now: another party gave it back, too.
  bool follows(exchange::LostMessage& message) {
    std::int64_t version = 0;
    node_.query([&](const core::State& state) {
      const core::Case* known = state.find_case(message.stream);
      version = known ? known->version : 0;
      message.here = exchange::standing_of(state, message);
    });
    return message.version <= version + 1;
  }
  void take(const exchange::LostMessage& message) {
    const Value evidence = Value::Record{{"recall", message.id}, {"envelope", message.envelope}};
    const auto done =
        run_at_rest(console_, node_, exchange::recalled(node_.identity().party, message), evidence);
    refused_ = refused_ || !done;
    if (!done) return;
    console_.out << texts::text(console_.language, "circle.recall.done",
                                {{"case", message.stream},
                                 {"version", std::to_string(message.version)},
                                 {"says", said_by(console_, message)}})
                 << '\n';
  }

  const Console& console_;
  node::Node& node_;
  std::vector<exchange::LostMessage> left_;
  bool refused_ = false;
};

}  // namespace

void show_successors(const Console& console, const exchange::CircleSummary& summary) {
  if (!summary.before) return;
  for (const std::string& party : evidence::succeeding(*summary.before, summary.agreement)) {
    const auto said = evidence::read_predecessors(summary.agreement.party(party)->predecessors);
    if (!said || said->empty()) continue;
    const evidence::Predecessor& end = said->back();
    line(console, "circle.successor.log",
         {{"party", party},
          {"origin", end.origin},
          {"size", std::to_string(end.size)},
          {"held", std::to_string(end.held)},
          {"lost", std::to_string(end.held - end.size)},
          {"root", hex(end.root)},
          {"next", summary.agreement.party(party)->origin}});
  }
  for (const evidence::Renewed& one :
       evidence::renewed_channels(*summary.before, summary.agreement)) {
    line(console, "circle.successor.channel",
         {{"before", one.before}, {"name", one.channel}, {"seq", std::to_string(one.from_seq)}});
  }
}

Exit circle_successor(const Console& console, const CircleSuccessor& what) {
  const auto held = exchange::read_journal(what.dir);
  if (!held) return console.fail(held.error());
  if (const auto refused =
          not_signed(console, exchange::cannot_compose(held->storage->files(),
                                                       held->directory.agreement.edition + 1))) {
    return *refused;
  }
  const auto peers = exchange::ask_peers(*held);
  if (!peers) {
    console.fail(peers.error());
    return Exit::refused;
  }
  for (const exchange::PeerHolds& one : *peers) {
    line(console, "circle.successor.holds",
         {{"peer", one.party},
          {"seen", std::to_string(one.seen)},
          {"size", std::to_string(held->size)},
          {"answered", std::to_string(one.answered)},
          {"known", std::to_string(held->state->outbox(one.party).last)}});
  }
  const auto pin = pin_of_root(console, held->identity);
  if (!pin) return pin.error();
  node::SystemClock clock{held->identity.offset_minutes};
  const auto file = exchange::compose_successor(*held, *peers, clock.now().unix_ms / 1'000, *pin);
  if (!file) {
    console.fail(file.error());
    return Exit::refused;
  }
  if (const auto summary = exchange::circle_summary(*file)) show_successors(console, *summary);
  const auto written = write_output(console, what.out, *file);
  return written ? Exit::done : console.fail(written.error());
}

Exit circle_lost(const Console& console, const CircleLost& what) {
  const auto held = exchange::read_journal(what.dir);
  if (!held) return console.fail(held.error());
  const auto lost = ask_for_lost(console, *held);
  if (!lost) return console.fail(lost.error());
  if (what.json) {
    Value::List list;
    for (const exchange::LostMessage& one : lost->messages) list.push_back(value_of(one));
    console.out << pretty_json(Value{std::move(list)}) << '\n';
    return Exit::done;
  }
  if (lost->messages.empty()) {
    console.out << texts::text(console.language, "circle.lost.none") << '\n';
  }
  show_lost(console, lost->messages);
  return Exit::done;
}

Exit circle_recall(const Console& console, const CircleRecall& what) {
  const auto held = exchange::read_journal(what.dir);
  if (!held) return console.fail(held.error());
  if (held->identity.predecessors.empty()) {
    line(console, "circle.recall.first", {});
    return Exit::refused;
  }
  auto asked = ask_for_lost(console, *held);
  if (!asked) return console.fail(asked.error());
  std::vector<exchange::LostMessage>& lost = asked->messages;
  for (exchange::LostMessage& one : lost) {
    if (std::ranges::find(what.ours, one.id) != what.ours.end()) one.revoked = false;
    if (exchange::is_doubtful(one)) {
      line(console, "circle.recall.revoked",
           {{"case", one.stream}, {"version", std::to_string(one.version)}, {"id", one.id}});
    }
  }
  std::erase_if(lost, [](const auto& one) { return !exchange::can_be_recalled(one); });
  if (lost.empty()) {
    console.out << texts::text(console.language, "circle.recall.none") << '\n';
    return Exit::done;
  }
  if (!what.yes) {
    show_lost(console, lost);
    line(console, "circle.recall.yes", {});
    return Exit::refused;
  }
  const auto node = open_at_rest(console, what.dir);
  if (!node) return node.error();
  Recalling recalling{console, **node, std::move(lost)};
  while (recalling.next()) {
  }
  for (const exchange::LostMessage& one : recalling.left()) {
    line(console, "circle.recall.waits",
         {{"case", one.stream}, {"version", std::to_string(one.version)}});
  }
  return recalling.refused() ? Exit::refused : Exit::done;
}

}  // namespace bashu::cli
