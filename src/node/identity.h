// Who a node is: the party, its names, and its secret keys (libsodium; files of mode 0600 in
// DIR/keys). Layout of DIR:
//
//   node.json        party, name, origin, endpoint, addresses, offset from UTC
//   keys/            root.key envelope.key log.key seal.key command.key ca.key ca.crt (PEM or 64
//   hex
//                    digits); envelope-sm2.key log-sm2.key, of a node that signs twice
//   passwords.json   salted hashes of passwords; the journal says which count
//   journal.db       the journal; everything below can be rebuilt or fetched again
//   journal.url      or where it is instead: postgres://HOST/DATABASE
//   index.db tree/   where messages are, tree nodes
//   snapshots/       states of the core
//   views.db         SQL tables
//   vault.db         keys of sealed values: kept apart from journal and its backups
//   vault.url        or where they are instead
//   blobs/           documents, encrypted, by SHA-256
//   published        the largest checkpoint that ever left (restore guard): no part of any backup
//   deciding         the message being decided, in case it brings the process down
//   lock             held by the one writer
//   rehearsal-day    the day set by hand, in rehearsals
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "core/event.h"
#include "evidence/agreement.h"
#include "evidence/envelope.h"
#include "evidence/succession.h"
#include "node/storage/file_store.h"

namespace bashu::node {

struct KeyPair {           // Ed25519, or X25519 for sealing
  std::string kid;         // `sichuan/envelope/1`
  std::string public_key;  // 32 bytes
  std::string secret_key;  // 64 bytes of Ed25519 as libsodium has them; 32 of X25519
};

// The keys of the second signature, SM2.
struct SecondKeys {
  evidence::SecondSigner envelope, log;
};

struct Identity {
  core::PartyId party;                       // `sichuan`
  std::string name;                          // for people
  std::string origin;                        // `sichuan.example/bashu/1`
  evidence::Predecessors predecessors = {};  // logs that this one goes on from
  std::string endpoint;                      // `https://sichuan.example:7443/bashu/v1`
  std::string peer_listen;                   // address:port of the exchange
  std::string api_listen;                    // address:port of the API
  int offset_minutes = 480;
  KeyPair root, envelope, log, seal;
  std::optional<KeyPair> command = std::nullopt;  // of the sign-in service; older nodes have none
  std::optional<SecondKeys> second = std::nullopt;
  std::optional<evidence::NodeRecord> node = std::nullopt;  // nullopt: the party has no other
  std::int64_t created = 0;   // seconds; node keys are valid 90 days from here
  std::filesystem::path dir;  // empty: it is not kept in one
};

// Fresh keys and configuration; refused if there is a node already. DIR is made.
struct NewNode {
  core::PartyId party;
  std::string name, host, peer_listen, api_listen;
  int offset_minutes = 480;
};
[[nodiscard]] std::expected<Identity, Fault> create_identity(FileStore& files, const NewNode& what);
[[nodiscard]] std::expected<Identity, Fault> create_identity(const std::filesystem::path& dir,
                                                             const NewNode& what);
[[nodiscard]] std::expected<Identity, Fault> load_identity(const FileStore& files);
[[nodiscard]] std::expected<Identity, Fault> load_identity(const std::filesystem::path& dir);

// Makes the keys of the second signature and names them in node.json; refused if there are any.
[[nodiscard]] std::expected<void, Fault> make_second_keys(FileStore& files);

// Makes the key of the sign-in service for a node of before there was one, and names it in
// node.json; nothing if it has one. It follows from the log's, so that a standby makes the same.
[[nodiscard]] std::expected<void, Fault> make_command_key(FileStore& files);

// Names in node.json which of its party's nodes it is; the next edition of the agreement says so.
[[nodiscard]] std::expected<void, Fault> set_node(FileStore& files,
                                                  const evidence::NodeRecord& node);

// Names the next log in node.json: what is there of the one before is its beginning.
[[nodiscard]] std::expected<void, Fault> set_successor(FileStore& files, const std::string& origin,
                                                       const evidence::Predecessors& predecessors);

// What a reader of the journal needs: nothing secret.
struct PublicIdentity {
  core::PartyId party;
  std::string origin;
  std::string log_key;                            // 32 bytes
  evidence::Predecessors predecessors = {};       // logs that this one goes on from
  std::vector<std::string> log_keys_before = {};  // revoked ones, under which older entries stand
};
[[nodiscard]] std::expected<PublicIdentity, Fault> load_public_identity(const FileStore& files);
[[nodiscard]] std::expected<PublicIdentity, Fault> load_public_identity(
    const std::filesystem::path& dir);

// The authority in keys/ca.crt and ca.key.
struct Certificate;
[[nodiscard]] std::expected<Certificate, Fault> load_ca(const FileStore& files);

}  // namespace bashu::node
