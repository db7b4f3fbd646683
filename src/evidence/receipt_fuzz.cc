// Opens any bytes as a receipt, a checkpoint and a witness's request; and any text before a
// signature as a checkpoint that is signed.
#include "evidence/checkpoint.h"
#include "evidence/fuzz.h"
#include "evidence/signing.h"
#include "evidence/witness.h"

using namespace bashu::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kOrigin = "a.example/bashu/1";
  static const std::vector<std::string> log_keys{fuzz::key().public_key};
  static const std::vector<WitnessKey> witnesses{{"w.example/bashu/witness/1", log_keys[0]}};
  // The signature line of this log, of which only the signature itself depends on the text.
  static const std::string some_note =
      sign_checkpoint(kOrigin, 0, empty_root(), fuzz::key().secret_key);
  static const std::string raw = *bashu::from_base64(std::string_view{some_note}.substr(
      some_note.rfind(' ') + 1, some_note.size() - some_note.rfind(' ') - 2));

  const std::string_view bytes = fuzz::input(data, size);
  static_cast<void>(open_receipt(bytes, kOrigin, log_keys, witnesses));
  static_cast<void>(open_checkpoint(bytes, kOrigin, log_keys, witnesses));
  WitnessedLog log{.keys = log_keys};
  const auto find = [&](std::string_view) { return &log; };
  static_cast<void>(check_add_checkpoint(bytes, find));

  const std::string body = std::string{bytes} + '\n';
  std::string note = body;
  note += "\n\u2014 ";
  note += kOrigin;
  note += ' ';
  note += bashu::base64(raw.substr(0, 4) + sign_ed25519(fuzz::key().secret_key, body));
  note += '\n';
  const auto opened = open_checkpoint(note, kOrigin, log_keys, witnesses);
  if (opened) fuzz::require(opened->body == body);

  // The same bytes before the checkpoint of a log that has one entry, the one they state.
  const std::string_view head = bytes.substr(0, bytes.find("\n\n"));
  const std::size_t extra = head.find("extra ");
  if (extra == std::string_view::npos) return 0;
  const std::string_view line = head.substr(extra + 6);
  const auto leaf = bashu::from_base64(line.substr(0, line.find('\n')));
  if (!leaf) return 0;
  const std::string receipt = std::string{head} + "\n\n" +
                              sign_checkpoint(kOrigin, 1, leaf_hash(*leaf), fuzz::key().secret_key);
  if (const auto proven = open_receipt(receipt, kOrigin, log_keys))
    fuzz::require(proven->leaf == *leaf && entry_text(proven->entry) == *leaf);
  return 0;
}
