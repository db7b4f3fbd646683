#include "api/documents.h"

#include <algorithm>
#include <utility>

#include "api/clearing_books.h"
#include "api/handlers.h"
#include "api/reading.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/json.h"
#include "exchange/parts.h"
#include "node/storage/object_files.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::size_t kNameMax = 255;

Title both(const char* en, const char* zh) { return {{"en", en}, {"zh", zh}}; }

// Replaces in `sealed` what stands for the document `plain` of type `type`.
std::optional<packs::FormError> seal_one(Context& context, Handing& handing,
                                         const packs::Type& type, const Value& plain,
                                         const std::string& path, Value& sealed) {
  const auto deposit = context.deposits.find(plain.text_at("sha256"), handing.principal);
  if (!deposit) {
    return packs::FormError{path, both("Deposit the document first (POST /documents).",
                                       "请先上传文件（POST /documents）。")};
  }
  // What an earlier version deposited does not say how much it is.
  if (deposit->size != 0 && std::cmp_not_equal(plain.int_at("size"), deposit->size)) {
    return packs::FormError{path + ".size", both("It is not the size of what was deposited.",
                                                 "与已上传文件的大小不符。")};
  }
  if (!is_file_name(plain.text_at("name"))) {
    return packs::FormError{path + ".name", odd_file_name({}).detail};
  }
  handing.documents.push_back(deposit->sha256);
  const auto alone = std::make_shared<packs::Type>(type);
  const Value again =
      context.node.vault().seal({{"document", alone}}, Value::Record{{"document", plain}},
                                context.node.identity().party, deposit->key);
  sealed = *again.find("document");
  if (Value::Record* document = sealed.as_record()) (*document)["dek"] = deposit->key;
  return std::nullopt;
}

std::optional<packs::FormError> seal_in(Context& context, Handing& handing, const packs::Type& type,
                                        const Value& plain, const std::string& path,
                                        Value& sealed) {
  if (type.kind == packs::Kind::document) {
    return seal_one(context, handing, type, plain, path, sealed);
  }
  // Inside a value that is sealed whole a document could never be found again.
  const auto holds_document = [](const auto& self, const packs::Type& t) -> bool {
    if (t.kind == packs::Kind::document) return true;
    if (t.element && self(self, *t.element)) return true;
    return std::ranges::any_of(t.members,
                               [&](const packs::Member& m) { return self(self, *m.type); });
  };
  if (!holds_document(holds_document, type)) return std::nullopt;
  if (packs::is_sealed(sealed)) {
    return packs::FormError{path, both("This pack seals documents inside other values; they cannot "
                                       "be deposited.",
                                       "业务包将文件密封在其他数值之内，无法上传。")};
  }
  if (const Value::List* list = plain.as_list(); list && sealed.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (auto error = seal_in(context, handing, *type.element, (*list)[i],
                               path + "[" + std::to_string(i) + "]", (*sealed.as_list())[i])) {
        return error;
      }
    }
    return std::nullopt;
  }
  return seal_documents(context, handing, type.members, plain, path, sealed);
}

// `key`: it was encrypted under; empty: that is not known any more.
Problem erased_document(node::Vault& vault, const std::string& key) {
  Problem erased = not_found();
  erased.status = 410;
  erased.code = "erased";
  erased.title = both("The document was erased.", "文件已删除。");
  if (const auto by = vault.erased(key)) {
    erased.detail = texts::title("app.erased_by",
                                 {{"on", by->on.text()}, {"order", std::to_string(by->order)}});
  }
  return erased;
}
Problem document_away(Context& context) {
  if (node::documents_away(context.node.storage().files())) return documents_away();
  return problem_of(reject(RejectCode::not_ready, "document",
                           "The document has not arrived from the other party yet.",
                           "文件尚未从对方传到。"));
}

// A document found in the data of a case, with the key it is encrypted under.
struct FoundDocument {
  std::string name, media, key;
};
std::optional<FoundDocument> look_for(node::Vault& vault, const packs::Type& type,
                                      const Value& value, std::string_view sha256) {
  if (type.kind == packs::Kind::document) {
    const std::vector<std::string> keys = node::sealing_keys(value);
    Value clear = packs::is_sealed(value) ? vault.unseal(value) : value;
    if (clear.text_at("sha256") != sha256 || keys.empty()) return std::nullopt;
    FoundDocument found{.name = {}, .media = clear.text_at("media"), .key = keys.front()};
    const Value* name = clear.find("name");
    if (!name) return found;
    const Value open = packs::is_sealed(*name) ? vault.unseal(*name) : *name;
    found.name = open.as_text() ? *open.as_text() : "";
    return found;
  }
  if (type.element && value.as_list()) {
    for (const Value& one : *value.as_list()) {
      if (auto found = look_for(vault, *type.element, one, sha256)) return found;
    }
  }
  for (const packs::Member& member : type.members) {
    const Value* one = value.find(member.name);
    if (!one) continue;
    if (auto found = look_for(vault, *member.type, *one, sha256)) return found;
  }
  return std::nullopt;
}

// Of UTF-8: controls of C1, the line separators, and what turns or isolates a direction: U+202A to
// U+202E and U+2066 to U+2069.
bool has_hidden_mark(std::string_view text) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    const auto byte = [&](std::size_t i) {
      return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) return true;
    if (byte(0) != 0xE2) continue;
    if (byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) return true;
    if (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9) return true;
  }
  return false;
}

}  // namespace

bool is_file_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && is_utf8(text) &&
         utf8_length(text) <= kNameMax && !has_hidden_mark(text) &&
         std::ranges::none_of(text, [](char c) {
           return c == '/' || c == '\\' || (c >= 0 && c < 0x20) || c == 0x7f;
         });
}

bool is_media_type(std::string_view text) {
  const std::size_t slash = text.find('/');
  return text.size() <= 100 && slash != std::string_view::npos && slash > 0 &&
         slash + 1 < text.size() && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view{"!#$&^_.+-/"}.find(c) != std::string_view::npos;
         });
}

Problem odd_file_name(std::string where) {
  return malformed(
      std::move(where),
      "A file's name of 1 to 255 characters without its folder is expected, and without "
      "control characters and marks of direction (U+202A to U+202E, U+2066 to "
      "U+2069); in a header, percent-encoded.",
      "应为 1 至 255 个字符的文件名，不含路径、控制字符和方向控制符（U+202A 至 "
      "U+202E、U+2066 至 U+2069）；在标头中须用百分号编码。");
}

Problem documents_away() {
  return {
      .status = 503,
      .code = "documents_away",
      .title = both("The store of documents does not answer.", "文件存储无应答。"),
      .detail = both("Nothing was changed. Ask again in a while; an upload goes on where it was.",
                     "未作任何更改。请稍后重试，上传可从中断处继续。"),
      .errors = {},
      .retry_after_s = 10,
      .more = {}};
}

Problem problem_of_documents(Context& context, const Fault& fault) {
  return node::documents_away(context.node.storage().files()) ? documents_away()
                                                              : problem_of(fault);
}

void give_up_deposits(Context& context) {
  // The parts of a large one stand in its blob.
  if (node::documents_away(context.node.storage().files())) return;
  for (const Deposit& old : context.deposits.give_up(context.node.clock().now())) {
    exchange::remove_document(context.blobs, old.sha256);
    context.node.vault().forget(old.key);
  }
}

std::optional<packs::FormError> seal_documents(Context& context, Handing& handing,
                                               const std::vector<packs::Member>& fields,
                                               const Value& form, const std::string& path,
                                               Value& sealed) {
  for (const packs::Member& field : fields) {
    const Value* plain = form.find(field.name);
    if (!plain || !sealed.as_record() || !sealed.find(field.name)) continue;
    if (auto error = seal_in(context, handing, *field.type, *plain, path + "." + field.name,
                             sealed.as_record()->find(field.name)->second)) {
      return error;
    }
  }
  return std::nullopt;
}

std::expected<std::string, Problem> deposit(Context& context, const std::string& principal,
                                            std::string_view bytes) {
  // It takes room on the disk though nothing is decided.
  if (const auto shut = context.node.gate().refusal()) return std::unexpected{problem_of(*shut)};
  node::Vault& vault = context.node.vault();
  const Instant now = context.node.clock().now();
  give_up_deposits(context);
  give_up_uploads(context);
  if (!context.deposits.room_for(principal)) {
    return std::unexpected{too_many_documents(Deposits::kOpenMax)};
  }
  const std::string key_id = vault.new_key(context.node.identity().party);
  const auto key = vault.key(key_id);
  const auto fail = [&](const Fault& fault) {
    vault.forget(key_id);
    return std::unexpected{problem_of_documents(context, fault)};
  };
  if (!key) return fail(Fault{.what = "vault: the new key is not there"});
  const std::string blob =
      exchange::encrypt_document(bytes, *key, context.node.chance().bytes(kBlobNonce));
  const auto sha256 = context.blobs.put(blob);
  if (!sha256) return fail(sha256.error());
  const Deposit made{.sha256 = *sha256,
                     .principal = principal,
                     .key = key_id,
                     .since_ms = now.unix_ms,
                     .size = bytes.size()};
  if (auto kept = context.deposits.add(made); !kept) {
    context.blobs.remove(*sha256);
    return fail(kept.error());
  }
  return *sha256;
}

namespace {

// A document and its key: all that reading it needs.
struct Readable {
  exchange::WholeDocument whole;
  std::string key;
};
std::expected<Readable, Problem> readable(Context& context, const std::string& name,
                                          const std::string& key_id) {
  auto key = context.node.vault().key(key_id);
  if (!key) return std::unexpected{erased_document(context.node.vault(), key_id)};
  auto whole = exchange::find_document(context.blobs, name);
  if (!whole) return std::unexpected{document_away(context)};
  return Readable{.whole = *std::move(whole), .key = *std::move(key)};
}

Problem damaged(Context& context, std::string_view name) {
  return problem_of_documents(context, Fault{.what = "blob " + std::string{name} + " is damaged"});
}

// Whole in memory: of a small one, or nothing.
std::expected<std::string, Problem> blob_bytes(Context& context, const std::string& name,
                                               const std::string& key_id) {
  const auto found = readable(context, name, key_id);
  if (!found) return std::unexpected{found.error()};
  std::string bytes;
  const auto add = [&](std::string_view piece) {
    bytes += piece;
    return bytes.size() <= exchange::kDocumentMax;
  };
  if (!exchange::read_document(context.blobs, found->whole, found->key, add)) {
    return std::unexpected{damaged(context, name)};
  }
  if (bytes.size() <= exchange::kDocumentMax) return bytes;
  return std::unexpected{malformed({}, "The document is too large for this.", "文件过大。")};
}

}  // namespace

std::expected<std::string, Problem> document_bytes(Context& context, const Value& document) {
  const packs::Type type{.kind = packs::Kind::document};
  node::Vault& vault = context.node.vault();
  const Value clear = packs::is_sealed(document) ? vault.unseal(document) : document;
  const std::string name = clear.text_at("sha256");
  const auto found = look_for(vault, type, document, name);
  if (!found) return std::unexpected{erased_document(vault, {})};
  return blob_bytes(context, name, found->key);
}

std::optional<std::string> deposited_bytes(Context& context, const std::string& principal,
                                           const Value& document) {
  const auto held = context.deposits.find(document.text_at("sha256"), principal);
  if (!held) return std::nullopt;
  auto bytes = blob_bytes(context, held->sha256, held->key);
  return bytes ? std::optional{*std::move(bytes)} : std::nullopt;
}

Prepared put_document(Context& context, const Call& call) {
  const auto name = http::percent_decode(call.request.header("X-Document-Name"));
  if (!name || !is_file_name(*name)) return std::unexpected{odd_file_name("X-Document-Name")};
  std::string_view media = call.request.header("Content-Type");
  media = media.substr(0, media.find(';'));
  if (!is_media_type(media)) return std::unexpected{wrong_media("any media type")};
  if (call.request.body.empty()) {
    return std::unexpected{malformed({}, "The document is empty.", "文件为空。")};
  }
  const auto sha256 = deposit(context, call.key->principal(), call.request.body);
  if (!sha256) return std::unexpected{sha256.error()};
  return json_response(Value::Record{{"sha256", *sha256},
                                     {"name", *name},
                                     {"media", media},
                                     {"size", call.request.body.size()}},
                       201);
}

Result list_deposits(Context& context, const Call& call) {
  Value::List list;
  for (const Deposit& one : context.deposits.waiting(call.key->principal())) {
    list.push_back(Value::Record{{"sha256", one.sha256},
                                 {"since_ms", one.since_ms},
                                 {"until_ms", one.since_ms + Deposits::kOpenMs}});
  }
  return json_response(Value::Record{{"documents", std::move(list)}, {"most", Deposits::kOpenMax}});
}

Result take_back_deposit(Context& context, const Call& call) {
  if (node::documents_away(context.node.storage().files()))
    return std::unexpected{documents_away()};
  const auto gone = context.deposits.take_back(call.part("sha256"), call.key->principal());
  if (!gone) return std::unexpected{not_found()};
  exchange::remove_document(context.blobs, gone->sha256);
  context.node.vault().forget(gone->key);
  return http::Response{.status = 204};
}

namespace {

struct OpenDocument {
  FoundDocument about;
  Readable content;
};
// Of the case that the query names, if the asker sees it; the reading is accounted for.
std::expected<OpenDocument, Problem> open_document(Context& context, const Call& call) {
  const std::string id = call.parameter("case");
  const std::string& sha256 = call.part("sha256");
  if (id.empty()) {
    return std::unexpected{malformed("case", "Documents are read through their case: ?case=ID.",
                                     "文件须通过所属办件读取：?case=ID。")};
  }
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const Sight sight = onlooker.sight_of(id);
  if (sight == Sight::none) return std::unexpected{not_found()};
  const auto row = call.views->case_at(id, past->at);
  if (!row) return std::unexpected{problem_of(row.error())};
  const packs::PackPtr pack = *row ? onlooker.pack((*row)->pack) : nullptr;
  if (sight != Sight::full && (!pack || !is_audited(*pack, (*row)->service))) {
    return std::unexpected{not_found()};
  }
  const packs::Service* service = pack ? packs::find(pack->services, (*row)->service) : nullptr;
  std::optional<FoundDocument> found;
  for (const packs::Member& field : service ? service->fields : std::vector<packs::Member>{}) {
    const Value* value = (*row)->data.find(field.name);
    if (!found && value) found = look_for(context.node.vault(), *field.type, *value, sha256);
  }
  if (!found) return std::unexpected{not_found()};

  const auto shelf = context.shelves.now();
  const auto restricted = shelf->restricted.find(found->key);
  if (restricted != shelf->restricted.end() && purpose_of(call).empty()) {
    Problem closed = forbidden("Say for what, in the header Bashu-Purpose.",
                               "须在 Bashu-Purpose 标头中说明查阅目的。");
    closed.detail =
        texts::title("app.restricted_by", {{"order", std::to_string(restricted->second)}});
    return std::unexpected{std::move(closed)};
  }
  auto content = readable(context, sha256, found->key);
  if (!content) return std::unexpected{content.error()};
  Reader reader;
  reader.opened = {id + "/documents/" + sha256};
  if (auto noted = onlooker.account_for(reader, "documents/" + sha256); !noted) {
    return std::unexpected{noted.error()};
  }
  return OpenDocument{.about = std::move(*found), .content = *std::move(content)};
}

// As it is sent: at once, or piece after piece.
Result sent(Context& context, const OpenDocument& open, const std::string& sha256) {
  const auto& [whole, key] = open.content;
  http::Response response = http::text_response(200, open.about.media, {});
  if (whole.parts.empty()) {
    auto bytes = exchange::decrypt_document(whole.blob, key);
    if (!bytes) return std::unexpected{damaged(context, sha256)};
    response.body = *std::move(bytes);
    return response;
  }
  response.stream = context.downloads.begin([&blobs = context.blobs, whole, key](const auto& take) {
    return exchange::read_document(blobs, whole, key, take);
  });
  if (!response.stream) return std::unexpected{busy(5)};
  return response;
}

}  // namespace

Result get_document(Context& context, const Call& call) {
  auto open = open_document(context, call);
  if (!open) return std::unexpected{open.error()};
  auto made = sent(context, *open, call.part("sha256"));
  if (!made) return made;
  http::Response& response = *made;
  // Shown by no browser as a page of this node; a PDF, which is none, in a tab of its own if asked.
  const bool shown = call.parameter("view") == "true" && open->about.media == "application/pdf";
  response.headers.push_back({"Content-Disposition", (shown ? "inline; filename*=UTF-8''"
                                                            : "attachment; filename*=UTF-8''") +
                                                         http::percent_encode(open->about.name)});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return made;
}

// A case names a document by the digest of its encrypted bytes, which nobody has at hand. This is
// that of the file, as `sha256sum` gives it.
Result document_digest(Context& context, const Call& call) {
  const auto open = open_document(context, call);
  if (!open) return std::unexpected{open.error()};
  const auto& [whole, key] = open->content;
  Digest digest;
  std::size_t size = 0;
  const auto add = [&](std::string_view piece) {
    digest.add(piece);
    size += piece.size();
    return true;
  };
  if (!exchange::read_document(context.blobs, whole, key, add)) {
    return std::unexpected{damaged(context, call.part("sha256"))};
  }
  return json_response(Value::Record{{"file_sha256", hex(digest.end())},
                                     {"name", open->about.name},
                                     {"size", size},
                                     {"sha256", call.part("sha256")}});
}

}  // namespace bashu::api
