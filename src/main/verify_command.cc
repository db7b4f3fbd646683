// bashu verify: whether a paper is as a node printed it and rests on an entry of its journal, given
// only the verifier key of the journal. A proof that stands in a file by itself is judged too.

#include <optional>
#include <ostream>

#include "base/json.h"
#include "evidence/checkpoint.h"
#include "main/commands.h"
#include "node/files.h"
#include "papers/evidence.h"

namespace bashu::cli {

namespace {

Exit wrong(const Console& console, const Verify& what, const std::string& code) {
  console.out << what.file << ": " << console.say("not valid: ", "无效：") << code << '\n';
  return Exit::refused;
}

// The key itself, or a file that holds it.
std::optional<evidence::LogKey> read_key(const std::string& text) {
  auto key = evidence::read_verifier_key(text);
  if (!key) {
    if (const auto held = node::read_file(text)) key = evidence::read_verifier_key(*held);
  }
  return key ? std::optional{*std::move(key)} : std::nullopt;
}

void print_rows(const Console& console, const Value* rows) {
  if (!rows || !rows->as_list()) return;
  for (const Value& row : *rows->as_list()) {
    console.out << "  " << row.text_at("name") << console.say(": ", "：") << row.text_at("value")
                << '\n';
  }
}

void print_paper(const Console& console, const Value& said) {
  for (const char* line : {"title", "issuer", "number", "text", "warning"}) {
    if (const std::string text = said.text_at(line); !text.empty()) console.out << text << '\n';
  }
  if (const Value* groups = said.find("groups"); groups && groups->as_list()) {
    for (const Value& group : *groups->as_list()) {
      if (const std::string title = group.text_at("title"); !title.empty()) {
        console.out << title << '\n';
      }
      print_rows(console, group.find("rows"));
    }
  }
  print_rows(console, said.find("foot"));
  console.out << said.text_at("code") << "  " << said.text_at("link") << '\n';
}

void print_proof(const Console& console, const evidence::Receipt& receipt,
                 const std::string& origin) {
  console.out << console.say("entry ", "条目 ") << receipt.entry.index
              << console.say(" is in the journal ", " 在日志中：") << origin
              << console.say(", of ", "，条目数 ") << receipt.checkpoint.size
              << console.say(" entries\n", "\n");
  if (receipt.checkpoint.second) {
    console.out << console.say("signed by SM2 as well\n", "另有 SM2 签名\n");
  }
}

}  // namespace

Exit verify(const Console& console, const Verify& what) {
  const auto file = node::read_file(what.file);
  if (!file) return console.fail(file.error());
  const auto key = read_key(what.key);
  if (!key || key->public_key.size() == evidence::kSm2KeySize) {
    return console.fail(
        "--key: not a verifier key, as `bashu journal proof DIR 0 --vkey` prints it",
        "--key：不是验证公钥（应如 `bashu journal proof 目录 0 --vkey` 的输出）");
  }
  std::vector<std::string> keys{key->public_key};
  const bool twice = !what.second_key.empty();
  if (twice) {
    const auto second = read_key(what.second_key);
    if (!second || second->name != key->name ||
        second->public_key.size() != evidence::kSm2KeySize) {
      return console.fail(
          "--second-key: not its key of SM2, as `bashu journal proof DIR 0 --vkey --second` prints "
          "it",
          "--second-key：不是该日志的 SM2 验证公钥（应如 `bashu journal proof 目录 0 --vkey "
          "--second` 的输出）");
    }
    keys.push_back(second->public_key);
  }
  if (file->starts_with("c2sp.org/tlog-proof@")) {
    const auto receipt = evidence::open_receipt(*file, key->name, keys);
    if (!receipt) return wrong(console, what, receipt.error().code);
    if (twice && !receipt->checkpoint.second) return wrong(console, what, "second-missing");
    print_proof(console, *receipt, key->name);
    return Exit::done;
  }
  const auto pdf = papers::open_paper(*file, key->name, keys);
  if (!pdf) return wrong(console, what, pdf.error().code);
  const auto files = papers::files_of(*pdf);
  if (!files) return wrong(console, what, files.error().what);
  const auto said_file = files->find(papers::kSaid), proof = files->find(papers::kProof);
  if (said_file == files->end() || proof == files->end()) {
    return wrong(console, what, "paper-files");
  }
  const auto said = parse_json(said_file->second);
  if (!said) return wrong(console, what, "paper-files");
  const auto receipt = evidence::open_receipt(proof->second, key->name, keys);
  if (!receipt) return wrong(console, what, receipt.error().code);
  if (twice && !receipt->checkpoint.second) return wrong(console, what, "second-missing");
  if (said->int_at("entry", -1) != static_cast<std::int64_t>(receipt->entry.index)) {
    return wrong(console, what, "paper-entry");
  }
  print_paper(console, *said);
  console.out << console.say("as printed, every byte signed by ", "与签发时一致，逐字节签名：")
              << key->name << '\n';
  print_proof(console, *receipt, key->name);
  console.out << console.say("whether it still counts, its code tells\n",
                             "是否仍然有效，请以编码在线核验\n");
  return Exit::done;
}

}  // namespace bashu::cli
