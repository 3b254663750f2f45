// `.drop`: a place for files. Choose, drop or paste; with `data-upload-url` each is sent at once with progress,
// and the answer {"id", "name"} becomes a hidden input `data-name`. Without it the input is sent with the form.
import { csrf, each, icon, make, say } from "./page.js";

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

function upload(url, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.append("file", file, file.name);
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); });
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* an error page instead of JSON: the sentence below says it */ }
      if (request.status < 300) resolve(answer);
      else reject(new Error(answer.detail || say(request.status === 413 ? "too_large" : "upload_failed")));
    });
    request.addEventListener("error", () => reject(new Error(say("offline"))));
    request.send(data);
  });
}

each(".drop", (box) => {
  const input = box.querySelector('input[type="file"]');
  const list = box.querySelector(".drop-list");
  const { uploadUrl, name, maxBytes } = box.dataset;

  const row = (file) => {
    const bar = make("progress", { class: "bar", max: 1, value: 0, "aria-label": file.name, hidden: !uploadUrl });
    const meta = make("div", { class: "file-meta" }, size(file.size));
    const remove = make("button", { type: "button", class: "btn btn-quiet btn-s btn-icon", "aria-label": say("remove_named", { name: file.name }) }, icon("x", "icon-s"));
    const item = make("li", { class: "file" }, make("span", { class: "file-icon" }, icon("file")), make("div", { class: "grow" }, make("div", { class: "file-name" }, file.name), meta, bar), remove);
    remove.addEventListener("click", () => {
      item.remove();
      if (!uploadUrl) drop(file);
      box.dispatchEvent(new CustomEvent("setsquare:changed", { bubbles: true }));
    });
    list.append(item);
    return { item, bar, meta };
  };
  const drop = (gone) => {
    const kept = new DataTransfer();
    for (const file of input.files) if (file !== gone) kept.items.add(file);
    input.files = kept.files;
  };
  const take = async (files) => {
    box.dispatchEvent(new CustomEvent("setsquare:changed", { bubbles: true }));
    if (!input.multiple) { list.replaceChildren(); for (const kept of box.parentElement.querySelectorAll(":scope > .drop-list")) kept.remove(); }
    for (const file of input.multiple ? files : files.slice(0, 1)) {
      const { item, bar, meta } = row(file);
      if (maxBytes && file.size > Number(maxBytes)) { bar.hidden = true; meta.className = "field-error"; meta.textContent = say("too_large"); if (!uploadUrl) drop(file); continue; }
      if (!uploadUrl) continue;
      try {
        const answer = await upload(uploadUrl, file, (part) => { bar.value = part; });
        bar.hidden = true;
        item.append(make("input", { type: "hidden", name, value: answer.id ?? answer.src }));
      } catch (error) { bar.hidden = true; meta.className = "field-error"; meta.setAttribute("role", "alert"); meta.textContent = error.message; item.append(make("input", { type: "hidden", name: `${name}_refused`, value: file.name })); }
    }
    if (uploadUrl) input.value = "";
  };
  const give = (files) => {
    if (!files.length) return;
    if (!uploadUrl) {
      const all = new DataTransfer();
      for (const file of input.multiple ? [...input.files, ...files] : files.slice(0, 1)) all.items.add(file);
      input.files = all.files;
    }
    take(files);
  };
  input.addEventListener("change", () => { list.replaceChildren(); take([...input.files]); });
  box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("is-over"); });
  box.addEventListener("dragleave", (event) => { if (!box.contains(event.relatedTarget)) box.classList.remove("is-over"); });
  box.addEventListener("drop", (event) => { event.preventDefault(); box.classList.remove("is-over"); give([...event.dataTransfer.files]); });
  box.addEventListener("paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); give([...event.clipboardData.files]); } });
});
// A file dropped beside the place would replace the page: refuse that.
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => { if (event.dataTransfer?.types.includes("Files") && !event.target.closest?.(".drop, .ProseMirror")) event.preventDefault(); });
