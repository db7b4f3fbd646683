#include "papers/evidence.h"

#include <exception>

#include "base/bytes.h"
#include "evidence/checkpoint.h"
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFEFStreamObjectHelper.hh>
#include <qpdf/QPDFEmbeddedFileDocumentHelper.hh>
#include <qpdf/QPDFFileSpecObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>

namespace bashu::papers {

namespace {

constexpr std::string_view kLine = "%bashu-paper ";
constexpr std::string_view kForm = "bashu.paper/v1\nsha256 ";

void open(QPDF& document, std::string_view pdf) {
  document.setSuppressWarnings(true);
  document.setAttemptRecovery(false);
  document.processMemoryFile("paper", pdf.data(), pdf.size());
}

std::string media_of(std::string_view name) {
  return name.ends_with(".json") ? "application/json" : "text/plain";
}

std::string told_of(std::string_view pdf) { return std::string{kForm} + hex(sha256(pdf)) + "\n"; }

}  // namespace

std::expected<std::string, Fault> with_files(std::string_view pdf, const Files& files,
                                             std::string_view language) {
  try {
    QPDF document;
    open(document, pdf);
    QPDFEmbeddedFileDocumentHelper attached{document};
    for (const auto& [name, bytes] : files) {
      auto stream = QPDFEFStreamObjectHelper::createEFStream(document, bytes);
      stream.setSubtype(media_of(name));
      attached.replaceEmbeddedFile(
          name, QPDFFileSpecObjectHelper::createFileSpec(document, name, stream));
    }
    document.getRoot().replaceKey(
        "/Lang", QPDFObjectHandle::newUnicodeString(language == "zh" ? "zh-CN" : "en"));
    QPDFWriter writer{document};
    writer.setOutputMemory();
    writer.setDeterministicID(true);
    writer.write();
    const auto made = writer.getBufferSharedPointer();
    return std::string{reinterpret_cast<const char*>(made->getBuffer()), made->getSize()};
  } catch (const std::exception& failed) {
    return std::unexpected{Fault{.what = std::string{"PDF: "} + failed.what()}};
  }
}

std::expected<Files, Fault> files_of(std::string_view pdf) {
  try {
    QPDF document;
    open(document, pdf);
    Files files;
    for (const auto& [name, file] : QPDFEmbeddedFileDocumentHelper{document}.getEmbeddedFiles()) {
      const auto bytes = file->getEmbeddedFileStream().getStreamData();
      files[name].assign(reinterpret_cast<const char*>(bytes->getBuffer()), bytes->getSize());
    }
    return files;
  } catch (const std::exception& failed) {
    return std::unexpected{Fault{.what = std::string{"PDF: "} + failed.what()}};
  }
}

std::string signed_paper(std::string pdf, std::string_view origin, std::string_view secret_key) {
  const std::string note = evidence::sign_note(told_of(pdf), origin, secret_key);
  pdf += std::string{kLine} + base64(note) + "\n";
  return pdf;
}

evidence::Verified<std::string> open_paper(std::string_view file, std::string_view origin,
                                           std::span<const std::string> log_keys) {
  using evidence::Bad;
  const std::size_t line = file.rfind("\n" + std::string{kLine});
  if (line == std::string_view::npos || !file.ends_with('\n')) {
    return std::unexpected{Bad{"paper-unsigned"}};
  }
  const std::string_view pdf = file.substr(0, line + 1);
  std::string_view text = file.substr(line + 1 + kLine.size());
  text.remove_suffix(1);
  const auto note = from_base64(text);
  if (!note) return std::unexpected{Bad{"paper-unsigned"}};
  const auto told = evidence::open_note(*note, origin, log_keys);
  if (!told) return std::unexpected{told.error()};
  if (*told != told_of(pdf)) return std::unexpected{Bad{"paper-changed"}};
  return std::string{pdf};
}

}  // namespace bashu::papers
