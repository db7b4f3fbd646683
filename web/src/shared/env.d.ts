declare module "virtual:texts" {
  const texts: { en: Record<string, string>; zh: Record<string, string> };
  export default texts;
}
