# cmake -D FROM=templates -D TO=embedded.cc -P embed.cmake: the files of a folder as C++.
file(GLOB files "${FROM}/*")
list(SORT files)
set(rows "")
foreach(path ${files})
  get_filename_component(name "${path}" NAME)
  file(READ "${path}" text HEX)
  # Bytes as numbers: a literal may not be long, and text may hold anything.
  string(REGEX REPLACE "(..)" "0x\\1," text "${text}")
  string(MAKE_C_IDENTIFIER "k_${name}" symbol)
  set(data "${data}constexpr unsigned char ${symbol}[] = {${text}0};\n")
  set(rows "${rows}    {\"${name}\", {reinterpret_cast<const char*>(${symbol}), sizeof ${symbol} - 1}},\n")
endforeach()
file(WRITE "${TO}" "#include \"site/embedded.h\"\n\nnamespace bashu::site {\n\nnamespace {\n${data}}  // namespace\n
const std::vector<EmbeddedFile>& embedded_files() {
  static const std::vector<EmbeddedFile> kFiles{\n${rows}  };\n  return kFiles;\n}\n\n}  // namespace bashu::site\n")
