#include "papers/draw.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

#include <algorithm>
#include <memory>

namespace bashu::papers {

namespace {

// Points of A4.
constexpr double kWidth = 595.28, kHeight = 841.89, kMargin = 62;
constexpr double kText = kWidth - 2 * kMargin;
constexpr double kName = 130, kGap = 12;
constexpr double kSquare = 104;  // of the QR code, with its quiet zone
constexpr int kQuiet = 4;        // modules around it that stay white
constexpr const char* kFamily = "Noto Sans CJK SC, Noto Sans, sans-serif";

struct Free {
  void operator()(cairo_surface_t* it) const { ::cairo_surface_destroy(it); }
  void operator()(cairo_t* it) const { ::cairo_destroy(it); }
  void operator()(PangoLayout* it) const { ::g_object_unref(it); }
  void operator()(PangoLayoutIter* it) const { ::pango_layout_iter_free(it); }
  void operator()(PangoFontDescription* it) const { ::pango_font_description_free(it); }
  void operator()(QRcode* it) const { ::QRcode_free(it); }
};
template <typename T>
using Held = std::unique_ptr<T, Free>;

struct Look {
  double size = 11;
  bool bold = false;
  PangoAlignment align = PANGO_ALIGN_LEFT;
  double grey = 0;
};

cairo_status_t take(void* into, const unsigned char* bytes, unsigned length) {
  static_cast<std::string*>(into)->append(reinterpret_cast<const char*>(bytes), length);
  return CAIRO_STATUS_SUCCESS;
}

class Painter {
 public:
  explicit Painter(std::string& into)
      : surface_{::cairo_pdf_surface_create_for_stream(&take, &into, kWidth, kHeight)},
        page_{::cairo_create(surface_.get())} {}

  void note(cairo_pdf_metadata_t what, const std::string& text) {
    ::cairo_pdf_surface_set_metadata(surface_.get(), what, text.c_str());
  }
  // A text over the whole width, below what is there.
  void paragraph(const std::string& text, const Look& look, double below) {
    if (text.empty()) return;
    const Held<PangoLayout> layout = set(text, look, kText);
    keep_together(height(*layout));
    flow(*layout, kMargin, look.grey);
    y_ += below;
  }
  // A name and a value beside it, each in its own column.
  void row(const Row& row) {
    constexpr double kGrey = .35;
    const Held<PangoLayout> name = set(row.first, {.grey = kGrey}, kName);
    const Held<PangoLayout> value = set(row.second, {}, kText - kName - kGap);
    keep_together(std::max(height(*name), height(*value)));
    const double top = y_;
    flow(*name, kMargin, kGrey);
    const double below_name = y_;
    y_ = top;
    flow(*value, kMargin + kName + kGap, 0);
    if (y_ > top) y_ = std::max(y_, below_name);  // else it went on over the page
    y_ += 5;
  }
  void rule(double grey) {
    ::cairo_set_source_rgb(page_.get(), grey, grey, grey);
    ::cairo_set_line_width(page_.get(), .8);
    ::cairo_move_to(page_.get(), kMargin, y_);
    ::cairo_line_to(page_.get(), kWidth - kMargin, y_);
    ::cairo_stroke(page_.get());
    y_ += 12;
  }
  // The square at the left, what is said of it beside.
  void check(const Sheet& sheet, const QRcode& code) {
    keep_together(kSquare + 16);
    square(code);
    const double top = y_;
    const double left = kMargin + kSquare + kGap;
    for (const auto& [text, look] : {std::pair{sheet.how, Look{.size = 9, .grey = .35}},
                                     std::pair{sheet.code, Look{.size = 12, .bold = true}},
                                     std::pair{sheet.link, Look{.size = 8, .grey = .35}}}) {
      const Held<PangoLayout> layout = set(text, look, kText - kSquare - kGap);
      flow(*layout, left, look.grey);
      y_ += 6;
    }
    y_ = std::max(y_, top + kSquare) + 8;
  }
  // False if anything went wrong on the way.
  [[nodiscard]] bool finish() {
    ::cairo_show_page(page_.get());
    ::cairo_surface_finish(surface_.get());
    return ::cairo_status(page_.get()) == CAIRO_STATUS_SUCCESS &&
           ::cairo_surface_status(surface_.get()) == CAIRO_STATUS_SUCCESS;
  }

 private:
  Held<PangoLayout> set(const std::string& text, const Look& look, double width) {
    Held<PangoLayout> layout{::pango_cairo_create_layout(page_.get())};
    const Held<PangoFontDescription> font{::pango_font_description_from_string(kFamily)};
    ::pango_font_description_set_absolute_size(font.get(), look.size * PANGO_SCALE);
    ::pango_font_description_set_weight(font.get(),
                                        look.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    ::pango_layout_set_font_description(layout.get(), font.get());
    ::pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    ::pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    ::pango_layout_set_alignment(layout.get(), look.align);
    ::pango_layout_set_line_spacing(layout.get(), 1.25F);
    ::pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    return layout;
  }
  static double points(int units) { return static_cast<double>(units) / PANGO_SCALE; }
  static double height(PangoLayout& layout) {
    int width = 0, high = 0;
    ::pango_layout_get_size(&layout, &width, &high);
    return points(high);
  }
  // Line by line, so that a text longer than a page goes on over it.
  void flow(PangoLayout& layout, double x, double grey) {
    const Held<PangoLayoutIter> line{::pango_layout_get_iter(&layout)};
    double from = y_;
    do {
      PangoRectangle box;
      ::pango_layout_iter_get_line_extents(line.get(), nullptr, &box);
      if (from + points(box.y + box.height) > kHeight - kMargin) {
        ::cairo_show_page(page_.get());
        from = kMargin - points(box.y);
      }
      ::cairo_set_source_rgb(page_.get(), grey, grey, grey);
      ::cairo_move_to(page_.get(), x + points(box.x),
                      from + points(::pango_layout_iter_get_baseline(line.get())));
      ::pango_cairo_show_layout_line(page_.get(),
                                     ::pango_layout_iter_get_line_readonly(line.get()));
    } while (::pango_layout_iter_next_line(line.get()));
    y_ = from + height(layout);
  }
  // On the next page, unless it is long.
  void keep_together(double high) {
    if (high > kHeight / 3 || y_ + high <= kHeight - kMargin) return;
    ::cairo_show_page(page_.get());
    y_ = kMargin;
  }
  void square(const QRcode& code) {
    const double module = kSquare / (code.width + 2 * kQuiet);
    ::cairo_set_source_rgb(page_.get(), 0, 0, 0);
    for (int y = 0; y < code.width; ++y) {
      for (int x = 0; x < code.width; ++x) {
        if (!(code.data[y * code.width + x] & 1)) continue;
        ::cairo_rectangle(page_.get(), kMargin + (x + kQuiet) * module, y_ + (y + kQuiet) * module,
                          module, module);
      }
    }
    ::cairo_fill(page_.get());
  }

  Held<cairo_surface_t> surface_;
  Held<cairo_t> page_;
  double y_ = kMargin;
};

}  // namespace

std::expected<std::string, Fault> drawn(const Sheet& sheet) {
  const Held<QRcode> code{::QRcode_encodeString8bit(sheet.link.c_str(), 0, QR_ECLEVEL_M)};
  if (!code) return std::unexpected{Fault{.what = "a QR code cannot hold " + sheet.link}};
  std::string bytes;
  Painter painter{bytes};
  painter.note(CAIRO_PDF_METADATA_TITLE, sheet.title);
  painter.note(CAIRO_PDF_METADATA_AUTHOR, sheet.issuer);
  painter.note(CAIRO_PDF_METADATA_CREATE_DATE, sheet.printed.text() + "T00:00:00Z");
  painter.paragraph(sheet.issuer, {.size = 13, .align = PANGO_ALIGN_CENTER}, 10);
  painter.paragraph(sheet.title, {.size = 24, .bold = true, .align = PANGO_ALIGN_CENTER}, 8);
  painter.paragraph(sheet.number, {.align = PANGO_ALIGN_CENTER, .grey = .35}, 16);
  painter.rule(0);
  painter.paragraph(sheet.warning, {.size = 13, .bold = true}, 12);
  painter.paragraph(sheet.text, {.size = 13}, 18);
  for (const Sheet::Group& group : sheet.groups) {
    painter.paragraph(group.title, {.size = 12, .bold = true}, 8);
    for (const Row& row : group.rows) painter.row(row);
    painter.rule(.75);
  }
  for (const Row& row : sheet.foot) painter.row(row);
  painter.rule(.75);
  painter.check(sheet, *code);
  painter.paragraph(sheet.remark, {.size = 8, .grey = .35}, 0);
  if (!painter.finish()) return std::unexpected{Fault{.what = "the paper cannot be drawn"}};
  return bytes;
}

}  // namespace bashu::papers
