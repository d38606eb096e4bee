// Where a seal lies on a page: millimetres from the top left corner of the page as displayed, to the seal's centre.

/** A length in millimetres in both directions. */
export interface Millimetres {
  x: number;
  y: number;
}

const MM_PER_POINT = 25.4 / 72;

/** The size of a page of PDF points in millimetres. */
export function pageSize(width: number, height: number): Millimetres {
  return { x: width * MM_PER_POINT, y: height * MM_PER_POINT };
}

/** The place under a pointer, on a page that is shown `shown` CSS pixels wide. */
export function placeAt(pointer: { x: number; y: number }, shown: number, page: Millimetres): Millimetres {
  const perPixel = page.x / shown;
  return { x: pointer.x * perPixel, y: pointer.y * perPixel };
}

/** The nearest place at which the whole seal lies on the page, to a tenth of a millimetre. */
export function kept(place: Millimetres, seal: Millimetres, page: Millimetres): Millimetres {
  const within = (value: number, size: number, length: number): number => {
    const half = Math.min(size, length) / 2;
    return Math.round(Math.min(Math.max(value, half), length - half) * 10) / 10;
  };
  return { x: within(place.x, seal.x, page.x), y: within(place.y, seal.y, page.y) };
}
