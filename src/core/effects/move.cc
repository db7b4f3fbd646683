// `move`: an amount from one account of a book to another.

#include "core/effects/move.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/try.h"
#include "core/effects/effect.h"

namespace bashu::core {

namespace {

constexpr std::int64_t kIntMax = (std::int64_t{1} << 53) - 1;

packs::Eval<Account> account(const packs::Pack& pack, const packs::AccountRef& ref,
                             CaseScope& scope) {
  Account found{.book = {}, .kind = ref.kind, .key = {}};
  found.book.reserve(pack.name.size() + ref.book.size() + 1);
  found.book.append(pack.name).append("/").append(ref.book);
  if (ref.keys.size() == 1) {
    BASHU_TRY(const Value key, packs::evaluate(*ref.keys[0], scope));
    found.key = packs::join_key({&key, 1});
    return found;
  }
  Value::List keys;
  keys.reserve(ref.keys.size());
  for (const auto& program : ref.keys) {
    BASHU_TRY(Value key, packs::evaluate(*program, scope));
    keys.push_back(std::move(key));
  }
  found.key = packs::join_key(keys);
  return found;
}

const packs::AccountKind* kind_of(const packs::Pack& pack, const Account& account) {
  const auto* book =
      packs::find(pack.books, std::string_view{account.book}.substr(account.book.find('/') + 1));
  return book ? packs::find(book->accounts, account.kind) : nullptr;
}

// A window was read by a decision: no more postings into its month.
Result not_stated(const Store& store, const packs::Pack& pack, const MoveDone& move) {
  const packs::AccountKind* source = kind_of(pack, move.from);
  const packs::AccountKind* target = kind_of(pack, move.to);
  const bool windowed = (source && source->windowed) || (target && target->windowed);
  if (!windowed) return {};
  const std::string month = move.on.text().substr(0, 7);
  const bool stated = store.month_stated(move.from, month) || store.month_stated(move.to, month);
  return stated ? Result{refuse(Why::month_stated, month)} : Result{};
}

Result countable(const Store& store, const MoveDone& move) {
  std::int64_t after = 0;
  const bool overflows = __builtin_add_overflow(store.balance(move.to), move.amount, &after) ||
                         __builtin_sub_overflow(store.balance(move.from), move.amount, &after);
  return overflows ? Result{refuse(Why::balance_overflows)} : Result{};
}

// Of every day from that of the move on: nothing is spent before it came, or against what was
// already spent of it later. Days before stay as they are. Asked of what is countable.
MoveAllowed above_floor(const Store& store, const packs::Pack& pack, const MoveDone& move) {
  const packs::AccountKind* source = kind_of(pack, move.from);
  if (!source || !source->floored) return std::nullopt;
  const Low low = store.lowest(move.from, move.on, std::nullopt);
  if (low.sum >= move.amount) return std::nullopt;
  const std::string name = move.from.kind + "(" + move.from.key + ")";
  Reject refused = refusal(Why::below_floor, name,
                           {name, std::to_string(added(low.sum, -move.amount)), low.on.text()});
  if (source->marked) return refused;
  return std::unexpected{std::move(refused)};
}

void post(const MoveDone& done, const Carrying& of) {
  of.d.draft.decide(
      Posted{.id = of.id, .from = done.from, .to = done.to, .amount = done.amount, .on = done.on});
}

Value written(const Account& account) {
  return Value::List{Value{account.book.substr(account.book.find('/') + 1)}, Value{account.kind},
                     Value{account.key}};
}

Account read_account(told::Members& in, std::string_view name, const std::string& pack) {
  const Value::List& parts = in.list(name);
  if (parts.size() != 3 || !parts[0].as_text() || !parts[1].as_text() || !parts[2].as_text()) {
    in.fail();
    return {};
  }
  return {.book = BookId{pack + "/" + *parts[0].as_text()},
          .kind = *parts[1].as_text(),
          .key = *parts[2].as_text()};
}

}  // namespace

Computed<MoveDone> compute(const packs::Move& move, Computing& of) {
  BASHU_TRY(const Value amount, packs::evaluate(move.amount, of.scope));
  if (!amount.as_int()) return ill_typed("move: an amount is expected");
  if (*amount.as_int() < 0 || *amount.as_int() > kIntMax) {
    return std::unexpected{packs::EvalError{
        .kind = packs::EvalError::Kind::range,
        .text = "an amount of " + std::to_string(*amount.as_int()) + " cannot be moved"}};
  }
  if (*amount.as_int() == 0) return std::nullopt;
  BASHU_TRY(Account from, account(of.pack, move.from, of.scope));
  BASHU_TRY(Account to, account(of.pack, move.to, of.scope));
  Date on = of.scope.today();  // of the step, which a peer may verify days later
  if (move.date) {
    BASHU_TRY(const Value date, packs::evaluate(*move.date, of.scope));
    const auto day = told::as_day(&date);
    if (!day) return ill_typed("move: a date is expected");
    on = *day;
  }
  return MoveDone{
      .amount = *amount.as_int(), .from = std::move(from), .to = std::move(to), .on = on};
}

bool looks_up(const packs::Move& move) {
  return move.amount.looks_up() || move.from.looks_up || move.to.looks_up ||
         (move.date && move.date->looks_up());
}

bool matches(const MoveDone& done, const packs::Move& move, const Matching& with) {
  return done.from.kind == move.from.kind && done.to.kind == move.to.kind &&
         done.from.book == with.pack.name + "/" + move.from.book &&
         done.to.book == done.from.book && (move.date || !with.on || done.on == *with.on);
}

MoveAllowed check_move(const Store& store, const packs::Pack& pack, const MoveDone& move) {
  BASHU_TRY_OK(not_stated(store, pack, move));
  BASHU_TRY_OK(countable(store, move));
  return above_floor(store, pack, move);
}

Result enact(const MoveDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  BASHU_TRY(const std::optional<Reject> mark, check_move(of.d.draft, of.pack, done));
  post(done, of);
  if (mark) raise_exception(of.d, of.id, describe(*mark));
  return {};
}

// A fact is carried out all the same, unless it cannot be counted at all.
Result take(const MoveDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  BASHU_TRY_OK(countable(of.d.draft, done));
  const MoveAllowed allowed = check_move(of.d.draft, of.pack, done);
  post(done, of);
  if (!allowed) {
    raise_exception(of.d, of.id, describe(allowed.error()));
  } else if (*allowed) {
    raise_exception(of.d, of.id, describe(**allowed));
  }
  return {};
}

void write(const MoveDone& done, Value::Record& into) {
  into["amount"] = done.amount;
  into["from"] = written(done.from);
  into["to"] = written(done.to);
  into["date"] = done.on.text();
}

void read(told::Members& in, const std::string& pack, MoveDone& done) {
  done.amount = in.number("amount");
  done.from = read_account(in, "from", pack);
  done.to = read_account(in, "to", pack);
  const auto on = in.day("date");
  if (!on || done.amount <= 0) return in.fail();
  done.on = *on;
}

}  // namespace bashu::core
