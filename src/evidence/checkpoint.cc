#include "evidence/checkpoint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "evidence/grammar.h"
#include "evidence/signing.h"
#include "evidence/tree.h"

namespace bashu::evidence {
namespace {

constexpr std::size_t kNoteMax = 65'536;
constexpr std::size_t kSignaturesMax = 32;
constexpr std::size_t kPathMax = 63;
// Header, leaf, index and path: the leaf has at most 1,024 bytes.
constexpr std::size_t kReceiptMax = kNoteMax + 8'192;
constexpr std::string_view kDash = "\u2014 ";  // U+2014, as signed-note has it
constexpr std::string_view kLogType = "\x01";
constexpr std::string_view kWitnessType = "\x04";
// No byte is assigned to SM2: 0xff and a longer name, in which its distinguishing id stands.
constexpr std::string_view kSecondType =
    "\xff"
    "bashu/sm2-sm3/1234567812345678";
static_assert(kSecondType.ends_with(kSm2Id));
constexpr std::size_t kKeyIdSize = 4;
constexpr std::size_t kTimeSize = 8;
constexpr std::size_t kSignatureSize = 64;

std::unexpected<Bad> bad(Code code) { return std::unexpected{Bad{code}}; }

std::string key_id(std::string_view name, std::string_view type, std::string_view public_key) {
  std::string text{name};
  text += '\n';
  text += type;
  text += public_key;
  return std::string{as_bytes(sha256(text)).substr(0, kKeyIdSize)};
}

std::string key_text(std::string_view name, std::string_view type, std::string_view public_key) {
  std::string key{name};
  key += '+';
  key += hex(key_id(name, type, public_key));
  key += '+';
  key += base64(std::string{type}.append(public_key));
  return key;
}

std::string signature_line(std::string_view name, std::string_view raw) {
  std::string line{kDash};
  line += name;
  line += ' ';
  line += base64(raw);
  line += '\n';
  return line;
}

std::string cosigned_message(std::uint64_t time, std::string_view body) {
  std::string message = "cosignature/v1\ntime " + std::to_string(time) + '\n';
  message += body;
  return message;
}

// White space of Unicode beyond the control characters, in UTF-8; none may stand in a key's name.
bool has_space(std::string_view name) {
  constexpr std::array<std::string_view, 20> kSpaces = {" ",
                                                        "\xc2\x85",
                                                        "\xc2\xa0",
                                                        "\xe1\x9a\x80",
                                                        "\xe2\x80\x80",
                                                        "\xe2\x80\x81",
                                                        "\xe2\x80\x82",
                                                        "\xe2\x80\x83",
                                                        "\xe2\x80\x84",
                                                        "\xe2\x80\x85",
                                                        "\xe2\x80\x86",
                                                        "\xe2\x80\x87",
                                                        "\xe2\x80\x88",
                                                        "\xe2\x80\x89",
                                                        "\xe2\x80\x8a",
                                                        "\xe2\x80\xa8",
                                                        "\xe2\x80\xa9",
                                                        "\xe2\x80\xaf",
                                                        "\xe2\x81\x9f",
                                                        "\xe3\x80\x80"};
  return std::ranges::any_of(kSpaces, [&](std::string_view space) { return name.contains(space); });
}

struct SignatureLine {
  std::string_view name;
  std::string raw;  // key id and signature
};
Verified<SignatureLine> read_signature_line(std::string_view line) {
  if (!line.starts_with(kDash)) return bad("note-form");
  line.remove_prefix(kDash.size());
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos || space == 0) return bad("note-form");
  const std::string_view name = line.substr(0, space), text = line.substr(space + 1);
  if (text.empty() || name.contains('+') || has_space(name)) return bad("note-form");
  const auto is_base64 = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
  };
  if (!std::ranges::all_of(text, is_base64)) return bad("note-form");
  std::optional<std::string> raw = from_base64(text);
  if (!raw) return bad("base64");
  if (raw->size() <= kKeyIdSize) return bad("note-form");
  return SignatureLine{name, *std::move(raw)};
}

struct Note {
  std::string_view body;  // with its final newline
  std::vector<SignatureLine> signatures;
};
Verified<Note> read_note(std::string_view note) {
  if (note.size() > kNoteMax) return bad("note-size");
  if (!is_utf8(note)) return bad("note-utf8");
  for (const char c : note)
    if (static_cast<std::uint8_t>(c) < 0x20 && c != '\n') return bad("note-control");
  const std::size_t cut = note.rfind("\n\n");
  if (cut == std::string_view::npos || note.back() != '\n') return bad("note-form");
  Note read{.body = note.substr(0, cut + 1), .signatures = {}};
  std::string_view rest = note.substr(cut + 2);
  const auto count = static_cast<std::size_t>(std::ranges::count(rest, '\n'));
  if (count < 1 || count > kSignaturesMax) return bad("note-signatures");
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    Verified<SignatureLine> line = read_signature_line(rest.substr(0, end));
    if (!line) return std::unexpected{line.error()};
    read.signatures.push_back(*std::move(line));
    rest.remove_prefix(end + 1);
  }
  return read;
}

// The time of a cosignature; nullopt if it does not verify.
std::optional<std::uint64_t> cosigned_at(const SignatureLine& line, std::string_view body,
                                         std::string_view public_key) {
  if (line.raw.size() != kKeyIdSize + kTimeSize + kSignatureSize) return std::nullopt;
  std::uint64_t time = 0;
  for (const char c : std::string_view{line.raw}.substr(kKeyIdSize, kTimeSize))
    time = time << 8 | static_cast<std::uint8_t>(c);
  if (time >> 63) return std::nullopt;
  const std::string_view signature = std::string_view{line.raw}.substr(kKeyIdSize + kTimeSize);
  if (!verify_ed25519(public_key, cosigned_message(time, body), signature)) return std::nullopt;
  return time;
}

// What the log's own keys have signed of a note.
struct LogSigned {
  bool first = false, second = false;
};
bool is_second(std::string_view log_key) { return log_key.size() == kSm2KeySize; }

// Whether the line is of a key of that log; `note-signature` if it is and does not verify.
Verified<void> log_signed(const SignatureLine& line, std::string_view body, std::string_view origin,
                          std::span<const std::string> log_keys, LogSigned& by_log) {
  if (line.name != origin) return {};
  const std::string_view raw = line.raw;
  const auto log_key = std::ranges::find_if(log_keys, [&](const std::string& known) {
    return key_id(origin, is_second(known) ? kSecondType : kLogType, known) ==
           raw.substr(0, kKeyIdSize);
  });
  if (log_key == log_keys.end()) return {};
  const bool second = is_second(*log_key);
  const auto verify = second ? verify_sm2 : verify_ed25519;
  if (!verify(*log_key, body, raw.substr(kKeyIdSize))) return bad("note-signature");
  (second ? by_log.second : by_log.first) = true;
  return {};
}

Verified<void> read_body(std::string_view origin, Checkpoint& checkpoint) {
  const std::string_view body = checkpoint.body;
  if (std::ranges::count(body, '\n') != 3) return bad("checkpoint-form");
  const std::size_t first = body.find('\n'), second = body.find('\n', first + 1);
  const auto size = parse_decimal(body.substr(first + 1, second - first - 1));
  if (!size) return bad("checkpoint-form");
  if (body.substr(0, first) != origin) return bad("origin");
  const auto root = from_base64(body.substr(second + 1, body.size() - second - 2));
  if (!root) return bad("base64");
  if (root->size() != checkpoint.root.size()) return bad("checkpoint-form");
  checkpoint.size = *size;
  std::ranges::transform(*root, checkpoint.root.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return {};
}

}  // namespace

std::string verifier_key(std::string_view name, std::uint8_t type, std::string_view public_key) {
  return key_text(name, std::string(1, static_cast<char>(type)), public_key);
}

std::string second_verifier_key(std::string_view name, std::string_view public_key) {
  return key_text(name, kSecondType, public_key);
}

std::string sign_note(std::string text, std::string_view name, std::string_view secret_key) {
  const std::string signature = sign_ed25519(secret_key, text);
  // libsodium keeps the public key in the second half of the secret one.
  const std::string id = key_id(name, kLogType, secret_key.substr(32));
  text += '\n';
  text += signature_line(name, id + signature);
  return text;
}

Verified<std::string> open_note(std::string_view note, std::string_view name,
                                std::span<const std::string> log_keys) {
  const Verified<Note> read = read_note(note);
  if (!read) return std::unexpected{read.error()};
  LogSigned by_log;
  for (const SignatureLine& line : read->signatures) {
    const auto known = log_signed(line, read->body, name, log_keys, by_log);
    if (!known) return std::unexpected{known.error()};
  }
  if (!by_log.first) return bad("note-unsigned");
  return std::string{read->body};
}

std::string second_line(std::string_view text, std::string_view name, const Sm2Key& key) {
  return signature_line(name, key_id(name, kSecondType, key.public_key()) + key.sign(text));
}

namespace {

// A key that says `type` before it and is `size` bytes long, as key_text() writes it.
Verified<LogKey> read_key_text(std::string_view text, std::string_view type, std::size_t size) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return bad("verifier-key");
  const auto raw = from_base64(text.substr(second + 1));
  if (!raw || raw->size() != type.size() + size || !raw->starts_with(type))
    return bad("verifier-key");
  LogKey key{.name = std::string{text.substr(0, first)}, .public_key = raw->substr(type.size())};
  if (key_text(key.name, type, key.public_key) != text) return bad("verifier-key");
  return key;
}
constexpr std::size_t kKeySize = 32;

}  // namespace

Verified<LogKey> read_verifier_key(std::string_view text) {
  const auto second = read_key_text(text, kSecondType, kSm2KeySize);
  return second ? second : read_key_text(text, kLogType, kKeySize);
}

Verified<WitnessKey> read_witness_key(std::string_view text) {
  auto key = read_key_text(text, kWitnessType, kKeySize);
  if (!key) return std::unexpected{key.error()};
  return WitnessKey{.name = std::move(key->name), .public_key = std::move(key->public_key)};
}

std::string checkpoint_body(std::string_view origin, std::uint64_t size, const Hash& root) {
  std::string body{origin};
  body += '\n';
  body += std::to_string(size);
  body += '\n';
  body += base64(as_bytes(root));
  body += '\n';
  return body;
}

std::string sign_checkpoint(std::string_view origin, std::uint64_t size, const Hash& root,
                            std::string_view secret_key) {
  return sign_note(checkpoint_body(origin, size, root), origin, secret_key);
}

Verified<Checkpoint> open_checkpoint(std::string_view note, std::string_view origin,
                                     std::span<const std::string> log_keys,
                                     std::span<const WitnessKey> witnesses) {
  const Verified<Note> read = read_note(note);
  if (!read) return std::unexpected{read.error()};
  Checkpoint checkpoint;
  checkpoint.body = read->body;
  LogSigned by_log;
  for (const SignatureLine& line : read->signatures) {
    const std::string_view id = std::string_view{line.raw}.substr(0, kKeyIdSize);
    const auto witness = std::ranges::find_if(witnesses, [&](const WitnessKey& known) {
      return known.name == line.name && key_id(known.name, kWitnessType, known.public_key) == id;
    });
    if (witness != witnesses.end()) {
      const auto time = cosigned_at(line, read->body, witness->public_key);
      if (!time) return bad("note-signature");
      checkpoint.cosigned[witness->name] = *time;
      continue;
    }
    const auto known = log_signed(line, read->body, origin, log_keys, by_log);
    if (!known) return std::unexpected{known.error()};
  }
  if (!by_log.first) return bad("note-unsigned");
  checkpoint.second = by_log.second;
  const Verified<void> form = read_body(origin, checkpoint);
  if (!form) return std::unexpected{form.error()};
  return checkpoint;
}

Verified<Checkpoint> open_cosigned(std::string_view note, std::string_view origin,
                                   const WitnessKey& witness) {
  const Verified<Note> read = read_note(note);
  if (!read) return std::unexpected{read.error()};
  Checkpoint checkpoint;
  checkpoint.body = read->body;
  for (const SignatureLine& line : read->signatures) {
    if (line.name != witness.name ||
        !line.raw.starts_with(key_id(witness.name, kWitnessType, witness.public_key)))
      continue;
    const auto time = cosigned_at(line, read->body, witness.public_key);
    if (!time) return bad("note-signature");
    checkpoint.cosigned[witness.name] = *time;
  }
  if (checkpoint.cosigned.empty()) return bad("note-unsigned");
  const Verified<void> form = read_body(origin, checkpoint);
  if (!form) return std::unexpected{form.error()};
  return checkpoint;
}

std::string cosignature_line(std::string_view body, std::string_view name, std::uint64_t time,
                             std::string_view secret_key) {
  std::string raw = key_id(name, kWitnessType, secret_key.substr(32));
  for (int shift = 56; shift >= 0; shift -= 8)
    raw.push_back(static_cast<char>((time >> shift) & 0xff));
  raw += sign_ed25519(secret_key, cosigned_message(time, body));
  return signature_line(name, raw);
}

std::string make_receipt(std::string_view leaf, std::uint64_t index, std::span<const Hash> path,
                         std::string_view note) {
  std::string receipt = "c2sp.org/tlog-proof@v1\nextra ";
  receipt += base64(leaf);
  receipt += "\nindex ";
  receipt += std::to_string(index);
  receipt += '\n';
  for (const Hash& hash : path) {
    receipt += base64(as_bytes(hash));
    receipt += '\n';
  }
  receipt += '\n';
  receipt += note;
  return receipt;
}

Verified<Receipt> open_receipt(std::string_view receipt, std::string_view origin,
                               std::span<const std::string> log_keys,
                               std::span<const WitnessKey> witnesses) {
  const std::size_t cut = receipt.find("\n\n");
  if (receipt.size() > kReceiptMax || cut == std::string_view::npos) return bad("receipt-form");
  std::string_view head = receipt.substr(0, cut + 1);
  const auto is_ascii = [](char c) { return static_cast<std::uint8_t>(c) < 0x80; };
  if (!std::ranges::all_of(head, is_ascii)) return bad("receipt-form");
  const auto take_line = [&head]() -> std::optional<std::string_view> {
    if (head.empty()) return std::nullopt;
    const std::size_t end = head.find('\n');
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 1);
    return line;
  };
  constexpr std::string_view kExtra = "extra ", kIndex = "index ";
  const auto format = take_line(), extra = take_line(), index_line = take_line();
  if (!index_line || *format != "c2sp.org/tlog-proof@v1" || !extra->starts_with(kExtra) ||
      !index_line->starts_with(kIndex))
    return bad("receipt-form");
  const auto index = parse_decimal(index_line->substr(kIndex.size()));
  if (!index) return bad("receipt-form");
  std::vector<Hash> path;
  while (const auto line = take_line()) {
    const auto raw = from_base64(*line);
    if (!raw) return bad("base64");
    if (raw->size() != Hash{}.size() || path.size() == kPathMax) return bad("receipt-form");
    std::ranges::transform(*raw, path.emplace_back().begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
  }
  std::optional<std::string> leaf = from_base64(extra->substr(kExtra.size()));
  if (!leaf) return bad("base64");
  Verified<Checkpoint> checkpoint =
      open_checkpoint(receipt.substr(cut + 2), origin, log_keys, witnesses);
  if (!checkpoint) return std::unexpected{checkpoint.error()};
  const Verified<Hash> root = root_from_inclusion(*index, checkpoint->size, leaf_hash(*leaf), path);
  if (!root) return std::unexpected{root.error()};
  if (*root != checkpoint->root) return bad("inclusion");
  Verified<EntryLeaf> entry = parse_entry(*leaf);
  if (!entry) return std::unexpected{entry.error()};
  if (entry->index != *index) return bad("entry-index");
  return Receipt{*std::move(entry), *std::move(leaf), *std::move(checkpoint)};
}

Verified<Receipt> accept_receipt(std::string_view receipt, std::string_view origin,
                                 std::span<const std::string> log_keys, std::string_view message_id,
                                 std::string_view channel, std::uint64_t seq) {
  Verified<Receipt> opened = open_receipt(receipt, origin, log_keys);
  if (!opened) return opened;
  const EntryLeaf& entry = opened->entry;
  if ((entry.kind != "recv" && entry.kind != "resolve") || entry.outcome == "-")
    return bad("entry-kind");
  if (entry.evidence != message_id || entry.channel != channel || entry.seq != seq)
    return bad("other-message");
  return opened;
}

}  // namespace bashu::evidence
