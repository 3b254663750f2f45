// Pictures: chosen, pasted or dropped, sent to `data-upload-url`, kept in the text as `file:<sha256>`.
import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { csrf, make, say } from "../js/page.js";

const isPicture = (file) => /^image\/(png|jpeg|gif|webp|svg\+xml)$/.test(file.type);
const tell = (text, kind) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind } }));

async function upload(url, file) {
  const data = new FormData();
  data.append("file", file, file.name || "picture.png");
  const answer = await fetch(url, { method: "POST", body: data, credentials: "same-origin", headers: { "X-CSRFToken": csrf(), Accept: "application/json" } });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.detail || say(answer.status === 413 ? "too_large" : "upload_failed"));
  return told;
}

/** Sends files one after the other and puts each at `at` (or the cursor). */
export async function addPictures(editor, url, files, at) {
  for (const file of files.filter(isPicture)) {
    tell(say("uploading"), "info");
    try {
      const { src } = await upload(url, file);
      const alt = (file.name || "").replace(/\.[a-z0-9]+$/i, "");
      const node = { type: "image", attrs: { src, alt: /^image$/i.test(alt) ? "" : alt } };
      if (at === undefined) editor.chain().focus().insertContent(node).run();
      else editor.chain().focus().insertContentAt(at, node).run();
    } catch (error) { tell(error.message || say("offline"), "error"); }
  }
}

/** Opens the file chooser. */
export function pickPictures(editor, url) {
  const input = make("input", { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp,image/svg+xml", multiple: true });
  input.addEventListener("change", () => addPictures(editor, url, [...input.files]));
  input.click();
}

/** Takes pictures that are pasted or dropped. */
export const Pictures = Extension.create({
  name: "pictures",
  addOptions: () => ({ url: "" }),
  addProseMirrorPlugins() {
    const { editor, options } = this;
    const take = (transfer, at) => {
      const files = [...(transfer?.files ?? [])].filter(isPicture);
      if (!files.length || !options.url) return false;
      addPictures(editor, options.url, files, at);
      return true;
    };
    return [new Plugin({
      props: {
        handlePaste: (_, event) => !event.clipboardData?.getData("text/html") && take(event.clipboardData),
        handleDrop: (view, event, slice, moved) => {
          if (moved || !event.dataTransfer?.files.length) return false;
          const taken = take(event.dataTransfer, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos);
          if (taken) event.preventDefault();
          return taken;
        },
      },
    })];
  },
});
