// A document and a seal picture, made here.

/** A document of two pages of A4 with some lines on them. */
export function document(): Uint8Array<ArrayBuffer> {
  const content = "0.8 w 60 760 m 535 760 l S 60 720 m 480 720 l S 60 690 m 500 690 l S 60 660 m 430 660 l S";
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.276 841.89]/Contents 5 0 R>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.276 841.89]/Contents 5 0 R>>",
    `<</Length ${content.length.toString()}>>stream\n${content}\nendstream`,
  ];
  let text = "%PDF-1.7\n";
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${(index + 1).toString()} 0 obj${object}endobj\n`;
    return offset;
  });
  const start = text.length;
  const entries = offsets.map((offset) => `${offset.toString().padStart(10, "0")} 00000 n \n`).join("");
  text += `xref\n0 ${(objects.length + 1).toString()}\n0000000000 65535 f \n${entries}`;
  text += `trailer<</Size ${(objects.length + 1).toString()}/Root 1 0 R>>\nstartxref\n${start.toString()}\n%%EOF`;
  return new TextEncoder().encode(text);
}

/** A red ring with a star, as PNG in base64. */
export function picture(): string {
  const canvas = window.document.createElement("canvas");
  canvas.width = 300;
  canvas.height = 300;
  const pen = canvas.getContext("2d");
  if (!pen) return "";
  pen.strokeStyle = "#c8202a";
  pen.fillStyle = "#c8202a";
  pen.lineWidth = 14;
  pen.beginPath();
  pen.arc(150, 150, 138, 0, 2 * Math.PI);
  pen.stroke();
  pen.font = "120px serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText("★", 150, 156);
  return canvas.toDataURL("image/png").split(",")[1] ?? "";
}
