// Hands the person a file made on the page.
export const save = (name: string, type: string, text: string): void => saveBlob(name, new Blob([text], { type }));
export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
