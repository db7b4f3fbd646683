#include "api/clearing_netting.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "api/case_pages.h"
#include "api/clearing_refusal.h"
#include "api/documents.h"
#include "api/reading.h"
#include "base/json.h"
#include "base/try.h"
#include "clearing/net_statement.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

using clearing::NetStatement;
using clearing::WindowStatement;

constexpr std::size_t kStatementsMax = 500;  // of a share
constexpr const char* kMultilateral = "multilateral";

std::string named(const Hash& root) { return "sha256:" + hex(root); }

const Value::List& list_of(const views::CaseRow& row, const char* field) {
  static const Value::List kNone;
  const Value* found = row.data.find(field);
  return found && found->as_list() ? *found->as_list() : kNone;
}

const packs::StateDef* state_of(const packs::Pack& pack, const views::CaseRow& row) {
  const packs::Service* service = packs::find(pack.services, row.service);
  return service ? packs::find(service->states, row.state) : nullptr;
}

bool is_left_out(const packs::Pack& pack, const views::CaseRow& share) {
  const packs::StateDef* state = state_of(pack, share);
  return (!state || state->final) && !share.data.find("released");
}

// Whether the window waits to be netted: its state takes the event that says in which share it was.
bool waits_for_netting(const packs::Pack& pack, const views::CaseRow& window) {
  const packs::StateDef* state = state_of(pack, window);
  if (!state) return false;
  return std::ranges::any_of(state->events, [](const auto& one) {
    return std::ranges::find(one.second.form, "netted_in") != one.second.form.end();
  });
}

// What a member handed in to its houses, or will.
std::expected<std::vector<views::CaseRow>, Problem> shares_of(const Call& call,
                                                              const packs::Pack& pack,
                                                              const std::string& service,
                                                              const std::string& member) {
  BASHU_TRY(std::vector<views::CaseRow> all, all_cases(call, cases_of(pack, service)));
  std::erase_if(all, [&](const views::CaseRow& row) { return row.parties.at("member") != member; });
  return all;
}

std::expected<views::CaseRow, Problem> case_of(const Call& call, std::string_view id) {
  auto row = call.views->case_at(id);
  if (!row) return std::unexpected{problem_of(row.error())};
  if (!*row) return std::unexpected{problem_of(reject(RejectCode::unknown_case, std::string{id}))};
  return **std::move(row);
}

// Both sides' texts are the same bytes, and so are their digests.
struct OwnWindow {
  WindowStatement of;
  std::string text;
};
std::expected<OwnWindow, Problem> own_window(Context& context, const Call& call,
                                             const ClearingBook& book, const std::string& window) {
  const auto held = hold_ledger(context, call, book);
  if (!held) return std::unexpected{held.error()};
  const auto closed = (*held)->statements.find(window);
  if (closed == (*held)->statements.end()) return std::unexpected{refused(window, "not_agreed")};
  const auto value = parse_json(closed->second);
  const auto statement =
      value ? clearing::statement_of(*value)
            : std::expected<clearing::Statement, std::string>{std::unexpected{std::string{"json"}}};
  if (!statement) return std::unexpected{refused(window, "not_agreed")};
  return OwnWindow{.of = {.window = window, .statement = *statement}, .text = closed->second};
}

clearing::Money net_to(const clearing::Statement& statement, const std::string& party) {
  clearing::Money out = 0;
  for (const auto& [who, amounts] : statement.sums) {
    out += who.second == party ? amounts.net : -amounts.net;
  }
  return out;
}

std::expected<NetStatement, Problem> netting_in(Context& context, const views::CaseRow& row,
                                                const char* field) {
  BASHU_TRY(const std::string text, document_text(context, row, field));
  const auto value = parse_json(text);
  auto net = clearing::net_statement_of(value ? *value : Value{});
  if (net) return *std::move(net);
  return std::unexpected{refused(row.id, "netting_wrong", {{"member", net.error()}})};
}

bool has_window(const NetStatement& net, const std::string& window) {
  return std::ranges::find(net.lines, window, &NetStatement::Line::of) != net.lines.end();
}

bool lists(const views::CaseRow& share, const std::string& window) {
  return std::ranges::any_of(list_of(share, "statements"),
                             [&](const Value& one) { return one.text_at("window") == window; });
}

// A share that has the window and is not done with it: it goes to a netting, or went into one.
enum class Stands : std::uint8_t { free, going, netted };
std::expected<Stands, Problem> stands_in(Context& context, const packs::Pack& pack,
                                         const views::CaseRow& share, const std::string& window) {
  if (!lists(share, window) || is_left_out(pack, share)) return Stands::free;
  if (!share.data.find("released")) return Stands::going;
  BASHU_TRY(const NetStatement net, netting_in(context, share, "netting"));
  return has_window(net, window) ? Stands::netted : Stands::free;
}

// Computes what one form of a clearing house asks for.
class Netting {
 public:
  Netting(Context& context, const Call& call, const ClearingForm& form, Value given)
      : context_{context},
        call_{call},
        form_{form},
        out_{std::move(given)},
        pack_{*form.pack},
        shape_{*clearing_of(*form.pack)},
        own_{context.node.identity().party} {}

  std::expected<Value, Problem> fill() {
    if (const auto past = read_past(context_, call_); !past) return std::unexpected{past.error()};
    if (form_.service == shape_.netting) {
      if (!form_.starts) return out_;
      BASHU_TRY_OK(draw());
      return out_;
    }
    if (form_.starts) return out_;
    BASHU_TRY(const auto found, find_share(context_, call_, std::string{form_.id}));
    if (!found) return std::unexpected{not_found()};
    share_ = found->share;
    membership_ = found->membership;
    for (const auto& [field, step] :
         {std::pair{"statements", &Netting::hand_in}, std::pair{"netting", &Netting::publish},
          std::pair{"checked", &Netting::check}, std::pair{"released", &Netting::release},
          std::pair{"signed", &Netting::sign}, std::pair{"booked", &Netting::book}}) {
      if (std::ranges::find(form_.form, field) == form_.form.end()) continue;
      BASHU_TRY_OK((this->*step)());
    }
    return out_;
  }

 private:
  using Done = std::expected<void, Problem>;

  void put(const char* field, Value value) {
    out_.as_record()->insert_or_assign(field, std::move(value));
  }
  Done put_file(const char* field, const std::string& bytes, const char* name, const char* media) {
    if (bytes.size() > exchange::kDocumentMax) {
      return std::unexpected{refused(std::string{"with."} + field, "netting_too_large")};
    }
    BASHU_TRY(const std::string sha256, deposit(context_, call_.key->principal(), bytes));
    put(field, Value::Record{
                   {"sha256", sha256}, {"name", name}, {"media", media}, {"size", bytes.size()}});
    return {};
  }

  // The books of this side whose windows the house nets.
  std::expected<std::vector<ClearingBook>, Problem> books() {
    views::CaseFilter filter = cases_of(pack_, shape_.book);
    filter.equal = {{"house", Value{share_.parties.at("house")}}};
    BASHU_TRY(std::vector<views::CaseRow> rows, all_cases(call_, std::move(filter)));
    std::vector<ClearingBook> out;
    Onlooker onlooker{context_, call_};
    for (views::CaseRow& row : rows) {
      const packs::PackPtr pack = onlooker.pack(row.pack);
      const auto shape = pack ? clearing_of(*pack) : std::nullopt;
      if (!shape || row.data.text_at("way") != kMultilateral) continue;
      out.push_back(book_at(context_, pack, *shape, std::move(row)));
    }
    return out;
  }

  // Whether a share before has it.
  std::expected<bool, Problem> is_taken(const std::vector<views::CaseRow>& shares,
                                        const std::string& window) {
    for (const views::CaseRow& share : shares) {
      if (share.id == share_.id) continue;
      BASHU_TRY(const Stands stands, stands_in(context_, pack_, share, window));
      if (stands != Stands::free) return true;
    }
    return false;
  }

  Done hand_in() {
    const std::string until = share_.data.text_at("until");
    BASHU_TRY(const std::vector<ClearingBook> all, books());
    BASHU_TRY(const std::vector<views::CaseRow> shares,
              shares_of(call_, pack_, shape_.share, own_));
    Value::List list;
    std::string texts;
    for (const ClearingBook& book : all) {
      views::CaseFilter filter = cases_of(pack_, book.shape.window);
      filter.parent = book.row.id;
      BASHU_TRY(const std::vector<views::CaseRow> windows, all_cases(call_, std::move(filter)));
      for (const views::CaseRow& window : windows) {
        if (!waits_for_netting(*book.pack, window) || window.data.text_at("until") > until) {
          continue;
        }
        BASHU_TRY(const bool taken, is_taken(shares, window.id));
        if (taken || list.size() == kStatementsMax) continue;
        BASHU_TRY(const OwnWindow own, own_window(context_, call_, book, window.id));
        texts += own.text + '\n';
        list.push_back(Value::Record{{"window", window.id},
                                     {"other", book.other()},
                                     {"net", net_to(own.of.statement, own_)},
                                     {"digest", named(sha256(own.text))}});
      }
    }
    put("statements", std::move(list));
    return put_file("texts", texts, "statements.ndjson", "application/x-ndjson");
  }

  // What a member handed in, each statement with the window that it says it is of.
  std::expected<std::vector<WindowStatement>, Problem> handed_in(const views::CaseRow& share) {
    BASHU_TRY(const std::string texts, document_text(context_, share, "texts"));
    std::vector<WindowStatement> out;
    std::size_t at = 0;
    const auto wrong = [&] {
      return std::unexpected{
          refused(share.id, "share_not_whole", {{"member", share.parties.at("member")}})};
    };
    for (const Value& one : list_of(share, "statements")) {
      const std::size_t end = texts.find('\n', at);
      if (end == std::string::npos) return wrong();
      const std::string text = texts.substr(at, end - at);
      at = end + 1;
      const auto value = parse_json(text);
      const auto statement = clearing::statement_of(value ? *value : Value{});
      // Canonical, or it would have another digest at the other side.
      if (!statement || clearing::text_of(*statement) != text ||
          named(sha256(text)) != one.text_at("digest")) {
        return wrong();
      }
      out.push_back({.window = one.text_at("window"), .statement = *statement});
    }
    return out;
  }

  Done draw() {
    const std::string until = out_.text_at("until");
    BASHU_TRY(const std::vector<views::CaseRow> all,
              all_cases(call_, cases_of(pack_, shape_.share)));
    std::map<std::string, std::string> shares;  // by member
    // Who says so of each window, by its digest.
    std::map<std::pair<std::string, Hash>, std::pair<WindowStatement, std::set<std::string>>> said;
    for (const views::CaseRow& share : all) {
      if (share.parties.at("house") != own_ || share.data.text_at("until") != until ||
          !share.data.find("statements") || share.data.find("released") ||
          is_left_out(pack_, share)) {
        continue;
      }
      const std::string& member = share.parties.at("member");
      if (!shares.emplace(member, share.id).second) {
        return std::unexpected{refused(share.id, "two_shares", {{"member", member}})};
      }
      BASHU_TRY(std::vector<WindowStatement> handed, handed_in(share));
      for (WindowStatement& one : handed) {
        const Hash digest = sha256(clearing::text_of(one.statement));
        const std::pair key{one.window, digest};
        auto& [statement, by] = said[key];
        statement = std::move(one);
        by.insert(member);
      }
    }
    if (shares.empty()) return std::unexpected{refused("with.until", "no_shares")};
    std::vector<WindowStatement> both;
    for (const auto& [key, one] : said) {
      const auto& [statement, by] = one;
      if (by == std::set{statement.statement.a, statement.statement.b}) both.push_back(statement);
    }
    const auto net = clearing::net_statement(both, terms(own_));
    if (!net) {
      return std::unexpected{refused("with.until", "net_twice", {{"statement", net.error()}})};
    }
    Value::List list;
    for (const auto& [member, id] : shares) list.push_back(id);
    clearing::Money sum = 0;
    for (const clearing::Payment& one : net->settlement.payments) sum += one.amount;
    put("shares", std::move(list));
    put("root", named(net->root));
    put("lines", net->lines.size());
    put("sum", sum);
    return put_file("file", clearing::text_of(*net), "netting.json", "application/json");
  }

  static clearing::NetTerms terms(const std::string& house) {
    return {.way = clearing::Netting::multilateral, .house = house, .least = 0};
  }

  // The netting that two people of the house signed, with this share.
  std::expected<views::CaseRow, Problem> round(const std::string& id) {
    BASHU_TRY(views::CaseRow row, case_of(call_, id));
    const bool ours =
        row.service == shape_.netting && row.pack == share_.pack && row.data.bool_at("signed") &&
        std::ranges::find(list_of(row, "shares"), Value{share_.id}) != list_of(row, "shares").end();
    if (ours) return row;
    return std::unexpected{refused("with.round", "no_such_netting", {{"netting", id}})};
  }

  Done publish() {
    BASHU_TRY(const views::CaseRow drawn, round(out_.text_at("round")));
    if (share_.data.text_at("root") == drawn.data.text_at("root")) {
      return std::unexpected{refused("with.round", "published_already")};
    }
    for (const Value& id : list_of(drawn, "shares")) {
      BASHU_TRY(const views::CaseRow one, case_of(call_, *id.as_text()));
      if (!one.data.find("released") && !is_left_out(pack_, one)) continue;
      return std::unexpected{refused("with.round", "netting_is_old", {{"share", one.id}})};
    }
    BASHU_TRY(const NetStatement net, netting_in(context_, drawn, "file"));
    const auto position = net.positions.find(share_.parties.at("member"));
    put("root", drawn.data.text_at("root"));
    put("position", position == net.positions.end() ? 0 : position->second);
    return put_file("netting", clearing::text_of(net), "netting.json", "application/json");
  }

  // The statements that this side handed in and still has, as it has them itself.
  std::expected<std::vector<WindowStatement>, Problem> own_statements() {
    std::vector<WindowStatement> out;
    for (const Value& one : list_of(share_, "statements")) {
      BASHU_TRY(const views::CaseRow window, case_of(call_, one.text_at("window")));
      BASHU_TRY(const ClearingBook book, find_book(context_, call_, window.parent));
      BASHU_TRY(OwnWindow own, own_window(context_, call_, book, window.id));
      out.push_back(std::move(own.of));
    }
    return out;
  }

  // Nothing of it is believed: the file is computed again from its lines, and this side's lines
  // from its own statements.
  std::expected<NetStatement, Problem> verified() {
    BASHU_TRY(NetStatement net, netting_in(context_, share_, "netting"));
    if (net.terms != terms(share_.parties.at("house"))) {
      return std::unexpected{refused(share_.id, "netting_wrong", {{"member", "way"}})};
    }
    const std::vector<std::string> in = clearing::sides_of(net);
    BASHU_TRY(std::vector<WindowStatement> own, own_statements());
    // With whom is left out nothing is netted.
    std::erase_if(own, [&](const WindowStatement& one) {
      const std::string& other = one.statement.a == own_ ? one.statement.b : one.statement.a;
      return std::ranges::find(in, other) == in.end();
    });
    if (const auto has = clearing::has_all_of(net, own_, own); !has) {
      return std::unexpected{refused(share_.id, "netting_differs", {{"statement", has.error()}})};
    }
    const auto position = net.positions.find(own_);
    if (share_.data.int_at("position") !=
        (position == net.positions.end() ? 0 : position->second)) {
      return std::unexpected{refused(share_.id, "netting_wrong", {{"member", "position"}})};
    }
    return net;
  }

  Done check() {
    BASHU_TRY(const NetStatement net, verified());
    if (named(net.root) != share_.data.text_at("root")) {
      return std::unexpected{refused(share_.id, "netting_wrong", {{"member", "root"}})};
    }
    put("checked", named(net.root));
    return {};
  }

  Done release() {
    BASHU_TRY(const views::CaseRow drawn, round(share_.data.text_at("round")));
    const std::string root = drawn.data.text_at("root");
    std::size_t confirmed = 0;
    for (const Value& id : list_of(drawn, "shares")) {
      BASHU_TRY(const views::CaseRow one, case_of(call_, *id.as_text()));
      const bool agrees = !is_left_out(pack_, one) && one.data.text_at("checked") == root &&
                          one.data.text_at("root") == root;
      if (!agrees) {
        const char* key = is_left_out(pack_, one) ? "member_left_out" : "not_confirmed_by";
        return std::unexpected{
            refused(share_.id, key, {{"member", one.parties.at("member")}, {"share", one.id}})};
      }
      ++confirmed;
    }
    put("released", confirmed);
    return {};
  }

  // The second person of whoever pays: the amount is what this side computes once more.
  Done sign() {
    if (share_.parties.at("member") == own_) {
      BASHU_TRY(const NetStatement net, verified());
      (void)net;
    }
    BASHU_TRY(const BankPayment payment, payment_of_share(membership_, share_));
    put("signed", payment.order.payer == own_);
    return {};
  }

  // Only what the bank has booked is paid.
  Done book() {
    const Value* file = out_.find("booked");
    const auto text =
        file ? deposited_bytes(context_, call_.key->principal(), *file) : std::nullopt;
    if (!text) return {};  // the form says what is wrong with it
    BASHU_TRY(const BankPayment payment, payment_of_share(membership_, share_));
    BASHU_TRY(const std::vector<bank::Booking> bookings, bookings_in(*text));
    BASHU_TRY(const std::vector<PaidCase> all, paid_cases(context_, call_, form_.pack));
    BASHU_TRY(const PaymentBooked booked,
              booked_of(payment, share_.id, all, bookings, tolerance_of(pack_)));
    put("paid_on", booked.day.text());
    put("bookings", bookings_value(booked.bookings));
    put("rounding", booked.rounding);
    return {};
  }

  Context& context_;
  const Call& call_;
  const ClearingForm& form_;
  Value out_;
  const packs::Pack& pack_;
  ClearingShape shape_;
  const std::string& own_;
  views::CaseRow share_, membership_;
};

// Of a book whose windows a house nets: this side's shares there.
std::expected<std::vector<views::CaseRow>, Problem> shares_for(Context& context, const Call& call,
                                                               const ClearingBook& book) {
  if (book.shape.share.empty()) return std::vector<views::CaseRow>{};
  return shares_of(call, *book.pack, book.shape.share, context.node.identity().party);
}

}  // namespace

const std::vector<std::string>& computed_of_netting() {
  static const std::vector<std::string> kComputed{
      "statements", "texts",  "netting", "root",     "position", "checked", "released", "signed",
      "paid_on",    "shares", "file",    "bookings", "rounding", "lines",   "sum"};
  return kComputed;
}

std::expected<Value, Problem> of_netting(Context& context, const Call& call,
                                         const ClearingForm& form, Value given) {
  return Netting{context, call, form, std::move(given)}.fill();
}

std::expected<std::string, Problem> netted_in(Context& context, const Call& call,
                                              const ClearingBook& book,
                                              const views::CaseRow& window) {
  BASHU_TRY(const std::vector<views::CaseRow> shares, shares_for(context, call, book));
  for (const views::CaseRow& share : shares) {
    BASHU_TRY(const Stands stands, stands_in(context, *book.pack, share, window.id));
    if (stands == Stands::netted) return share.id;
  }
  return std::unexpected{refused(window.id, "not_netted")};
}

std::expected<void, Problem> in_no_netting(Context& context, const Call& call,
                                           const ClearingBook& book, const views::CaseRow& window) {
  BASHU_TRY(const std::vector<views::CaseRow> shares, shares_for(context, call, book));
  for (const views::CaseRow& share : shares) {
    BASHU_TRY(const Stands stands, stands_in(context, *book.pack, share, window.id));
    if (stands != Stands::free) {
      return std::unexpected{refused(window.id, "in_a_netting", {{"share", share.id}})};
    }
  }
  return {};
}

std::expected<std::optional<FoundShare>, Problem> find_share(Context& context, const Call& call,
                                                             const std::string& id) {
  if (const auto past = read_past(context, call); !past) return std::unexpected{past.error()};
  auto row = call.views->case_at(id);
  if (!row) return std::unexpected{problem_of(row.error())};
  if (!*row) return std::nullopt;
  Onlooker onlooker{context, call};
  const packs::PackPtr pack = onlooker.pack((*row)->pack);
  const auto shape = pack ? clearing_of(*pack) : std::nullopt;
  if (!shape || shape->share.empty() || (*row)->service != shape->share) return std::nullopt;
  if (onlooker.sight_of(**row) < Sight::full) {
    return std::unexpected{problem_of(reject(RejectCode::unknown_case, id))};
  }
  BASHU_TRY(views::CaseRow membership, case_of(call, (*row)->parent));
  return FoundShare{.pack = pack, .membership = std::move(membership), .share = **std::move(row)};
}

}  // namespace bashu::api
