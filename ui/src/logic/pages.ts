// Sets of pages as they are typed: `all`, `odd`, `even`, `last` or `1,3-5`.

/** Whether a text is a set of pages, by the same rules as the program's. */
export function isPageSet(text: string): boolean {
  if (["all", "odd", "even", "last"].includes(text)) return true;
  const parts = text.split(",").map((part) => part.trim());
  return parts.every((part) => {
    const range = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
    if (!range) return false;
    const from = Number(range[1]);
    return from >= 1 && Number(range[2] ?? from) >= from;
  });
}

/** Whether a page (from 1) of so many is in a set. */
export function inPageSet(text: string, page: number, pages: number): boolean {
  if (text === "all") return true;
  if (text === "last") return page === pages;
  if (text === "odd") return page % 2 === 1;
  if (text === "even") return page % 2 === 0;
  return text.split(",").some((part) => {
    const [from, to] = part.split("-").map(Number);
    return from !== undefined && page >= from && page <= (to ?? from);
  });
}
