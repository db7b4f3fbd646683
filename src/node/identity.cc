#include "node/identity.h"

#include <sodium.h>
#include <sys/stat.h>

#include <chrono>
#include <initializer_list>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "base/value.h"
#include "evidence/grammar.h"
#include "evidence/signing.h"
#include "node/certificates.h"
#include "node/storage/directory_files.h"

namespace bashu::node {

namespace {

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::unexpected<Fault> fault(std::string what) {
  return std::unexpected{Fault{.what = std::move(what)}};
}

// Key files hold 64 hex digits: the seed of an Ed25519 key, the secret scalar of an X25519 key.
KeyPair signing_key(std::string kid, const std::string& seed) {
  auto [open, secret] = evidence::signing_pair(seed);
  return {.kid = std::move(kid), .public_key = std::move(open), .secret_key = std::move(secret)};
}
KeyPair sealing_key(std::string kid, const std::string& secret) {
  KeyPair key{.kid = std::move(kid),
              .public_key = std::string(crypto_box_PUBLICKEYBYTES, '\0'),
              .secret_key = secret};
  crypto_scalarmult_base(bytes(key.public_key), bytes(key.secret_key));
  return key;
}

struct Use {
  const char* name;
  KeyPair Identity::* key;
  bool seals;
};
constexpr std::initializer_list<Use> kUses{{"root", &Identity::root, false},
                                           {"envelope", &Identity::envelope, false},
                                           {"log", &Identity::log, false},
                                           {"seal", &Identity::seal, true}};
constexpr const char *kCommandUse = "command", *kCommandFile = "keys/command.key";
std::string key_file(const Use& use) { return "keys/" + std::string{use.name} + ".key"; }
constexpr const char* kSecondUses[] = {"envelope-sm2", "log-sm2"};
std::string second_file(const char* use) { return "keys/" + std::string{use} + ".key"; }
constexpr const char* kConfig = "node.json";
constexpr const char *kCaKey = "keys/ca.key", *kCaCertificate = "keys/ca.crt";

std::expected<void, Fault> check(const NewNode& what) {
  if (!evidence::is_party(what.party)) return fault("no party id: " + what.party);
  if (what.host.empty() || what.host.find_first_of(" +/\n") != std::string::npos) {
    return fault("no host name: " + what.host);
  }
  return {};
}

std::expected<KeyPair, Fault> read_key(const FileStore& files, const Use& use,
                                       const Value& config) {
  const Value* key = config.find("keys");
  key = key ? key->find(use.name) : nullptr;
  if (!key) return fault("node.json names no key " + std::string{use.name});
  const std::string owner = config.text_at("party") + "/";
  if (!key->text_at("kid").starts_with(owner)) {
    return fault("node.json calls this node " + config.text_at("party") + ", but its key " +
                 use.name + " is " + key->text_at("kid") + ": a directory is served as the party " +
                 "it was made for; put `party` back");
  }
  if (use.key == &Identity::root && key->find("token")) {  // in_token.h
    const auto known = from_hex(key->text_at("public"));
    if (!known || known->size() != crypto_sign_PUBLICKEYBYTES) {
      return fault("node.json: the public part of " + std::string{use.name} + " is missing");
    }
    return KeyPair{
        .kid = key->text_at("kid"), .public_key = {known->begin(), known->end()}, .secret_key = {}};
  }
  const std::string file = key_file(use);
  const auto text = files.read(file);
  if (!text) return std::unexpected{text.error()};
  const auto secret = from_hex(std::string_view{*text}.substr(0, 64));
  if (!secret || secret->size() != 32) return fault(files.where(file) + ": not 64 hex digits");
  KeyPair pair = use.seals ? sealing_key(key->text_at("kid"), *secret)
                           : signing_key(key->text_at("kid"), *secret);
  if (hex(pair.public_key) != key->text_at("public")) {
    return fault(files.where(file) + " is not the key that node.json names");
  }
  return pair;
}

// Nothing if node.json names none; a file that is missing then stops whoever loads.
std::expected<std::optional<KeyPair>, Fault> read_command(const FileStore& files,
                                                          const Value& config) {
  const Value* keys = config.find("keys");
  if (!keys || !keys->find(kCommandUse)) return std::nullopt;
  auto key = read_key(files, {kCommandUse, nullptr, false}, config);
  if (!key) return std::unexpected{key.error()};
  return std::optional{std::move(*key)};
}

// As read_command().
std::expected<std::optional<SecondKeys>, Fault> read_second(const FileStore& files,
                                                            const Value& config) {
  const Value* keys = config.find("keys");
  if (!keys || !keys->find(kSecondUses[0])) return std::nullopt;
  const auto read = [&](const char* use) -> std::expected<evidence::SecondSigner, Fault> {
    const std::string file = second_file(use);
    const auto text = files.read(file);
    if (!text) return std::unexpected{text.error()};
    auto key = evidence::Sm2Key::read(*text);
    const Value* named = keys->find(use);
    if (!key || !named || hex(key->public_key()) != named->text_at("public")) {
      return fault(files.where(file) + " is not the key that node.json names");
    }
    return evidence::SecondSigner{.kid = named->text_at("kid"), .key = std::move(*key)};
  };
  auto envelope = read(kSecondUses[0]), log = read(kSecondUses[1]);
  if (!envelope) return std::unexpected{envelope.error()};
  if (!log) return std::unexpected{log.error()};
  return SecondKeys{.envelope = std::move(*envelope), .log = std::move(*log)};
}

Value config_of(const Identity& identity) {
  Value::Record keys;
  for (const Use& use : kUses) {
    const KeyPair& key = identity.*use.key;
    keys[use.name] = Value::Record{{"kid", key.kid}, {"public", hex(key.public_key)}};
  }
  if (const auto& key = identity.command) {
    keys[kCommandUse] = Value::Record{{"kid", key->kid}, {"public", hex(key->public_key)}};
  }
  return Value::Record{{"party", identity.party},
                       {"name", identity.name},
                       {"origin", identity.origin},
                       {"endpoint", identity.endpoint},
                       {"peer_listen", identity.peer_listen},
                       {"api_listen", identity.api_listen},
                       {"offset_minutes", identity.offset_minutes},
                       {"created", identity.created},
                       {"keys", std::move(keys)}};
}

}  // namespace

std::expected<Identity, Fault> create_identity(const std::filesystem::path& dir,
                                               const NewNode& what) {
  if (auto good = check(what); !good) return std::unexpected{good.error()};
  std::error_code error;
  const bool ours = std::filesystem::create_directories(dir, error);
  if (ours) std::filesystem::permissions(dir, std::filesystem::perms::owner_all, error);
  if (!error) std::filesystem::create_directories(dir / "keys", error);
  if (error) return fault((dir / "keys").string() + ": " + error.message());
  if (std::filesystem::exists(dir / "journal.db")) {
    return fault(dir.string() + " holds a node already: journal.db");
  }
  ::chmod((dir / "keys").c_str(), 0700);
  DirectoryFiles files{dir};
  return create_identity(files, what);
}

std::expected<Identity, Fault> create_identity(FileStore& files, const NewNode& what) {
  BASHU_ASSERT(sodium_init() >= 0);
  if (auto good = check(what); !good) return std::unexpected{good.error()};
  if (files.has(kConfig)) {
    return fault(files.where(kConfig) + ": this place holds a node already");
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const std::size_t colon = what.peer_listen.rfind(':');
  const std::string port =
      colon == std::string::npos ? std::string{":443"} : what.peer_listen.substr(colon);
  const bool v6 = what.host.find(':') != std::string::npos;
  Identity identity{
      .party = what.party,
      .name = what.name,
      .origin = what.host + "/bashu/1",
      .endpoint = "https://" + (v6 ? "[" + what.host + "]" : what.host) + port + "/bashu/v1",
      .peer_listen = what.peer_listen,
      .api_listen = what.api_listen,
      .offset_minutes = what.offset_minutes,
      .root = {},
      .envelope = {},
      .log = {},
      .seal = {},
      .created = now.count() / 1000,
      .dir = files.directory()};
  for (const Use& use : kUses) {
    std::string secret(32, '\0');
    randombytes_buf(secret.data(), secret.size());
    const std::string kid = what.party + "/" + use.name + "/1";
    identity.*use.key = use.seals ? sealing_key(kid, secret) : signing_key(kid, secret);
    if (auto written = files.write(key_file(use), hex(secret) + "\n"); !written) {
      return std::unexpected{written.error()};
    }
  }
  std::string seed(crypto_sign_SEEDBYTES, '\0');
  randombytes_buf(seed.data(), seed.size());
  identity.command = signing_key(what.party + "/command/1", seed);
  if (auto written = files.write(kCommandFile, hex(seed) + "\n"); !written) {
    return std::unexpected{written.error()};
  }
  const auto ca = make_ca(what.party, Instant{now.count()});
  if (!ca) return std::unexpected{ca.error()};
  if (auto written = files.write(kCaKey, ca->key_pem); !written) {
    return std::unexpected{written.error()};
  }
  if (auto written = files.write(kCaCertificate, ca->certificate_pem, 0644); !written) {
    return std::unexpected{written.error()};
  }
  // Last: a directory with node.json has all the rest.
  const auto written = files.write(kConfig, pretty_json(config_of(identity)) + "\n", 0644);
  if (!written) return std::unexpected{written.error()};
  return identity;
}

std::expected<PublicIdentity, Fault> load_public_identity(const std::filesystem::path& dir) {
  return load_public_identity(DirectoryFiles{dir});
}

std::expected<PublicIdentity, Fault> load_public_identity(const FileStore& files) {
  const auto text = files.read(kConfig);
  if (!text) return std::unexpected{text.error()};
  const auto config = parse_json(*text);
  if (!config) return fault(files.where(kConfig) + ": " + config.error().code);
  const Value* keys = config->find("keys");
  const Value* log = keys ? keys->find("log") : nullptr;
  const std::string key = from_hex(log ? log->text_at("public") : "").value_or("");
  PublicIdentity identity;
  identity.party = core::PartyId{config->text_at("party")};
  identity.origin = config->text_at("origin");
  identity.log_key.assign(key.data(), key.size());
  const Value* before = log ? log->find("before") : nullptr;
  const Value::List* earlier = before ? before->as_list() : nullptr;
  for (const Value& one : earlier ? *earlier : Value::List{}) {
    const std::string* digits = one.as_text();
    const std::string old = digits ? from_hex(*digits).value_or("") : std::string{};
    if (old.size() != key.size()) return fault(files.where(kConfig) + ": keys.log.before");
    identity.log_keys_before.push_back(old);
  }
  if (const Value* list = config->find("predecessors")) {
    auto known = evidence::read_predecessors(*list);
    if (!known) return fault(files.where(kConfig) + ": predecessors are misshapen");
    identity.predecessors = *std::move(known);
  }
  if (!evidence::is_party(identity.party) || identity.origin.empty() || key.size() != 32) {
    return fault(files.where(kConfig) + ": party, origin or keys.log is missing");
  }
  return identity;
}

std::expected<Identity, Fault> load_identity(const std::filesystem::path& dir) {
  return load_identity(DirectoryFiles{dir});
}

std::expected<Identity, Fault> load_identity(const FileStore& files) {
  BASHU_ASSERT(sodium_init() >= 0);
  const auto known = load_public_identity(files);
  if (!known) return std::unexpected{known.error()};
  const auto text = files.read(kConfig);
  if (!text) return std::unexpected{text.error()};
  const auto config = parse_json(*text);
  if (!config) return fault(files.where(kConfig) + ": " + config.error().code);
  Identity identity{.party = known->party,
                    .name = config->text_at("name"),
                    .origin = known->origin,
                    .predecessors = known->predecessors,
                    .endpoint = config->text_at("endpoint"),
                    .peer_listen = config->text_at("peer_listen"),
                    .api_listen = config->text_at("api_listen"),
                    .offset_minutes = static_cast<int>(config->int_at("offset_minutes", 480)),
                    .root = {},
                    .envelope = {},
                    .log = {},
                    .seal = {},
                    .created = config->int_at("created"),
                    .dir = files.directory()};
  for (const Use& use : kUses) {
    auto key = read_key(files, use, *config);
    if (!key) return std::unexpected{key.error()};
    identity.*use.key = std::move(*key);
  }
  auto command = read_command(files, *config);
  if (!command) return std::unexpected{command.error()};
  identity.command = std::move(*command);
  auto second = read_second(files, *config);
  if (!second) return std::unexpected{second.error()};
  identity.second = std::move(*second);
  if (const Value* node = config->find("node")) {
    evidence::NodeRecord record{
        .of = node->text_at("of"), .divisions = {}, .site = node->text_at("site")};
    const Value* divisions = node->find("divisions");
    for (const Value& one :
         divisions && divisions->as_list() ? *divisions->as_list() : Value::List{}) {
      if (const std::string* code = one.as_text()) record.divisions.push_back(*code);
    }
    identity.node = std::move(record);
  }
  return identity;
}

std::expected<void, Fault> set_node(FileStore& files, const evidence::NodeRecord& node) {
  const auto text = files.read(kConfig);
  if (!text) return std::unexpected{text.error()};
  auto config = parse_json(*text);
  if (!config || !config->as_record()) return fault(files.where(kConfig) + ": no JSON");
  config->as_record()->insert_or_assign("node", evidence::node_value(node));
  return files.write(kConfig, pretty_json(*config) + "\n", 0644);
}

std::expected<void, Fault> set_successor(FileStore& files, const std::string& origin,
                                         const evidence::Predecessors& predecessors) {
  const auto text = files.read(kConfig);
  if (!text) return std::unexpected{text.error()};
  auto config = parse_json(*text);
  if (!config || !config->as_record()) return fault(files.where(kConfig) + ": no JSON");
  config->as_record()->insert_or_assign("origin", origin);
  config->as_record()->insert_or_assign("predecessors", evidence::predecessors_value(predecessors));
  return files.write(kConfig, pretty_json(*config) + "\n", 0644);
}

std::expected<void, Fault> make_second_keys(FileStore& files) {
  const auto identity = load_identity(files);
  if (!identity) return std::unexpected{identity.error()};
  if (identity->second) return fault(files.where(kConfig) + " names keys of SM2 already");
  const auto text = files.read(kConfig);
  auto config = text ? parse_json(*text) : std::unexpected{JsonError{}};
  Value* keys = config ? &config->as_record()->at("keys") : nullptr;
  if (!keys) return fault(files.where(kConfig) + " cannot be read");
  for (const char* use : kSecondUses) {
    const evidence::Sm2Key key = evidence::Sm2Key::make();
    if (auto written = files.write(second_file(use), key.pem()); !written) return written;
    keys->as_record()->insert_or_assign(use,
                                        Value::Record{{"kid", identity->party + "/" + use + "/1"},
                                                      {"public", hex(key.public_key())}});
  }
  // Last: keys that node.json does not name are none.
  return files.write(kConfig, pretty_json(*config) + "\n", 0644);
}

std::expected<void, Fault> make_command_key(FileStore& files) {
  const auto identity = load_identity(files);
  if (!identity) return std::unexpected{identity.error()};
  if (identity->command) return {};
  const auto text = files.read(kConfig);
  auto config = text ? parse_json(*text) : std::unexpected{JsonError{}};
  Value* keys = config ? &config->as_record()->at("keys") : nullptr;
  if (!keys) return fault(files.where(kConfig) + " cannot be read");
  const std::string seed{as_bytes(sha256("bashu.command/v1\n", identity->log.secret_key))};
  const KeyPair key = signing_key(identity->party + "/command/1", seed);
  if (auto written = files.write(kCommandFile, hex(seed) + "\n"); !written) return written;
  // Last: keys that node.json does not name are none.
  keys->as_record()->insert_or_assign(
      kCommandUse, Value::Record{{"kid", key.kid}, {"public", hex(key.public_key)}});
  return files.write(kConfig, pretty_json(*config) + "\n", 0644);
}

std::expected<Certificate, Fault> load_ca(const FileStore& files) {
  auto certificate = files.read(kCaCertificate);
  if (!certificate) return std::unexpected{certificate.error()};
  auto key = files.read(kCaKey);
  if (!key) return std::unexpected{key.error()};
  return Certificate{.certificate_pem = std::move(*certificate), .key_pem = std::move(*key)};
}

}  // namespace bashu::node
