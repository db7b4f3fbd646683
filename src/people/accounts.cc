#include "people/accounts.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "node/files.h"

namespace bashu::people {

namespace {

Fault fault(const std::filesystem::path& file, std::string what) {
  return {.what = file.string() + ": " + std::move(what)};
}

std::expected<Account, std::string> read_account(const Value& value) {
  static const std::set<std::string, std::less<>> kMembers{
      "id", "name", "roles", "divisions", "subject", "may", "password", "openid", "ended"};
  if (!value.as_record()) return std::unexpected{"an account must be a record"};
  for (const auto& [name, unused] : *value.as_record()) {
    if (!kMembers.contains(name)) return std::unexpected{"unknown member `" + name + "`"};
  }
  auto who = read_principal(value);
  if (!who) return std::unexpected{who.error()};
  who->kind = Principal::Kind::account;
  Account account;
  account.password = value.text_at("password");
  if (!account.password.empty() && !account.password.starts_with("$argon2id$")) {
    return std::unexpected{who->id + ": password must be a hash of argon2id"};
  }
  if (const Value* openid = value.find("openid")) {
    account.issuer = openid->text_at("issuer");
    account.subject = openid->text_at("subject");
    if (account.issuer.empty() || account.subject.empty()) {
      return std::unexpected{who->id + ": openid needs issuer and subject"};
    }
  }
  if (const Value* ended = value.find("ended")) {
    if (!ended->as_bool()) return std::unexpected{who->id + ": ended must be true or false"};
    account.ended = *ended->as_bool();
  }
  account.who = std::make_shared<const Principal>(std::move(*who));
  return account;
}

}  // namespace

std::string Account::credential() const {
  return hex(sha256(password + "\n" + issuer + "\n" + subject));
}

std::expected<Accounts, Fault> read_accounts(const std::filesystem::path& file) {
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{text.error()};
  const auto parsed = parse_json(*text, {.depth = 8, .values = 1'000'000});
  if (!parsed || !parsed->as_list()) {
    return std::unexpected{fault(file, "must hold a JSON list of accounts")};
  }
  Accounts accounts;
  std::set<std::pair<std::string, std::string>> bound;
  for (const Value& value : *parsed->as_list()) {
    auto account = read_account(value);
    if (!account) return std::unexpected{fault(file, account.error())};
    const std::string id = account->who->id;
    if (!account->issuer.empty() && !bound.emplace(account->issuer, account->subject).second) {
      return std::unexpected{fault(file, id + ": another account has this subject")};
    }
    if (!accounts.emplace(id, std::move(*account)).second) {
      return std::unexpected{fault(file, id + " occurs twice")};
    }
  }
  return accounts;
}

std::expected<void, Fault> write_accounts(const std::filesystem::path& file,
                                          const Accounts& accounts) {
  Value::List list;
  for (const auto& [id, account] : accounts) {
    Value::Record record;
    write_principal(record, *account.who);
    if (!account.password.empty()) record["password"] = account.password;
    if (!account.issuer.empty()) {
      record["openid"] = Value::Record{{"issuer", account.issuer}, {"subject", account.subject}};
    }
    if (account.ended) record["ended"] = true;
    if (auto sound = read_account(Value{record}); !sound) {
      return std::unexpected{fault(file, sound.error())};
    }
    list.push_back(std::move(record));
  }
  return node::write_file(file, pretty_json(list) + "\n");
}

std::string hash_password(std::string_view password) {
  BASHU_ASSERT(::sodium_init() >= 0);
  std::array<char, crypto_pwhash_STRBYTES> out{};
  BASHU_ASSERT(::crypto_pwhash_str_alg(
                   out.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                   crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0);
  return out.data();
}

bool password_fits(std::string_view password, const std::string& hash) {
  BASHU_ASSERT(::sodium_init() >= 0);
  return ::crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::shared_ptr<const Account> AccountBook::find(std::string_view id) {
  const auto accounts = file_.now();
  if (!accounts) return nullptr;
  const auto it = accounts->find(id);
  if (it == accounts->end() || it->second.ended) return nullptr;
  return {accounts, &it->second};
}

std::shared_ptr<const Account> AccountBook::find_by(std::string_view issuer,
                                                    std::string_view subject) {
  const auto accounts = file_.now();
  if (!accounts || issuer.empty() || subject.empty()) return nullptr;
  for (const auto& [id, account] : *accounts) {
    if (account.issuer == issuer && account.subject == subject && !account.ended) {
      return {accounts, &account};
    }
  }
  return nullptr;
}

}  // namespace bashu::people
