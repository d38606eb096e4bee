// Pages of PDF documents, drawn by pdf.js without scripts, forms or links.

import worker from "pdfjs-dist/legacy/build/pdf.worker.mjs?url";

/** Sharp on screens up to this many device pixels per CSS pixel. */
const SHARPEST = 2;
/** Width in CSS pixels at which pages are drawn. */
const WIDTH = 620;

/** A document that can be looked at. */
export interface ShownDocument {
  pages: number;
  /** Draws a page (from 1); gives its size as displayed, in PDF points. */
  draw(page: number, canvas: HTMLCanvasElement, width?: number): Promise<{ width: number; height: number }>;
  close(): Promise<void>;
}

/** Opens a document from its bytes. What draws it is loaded with the first document: the window opens without it. */
export async function openDocument(bytes: Uint8Array<ArrayBuffer>): Promise<ShownDocument> {
  const { getDocument, GlobalWorkerOptions } = await import("pdfjs-dist/legacy/build/pdf.mjs");
  GlobalWorkerOptions.workerSrc = worker;
  const loading = getDocument({ data: bytes, isEvalSupported: false, enableXfa: false, disableAutoFetch: true });
  const document = await loading.promise;
  return {
    pages: document.numPages,
    async draw(number, canvas, shownWidth = WIDTH) {
      const page = await document.getPage(number);
      const { width, height } = page.getViewport({ scale: 1 });
      const scale = (shownWidth / width) * Math.min(SHARPEST, Math.max(1, window.devicePixelRatio));
      const viewport = page.getViewport({ scale });
      canvas.width = Math.ceil(viewport.width);
      canvas.height = Math.ceil(viewport.height);
      await page.render({ canvas, viewport }).promise;
      return { width, height };
    },
    close: () => loading.destroy(),
  };
}
